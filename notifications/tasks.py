"""The worker's door."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from . import doorbell, stopping
from .models import Notification
from .services import BATCH, beat, deliver_due

# Seconds. A worker answers the door, works for a while and then lets another ring have its turn.
SHIFT = 20


@shared_task(name="notifications.tasks.deliver", ignore_result=True, soft_time_limit=90, time_limit=120)
def deliver() -> None:
    """Send what is due. Rings for another worker at the start when there is much, and at the end when some is left."""
    now = timezone.now()
    beat("worker", at=now)
    if Notification.objects.due(now)[BATCH:].exists():
        doorbell.ring()
    if deliver_due(for_seconds=SHIFT).is_unfinished and not stopping.is_asked():
        doorbell.ring()
