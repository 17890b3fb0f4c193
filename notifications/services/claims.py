"""Who may send what: leases and tokens.

A worker takes rows by compare-and-set under a token of its own and for a limited time, and what it
writes later counts only while the token is still there. A row is *claimed* first and *being sent*
from the moment its email is begun: of a dead worker's rows only those may have gone out, and until
that moment a promise can be taken back. Leases go by the real clock, whatever the moment of
delivery; each function is a short transaction of its own.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from random import shuffle
from typing import Any, TypeVar, cast

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Field
from django.utils import timezone

from notifications import failpoints
from notifications.models import Notification
from notifications.querysets import NotificationQuerySet

logger = logging.getLogger(__name__)
State = Notification.State
T = TypeVar("T")

# Longer than one email takes with each of four answers of its server just in time, and short enough that a dead
# worker's rows go out within a minute, where an answer may take no longer than it may by default.
LEASE = max(timedelta(seconds=45), timedelta(seconds=5 + 4 * settings.EMAIL_TIMEOUT))
# A row whose worker was killed so often in the middle of it is what kills them.
DEATHS_OF_A_POISONED = 3
LONGEST_PAUSE = 1.0


@dataclass(frozen=True)
class Claim:
    """Rows that one worker may send, in the order in which it should."""

    token: uuid.UUID
    pks: list[int]


def claim(*, at: datetime, size: int) -> Claim:
    """Take up to `size` rows that are due at `at`, an equal share from each lane, whoever is in a hurry.

    The claim is empty when nothing is due, or all that is due is in other hands.
    """
    claimed = _claim(at, size)
    failpoints.reach("claimed")
    return claimed


@transaction.atomic(durable=True)
def _claim(at: datetime, size: int) -> Claim:
    lanes = _lanes(at)
    shuffle(lanes)
    share = max(1, size // max(1, len(lanes)))
    due = Notification.objects.due(at)
    taken = [_oldest(due.in_lane(lane), share) for lane in lanes[:size]]
    claimed = Claim(uuid.uuid4(), [pk for pk in chain(*zip_longest(*taken)) if pk is not None])
    Notification.objects.filter(pk__in=claimed.pks, state=State.PENDING).update(
        state=State.CLAIMED, lease_token=claimed.token, leased_until=timezone.now() + LEASE
    )
    return claimed


def _lanes(at: datetime) -> list[str]:
    """Those in which something is due; one query.

    Each is looked up in the index from the one before it. DISTINCT reads every row that waits, for each
    batch anew, so that a press for a hundred thousand people would slow the emails of all companies.
    """
    table = Notification._meta.db_table
    statement = f"""
        WITH RECURSIVE waiting(lane) AS (
            SELECT min(lane) FROM {table} WHERE state = 'pending'
            UNION ALL
            SELECT (SELECT min(lane) FROM {table} WHERE state = 'pending' AND lane > waiting.lane)
            FROM waiting WHERE lane IS NOT NULL
        )
        SELECT lane FROM waiting WHERE EXISTS (
            SELECT 1 FROM {table} WHERE state = 'pending' AND lane = waiting.lane AND next_attempt_at <= %s
        )
    """  # noqa: S608, our own names
    with connection.cursor() as cursor:
        cursor.execute(statement, [_as_stored("next_attempt_at", at)])
        return [lane for (lane,) in cursor.fetchall()]


def _oldest(due: NotificationQuerySet, share: int) -> list[int]:
    # In the index's own order, so that the database stops at the last one: those of one press have the same moment.
    free = due.order_by("next_attempt_at", "pk").select_for_update(skip_locked=True, no_key=True, of=("self",))
    return list(free.values_list("pk", flat=True)[:share])


def read(pks: Sequence[int], token: uuid.UUID) -> list[Notification]:
    """Those of the rows that are still claimed, with their recipients as they are now, in the same order; one query."""
    held = Notification.objects.claimed_with(token, at=timezone.now()).select_related("recipient").in_bulk(pks)
    return [held[pk] for pk in pks if pk in held]


def begin(pk: int, token: uuid.UUID) -> bool:
    """Note that its email is being sent from now on, with a whole lease ahead. False when the row was lost.

    The last word before the mail server is spoken to: a worker that slept past its lease finds out
    here, and so does one whose promise was taken back meanwhile.
    """
    mine = f"state = 'claimed' AND leased_until > %(now)s {_waiting_for_no_disk()}"
    return _write(pk, token, mine, {"state": State.SENDING, "leased_until": timezone.now() + LEASE})


def _waiting_for_no_disk() -> str:
    """Lets PostgreSQL answer before the row is on its disk; everybody sees it at once.

    Should the server itself crash within that second, the row is one that was claimed and not begun: it goes out
    once its lease is over, as one that was begun does. What became of an email, `finish` waits for. Said within the
    statement, since a transaction around it would be three more ways to the server.
    """
    # The last argument: for this transaction alone.
    return "AND set_config('synchronous_commit', 'off', true) = 'off'" if connection.vendor == "postgresql" else ""


def finish(pk: int, token: uuid.UUID, state: State, **outcome: Any) -> bool:
    """Write how it went. Returns False, and writes nothing, when the row is in other hands by now."""
    changes = {"state": state, "lease_token": None, "leased_until": None, "unfinished": 0} | outcome
    return _write(pk, token, "state IN ('claimed', 'sending')", changes)


def _write(pk: int, token: uuid.UUID, condition: str, changes: Mapping[str, Any]) -> bool:
    """Change the row while it is under this token and the condition holds; whether it was. `%(now)s` is the real time.

    In plain SQL: it is done twice for each email, and composing it took five times as long as all the rest of it.
    """
    columns = ", ".join(f"{name} = %({name})s" for name in changes)
    table = Notification._meta.db_table
    statement = f"UPDATE {table} SET {columns} WHERE id = %(pk)s AND lease_token = %(token)s AND {condition}"  # noqa: S608, our own names
    values = {name: _as_stored(name, value) for name, value in changes.items()}
    values |= {"pk": pk, "token": _as_stored("lease_token", token), "now": _as_stored("leased_until", timezone.now())}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount)


def _as_stored(column: str, value: Any) -> Any:
    return cast("Field[Any, Any]", Notification._meta.get_field(column)).get_db_prep_save(value, connection)


def release(claim: Claim) -> int:
    """Give back what was claimed and not begun. Returns how many rows."""
    return _give_back(Notification.objects.filter(pk__in=claim.pks, state=State.CLAIMED, lease_token=claim.token))


def free_expired_leases() -> int:
    """Give back what dead workers left behind. Returns how many rows.

    Whether the email of one that was being sent went out nobody knows: it goes again, and its
    Message-ID tells. One that was begun three times, and of which nobody knows how it ended, fails.
    """
    expired = Notification.objects.with_expired_lease(timezone.now())
    begun = expired.filter(state=State.SENDING)
    return sum(
        [
            _give_back(expired.filter(state=State.CLAIMED)),
            _give_back(begun.filter(unfinished__lt=DEATHS_OF_A_POISONED - 1), unfinished=F("unfinished") + 1),
            _give_back(
                begun.filter(unfinished__gte=DEATHS_OF_A_POISONED - 1),
                state=State.FAILED,
                failure=f"It was begun {DEATHS_OF_A_POISONED} times, and nobody knows how that ended. It may be there.",
            ),
        ]
    )


@transaction.atomic
def _give_back(rows: NotificationQuerySet, *, state: State = State.PENDING, **changes: Any) -> int:
    return rows.filter(pk__in=rows.locked(skip=True).values("pk")).update(
        state=state, lease_token=None, leased_until=None, **changes
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
