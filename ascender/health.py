"""Is it alive, is it ready: two answers for machines, open to everyone and saying nothing about anyone."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notifications import services as post_office


@never_cache
@login_not_required
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all; nothing else is asked."""
    return JsonResponse({"status": "alive"})


@never_cache
@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when requests can be served and messages go out; 503 with the reason when not. Ages are in seconds."""
    reason = _why_not_ready()
    if reason:
        return JsonResponse({"status": "not ready", "reason": reason}, status=503)
    pulse = post_office.pulse(at=timezone.now())
    delivery = {
        "oldest_due_seconds": pulse.oldest_due,
        "last_progress_seconds": pulse.last_settled,
        "last_seen_seconds": pulse.last_seen,
        "is_paused": pulse.is_paused,
    }
    if pulse.is_stuck:
        return JsonResponse({"status": "not ready", "reason": _why_stuck(pulse), "delivery": delivery}, status=503)
    return JsonResponse({"status": "ready", "delivery": delivery})


def _why_not_ready() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "the database does not answer"
    return f"{len(waiting)} migrations have not been applied" if waiting else ""


def _why_stuck(pulse: post_office.Pulse) -> str:
    if pulse.is_away:
        return "the mail server cannot be reached"
    if pulse.is_paused:
        return "the mail server refuses us: its settings need a look"
    return f"no email has gone out for over a minute, and one is due since {pulse.oldest_due} seconds"
