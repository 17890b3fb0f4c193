"""Send again what was given up, when its cause has been mended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from notifications import doorbell
from notifications.models import Notification


@transaction.atomic
def send_again(*, about: QuerySet[Any, Any], at: datetime) -> int:
    """Let every failed email about one of `about`, a queryset of one text column, begin anew at `at`.

    It is asked again whether it is wanted, and it goes to the address of the moment. The bell entry
    stays as it is. Returns how many; one query.
    """
    failed = Notification.objects.failed()
    revived = failed.filter(pk__in=failed.about(about).locked().values("pk")).update(
        state=Notification.State.PENDING, next_attempt_at=at, tried_since=at, attempts=0, unfinished=0
    )
    if revived:
        transaction.on_commit(doorbell.ring, robust=True)
    return revived
