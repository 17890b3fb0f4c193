"""The worker's door."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from notifications import services as post_office

from . import services

# Seconds. Then the next sweep, or a ring of the doorbell, goes on; the worker is free for others in between.
SHIFT = 20


@shared_task
def sweep() -> None:
    """What beat asks for every few seconds."""
    now = timezone.now()
    post_office.beat("beat", at=now)
    post_office.beat("worker", at=now)
    services.sweep(for_seconds=SHIFT)


@shared_task(soft_time_limit=300, time_limit=330)
def carry_on() -> None:
    """Read or carry out the files that wait for it."""
    services.carry_on_uploads(at=timezone.now())
