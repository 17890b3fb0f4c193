"""Messages of a past that is filled in afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from notifications.models import Notification

READ_WITHIN = timedelta(hours=2)


def record_as_sent(*, told_until: datetime, is_read: bool) -> int:
    """Note what was told up to that instant and still waits as sent when it was told, so that no mail goes out.

    For data that comes with a history, such as the demo's. Returns how many there were; one query.
    """
    waiting = Notification.objects.due(told_until)
    return waiting.update(
        state=Notification.State.SENT,
        sent_at=F("created_at"),
        attempts=1,
        read_at=F("created_at") + READ_WITHIN if is_read else None,
    )
