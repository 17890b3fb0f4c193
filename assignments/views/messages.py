"""The message ledger: what happened to one learner's assignments, what they were told, and what is still to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from assignments import notices
from assignments.models import Assignment, AssignmentChange, Learner
from assignments.upcoming import ToCome, messages_to_come
from notifications import services as post_office
from notifications.models import Notification, SwitchedOff

from .lists import certification_of


@dataclass(frozen=True)
class Entry:
    """One line of the past: a change of the assignment, or a message about it."""

    at: datetime
    change: AssignmentChange | None = None
    message: Notification | None = None


@dataclass(frozen=True)
class Section:
    """One assignment, what was done to it, what was said of it and what is still to come."""

    assignment: Assignment
    changes: Sequence[AssignmentChange]
    messages: Sequence[Notification]
    to_come: Sequence[ToCome]

    @property
    def entries(self) -> list[Entry]:
        """In the order of time; a change comes before the message that it brought."""
        changes = [Entry(change.operation.made_at, change=change) for change in self.changes]
        return sorted(
            [*changes, *(Entry(one.created_at, message=one) for one in self.messages)], key=lambda one: one.at
        )

    @property
    def has_failed(self) -> bool:
        """Whether there is something to send again."""
        failed = Notification.State.FAILED
        return self.assignment.closed_at is None and any(message.state == failed for message in self.messages)


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def learner_messages(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One section per assignment, the newest first; it survives unassigning."""
    certification = certification_of(request, slug)
    learner = get_object_or_404(Learner.objects.visible_to(request.user), pk=pk)
    mine = Assignment.objects.visible_to(request.user).of(learner).filter(certification=certification)
    shown = mine.with_progress().select_related("assigned_by", "closed_by", "company")
    assignments = list(shown.order_by("-assigned_at", "-pk"))
    if not assignments:
        raise Http404
    messages, changes = notices.messages_by_assignment(assignments), _changes_of(assignments)
    to_come = messages_to_come(mine.open(), company=request.company, today=request.today)
    context = {
        "certification": certification,
        "person": learner,
        "sections": [
            Section(one, changes[one.pk], messages.get(one.pk, []), to_come.get(one.pk, [])) for one in assignments
        ],
        "switched_off": {kind for _, kind in SwitchedOff.objects.of([learner.pk])},
        "channel": post_office.channel_state(),
        "today": request.today,
        "kept_days": settings.KEEP_MESSAGES_DAYS,
        "kept_since": request.at - timedelta(days=settings.KEEP_MESSAGES_DAYS),
    }
    return render(request, "assignments/message_ledger.html", context)


def _changes_of(assignments: Iterable[Assignment]) -> dict[int, list[AssignmentChange]]:
    """What was done to each of them, the oldest first; one query."""
    found: dict[int, list[AssignmentChange]] = defaultdict(list)
    changes = AssignmentChange.objects.of_assignments().filter(assignment__in=assignments)
    changes = changes.select_related("operation__made_by", "operation__takes_back")
    # Whom else they skipped is not asked.
    for change in changes.defer("operation__skipped", "operation__takes_back__skipped").order_by("pk"):
        found[change.assignment_id].append(change)
    return found
