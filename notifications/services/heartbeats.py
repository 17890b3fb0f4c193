"""Who was last seen at work: one row per role and machine. A heartbeat never breaks the work that it tells of."""

from __future__ import annotations

import logging
import socket
import time
from datetime import datetime, timedelta

from django.db import Error as DatabaseError
from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from notifications.models import Heartbeat

logger = logging.getLogger(__name__)

# Seconds between two heartbeats of one role in one process.
EVERY = 5.0

_last: dict[str, float] = {}


def beat(role: str, *, at: datetime) -> None:
    """Note that a process of the role is at work here at `at`. Never raises."""
    if time.monotonic() - _last.get(role, float("-inf")) < EVERY:
        return
    _last[role] = time.monotonic()
    try:
        Heartbeat.objects.update_or_create(role=role, host=socket.gethostname(), defaults={"seen_at": at})
    except DatabaseError as error:
        logger.warning("The heartbeat of %s could not be noted (%s).", role, error)


def last_seen() -> dict[str, datetime]:
    """When each role was last seen, on whichever machine; one query."""
    machines = Heartbeat.objects.machines().order_by()
    return dict(machines.values_list("role").annotate(Max("seen_at")))


def take_turn(role: str, *, at: datetime, every: timedelta) -> bool:
    """Whether it is this process that does something that one shall do now and then: who comes first does it."""
    turn = Heartbeat.objects.turns().filter(role=role)
    if turn.exists():
        # One that lies further ahead than a turn is long was noted by a clock that has been set back since.
        over = Q(seen_at__lte=at - every) | Q(seen_at__gt=at + every)
        return bool(turn.filter(over).update(seen_at=at))
    try:
        with transaction.atomic():
            Heartbeat.objects.create(role=role, host="", seen_at=at)
    except IntegrityError:
        return False
    return True


def forget_before(at: datetime) -> None:
    """Forget machines that have not been seen since."""
    Heartbeat.objects.machines().filter(seen_at__lt=at).delete()
