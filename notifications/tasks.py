"""The worker's door."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from .services import beat, deliver_shift

# Seconds. A worker answers the door, works for a while and then lets another ring have its turn.
SHIFT = 20


@shared_task
def deliver() -> None:
    """Send what is due."""
    beat("worker", at=timezone.now())
    deliver_shift(for_seconds=SHIFT)
