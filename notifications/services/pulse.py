"""Is delivery alive? What a machine, an operator or an admin asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from notifications.models import Notification

from . import channel, heartbeats

STUCK_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Pulse:
    """How delivery is at one moment. Ages are in whole seconds; None where there is nothing to be old."""

    oldest_due: int | None
    last_settled: int | None
    last_seen: dict[str, int]
    is_paused: bool
    is_away: bool  # paused, because the mail server cannot be reached
    is_stuck: bool


def pulse(*, at: datetime) -> Pulse:
    """How delivery is at the aware instant `at`; four queries.

    It is stuck when an email has been due for over a minute and none was sent, put off or given up
    for over a minute: nobody works, or the mail server is away or refuses us. Working through a backlog is not.
    """
    waiting = _oldest_waiting()
    way_out = channel.state()
    due = at - waiting if waiting and waiting <= at else None
    settled = at - way_out.settled_at if way_out.settled_at else None
    is_idle = settled is None or settled > STUCK_AFTER
    return Pulse(
        oldest_due=_seconds(due),
        last_settled=_seconds(settled),
        last_seen={role: int((at - seen).total_seconds()) for role, seen in sorted(heartbeats.last_seen().items())},
        is_paused=bool(way_out.pauses),
        is_away=way_out.is_away,
        is_stuck=due is not None and due > STUCK_AFTER and is_idle,
    )


def _oldest_waiting() -> datetime | None:
    """Since when the oldest email that is still to be sent is due.

    Each half has an index of its own; both together have none, and a probe would read all that was ever sent.
    """
    halves = Notification.objects.pending(), Notification.objects.in_hand()
    oldest = [half.aggregate(oldest=Min("next_attempt_at"))["oldest"] for half in halves]
    return min(filter(None, oldest), default=None)


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else int(age.total_seconds())
