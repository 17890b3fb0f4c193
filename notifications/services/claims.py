"""Who may send what: leases and tokens.

A worker takes rows by compare-and-set under a token of its own and for a limited time, and what it
writes later counts only while the token is still there. Leases go by the real clock, whatever the
moment of delivery; each function is a short transaction of its own.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from random import shuffle
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from notifications.models import Notification
from notifications.querysets import NotificationQuerySet

logger = logging.getLogger(__name__)
State = Notification.State
T = TypeVar("T")

# Longer than one email takes with every answer of its server just in time, and short enough that a
# dead worker's rows go out within a minute.
LEASE = timedelta(seconds=45)
LONGEST_PAUSE = 1.0


@dataclass(frozen=True)
class Claim:
    """Rows that one worker may send, in the order in which it should."""

    token: uuid.UUID
    pks: list[int]


@transaction.atomic(durable=True)
def claim(*, at: datetime, size: int) -> Claim:
    """Take up to `size` rows that are due at `at`, an equal share from each lane, whoever is in a hurry.

    The claim is empty when nothing is due, or all that is due is in other hands.
    """
    due = Notification.objects.due(at)
    lanes = due.lanes()
    shuffle(lanes)
    share = max(1, size // max(1, len(lanes)))
    taken = [_oldest(due.in_lane(lane), share) for lane in lanes[:size]]
    claimed = Claim(uuid.uuid4(), [pk for pk in chain(*zip_longest(*taken)) if pk is not None])
    Notification.objects.filter(pk__in=claimed.pks, state=State.PENDING).update(
        state=State.SENDING, lease_token=claimed.token, leased_until=timezone.now() + LEASE
    )
    return claimed


def _oldest(due: NotificationQuerySet, share: int) -> list[int]:
    free = due.order_by("next_attempt_at", "pk").select_for_update(skip_locked=True, no_key=True, of=("self",))
    return list(free.values_list("pk", flat=True)[:share])


def hold(pk: int, token: uuid.UUID) -> Notification | None:
    """The row with its recipient as they are now, and a whole lease ahead; None when the lease was lost.

    Asked just before sending: a worker that slept past its lease finds out here.
    """
    now = timezone.now()
    held = Notification.objects.filter(pk=pk).held_with(token, at=now).update(leased_until=now + LEASE)
    return Notification.objects.select_related("recipient").filter(pk=pk).first() if held else None


def finish(pk: int, token: uuid.UUID, state: State, **outcome: Any) -> bool:
    """Write how it went. Returns False, and writes nothing, when the row is in other hands by now."""
    mine = Notification.objects.filter(pk=pk, state=State.SENDING, lease_token=token)
    return bool(mine.update(state=state, lease_token=None, leased_until=None, **outcome))


def release(token: uuid.UUID, pks: list[int]) -> int:
    """Give back what was claimed and not tried. Returns how many rows."""
    return _give_back(Notification.objects.filter(pk__in=pks, state=State.SENDING, lease_token=token))


def free_expired_leases() -> int:
    """Give back what dead workers left behind. Returns how many rows.

    Whether their email went out nobody knows: it goes again, and its Message-ID tells.
    """
    return _give_back(Notification.objects.with_expired_lease(timezone.now()))


@transaction.atomic
def _give_back(rows: NotificationQuerySet) -> int:
    return rows.filter(pk__in=rows.locked(skip=True).values("pk")).update(
        state=State.PENDING, lease_token=None, leased_until=None
    )


def patiently(step: Callable[[], T], *, for_seconds: float = float("inf")) -> T:
    """Do a step that can be repeated until the database has done it: it may be restarting, or busy.

    What has happened to an email must be written down, or it would be sent a second time. Raises
    the database's error after `for_seconds`.
    """
    give_up_at = time.monotonic() + for_seconds
    pause = 0.05
    while True:
        try:
            return step()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or time.monotonic() > give_up_at:
                raise
            logger.warning("The database does not answer (%s); asking again.", error)
        connection.close()
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
