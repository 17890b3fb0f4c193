"""Messages are kept for a setting's days, then deleted."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings

from notifications.models import Notification

from . import heartbeats

logger = logging.getLogger(__name__)

EVERY = timedelta(days=1)
BATCH = 1_000
# One sweep deletes no more than that, since emails wait behind it. The rest has time until tomorrow.
MOST_BATCHES = 50
MACHINES_KEPT_FOR = timedelta(days=1)


def purge_once_a_day(*, at: datetime) -> int:
    """Delete what was settled and promised more than `KEEP_MESSAGES_DAYS` ago. Returns how many rows.

    Any sweep may call it at any time; one of them does it, once a day. Each batch is a transaction of its own.
    """
    if not heartbeats.take_turn("purge", at=at, every=EVERY):
        return 0
    heartbeats.forget_before(at - MACHINES_KEPT_FOR)
    old = Notification.objects.settled().filter(created_at__lt=at - timedelta(days=settings.KEEP_MESSAGES_DAYS))
    purged = 0
    for _ in range(MOST_BATCHES):
        batch = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not batch:
            break
        purged += old.filter(pk__in=batch).delete()[0]  # not what was asked to be sent again since
    if purged:
        logger.info("purged %s messages", purged)
    return purged
