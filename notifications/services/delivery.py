"""Send what is due: claim a batch, then one by one ask whether it is still wanted, render, send, write down.

No transaction is open while the mail server is spoken to.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from typing import Any

from django.core.mail import EmailMessage
from django.utils import timezone

from notifications import kinds, letters
from notifications.models import Notification
from notifications.post import ChannelDown, Line, NotSent, Refused

from . import claims

logger = logging.getLogger(__name__)
State = Notification.State

BATCH = 50
# Seconds. So long a database may be away before an email is left to the next attempt.
PATIENCE = 15.0
# A message that we cannot even write is tried so often: what it needs may be in the middle of a change.
TRIES_OF_A_POISONED = 3
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(hours=2)
# Nearer to its end than this, a message is not tried once more.
SHORTEST_PAUSE = timedelta(seconds=10)
# How long nothing is tried after the server refused us altogether.
CHANNEL_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True)
class Delivery:
    """What became of the emails that were due: how many of each."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    cancelled: int = 0
    is_unfinished: bool = False  # the time was up before everything that was due had its turn


@dataclass(frozen=True)
class Outcome:
    """What becomes of one row: its next state, and what is written with it."""

    counts_as: str
    state: State
    changes: dict[str, Any]


def deliver_due(*, at: datetime | None = None, for_seconds: float | None = None) -> Delivery:
    """Send every email that is due, for `for_seconds` at most, and return what became of them.

    `at` is the moment for what is due, wanted and late, by default the present of each; leases go
    by the real clock. Any number of workers may do this at once: each email is sent by one.
    """
    claims.free_expired_leases()
    stop_at = time.monotonic() + for_seconds if for_seconds is not None else float("inf")
    tally: Counter[str] = Counter()
    while time.monotonic() < stop_at:
        claim = claims.claim(at=at or timezone.now(), size=BATCH)
        if not claim.pks or not _deliver_batch(claim, at, stop_at, tally):
            return _delivery(tally)
    return _delivery(tally, is_unfinished=True)


def _delivery(tally: Counter[str], *, is_unfinished: bool = False) -> Delivery:
    return Delivery(tally["sent"], tally["later"], tally["failed"], tally["cancelled"], is_unfinished)


def _deliver_batch(claim: claims.Claim, at: datetime | None, stop_at: float, tally: Counter[str]) -> bool:
    """Send the batch over one connection. Returns whether another one makes sense: the server can be reached."""
    waiting = list(claim.pks)
    with Line() as line:
        try:
            while waiting and time.monotonic() < stop_at:
                pk = waiting.pop(0)
                outcome = _deliver(pk, claim.token, at, line)
                if outcome:
                    tally[outcome.counts_as] += 1
        finally:
            claims.patiently(lambda: claims.release(claim.token, waiting))
        return line.is_up


def _deliver(pk: int, token: uuid.UUID, at: datetime | None, line: Line) -> Outcome | None:
    """Send one email and write down what became of it; None when it is in other hands by now."""
    notification = claims.patiently(lambda: claims.hold(pk, token), for_seconds=PATIENCE)
    if notification is None:
        return None
    moment = at or timezone.now()
    outcome = _try(notification, moment, line)
    logger.info("email %s: %s %s", notification.dedupe_key, outcome.counts_as, outcome.changes.get("failure", ""))
    recorded = claims.patiently(lambda: claims.finish(pk, token, outcome.state, **outcome.changes))
    return outcome if recorded else None


def _try(notification: Notification, at: datetime, line: Line) -> Outcome:
    try:
        letter = claims.patiently(lambda: _write(notification, at), for_seconds=PATIENCE)
    except Exception as error:
        return _poisoned(notification, error, at)
    if letter is None:
        return Outcome("cancelled", State.CANCELLED, {"cancelled_at": at})
    try:
        line.send(letter.message)
    except NotSent as reason:
        return _not_sent(notification, reason, at, letter.ends_at)
    except Exception as error:
        return _poisoned(notification, error, at)
    return Outcome("sent", State.SENT, {"sent_at": at, "failure": "", "attempts": notification.attempts + 1})


@dataclass(frozen=True)
class _Letter:
    message: EmailMessage
    ends_at: datetime


def _write(notification: Notification, at: datetime) -> _Letter | None:
    """The email as things are now, None when it is no longer wanted. Raises whatever is wrong with it."""
    kind = kinds.named(notification.kind)
    subject = kind.subjects([notification])[notification.pk]
    if not kind.still_wanted(notification, subject, at):
        return None
    return _Letter(letters.compose(notification, kind, subject, at), kind.ends_at(notification, subject))


def _not_sent(notification: Notification, reason: NotSent, at: datetime, ends_at: datetime) -> Outcome:
    if isinstance(reason, ChannelDown):
        return Outcome("later", State.PENDING, {"next_attempt_at": at + CHANNEL_PAUSE, "failure": str(reason)})
    attempts = notification.attempts + 1
    # The half of what is left: a message that is soon pointless is tried more often, and not after that.
    pause = min(_pause_after(attempts), (ends_at - at) / 2)
    if isinstance(reason, Refused) or pause < SHORTEST_PAUSE:
        return _failed(attempts, str(reason))
    return _later(attempts, str(reason), at + pause)


def _poisoned(notification: Notification, error: Exception, at: datetime) -> Outcome:
    """A message that we cannot write, through whoever's fault; the others go on."""
    logger.error("email %s cannot be written", notification.dedupe_key, exc_info=error)
    attempts = notification.attempts + 1
    reason = f"The message could not be written ({type(error).__name__})."
    if attempts >= TRIES_OF_A_POISONED:
        return _failed(attempts, reason)
    return _later(attempts, reason, at + _pause_after(attempts))


def _failed(attempts: int, reason: str) -> Outcome:
    return Outcome("failed", State.FAILED, {"attempts": attempts, "failure": reason})


def _later(attempts: int, reason: str, next_attempt_at: datetime) -> Outcome:
    return Outcome(
        "later", State.PENDING, {"attempts": attempts, "failure": reason, "next_attempt_at": next_attempt_at}
    )


def _pause_after(attempts: int) -> timedelta:
    """Twice as long each time, and never quite the same for all who were refused together."""
    return min(FIRST_PAUSE * 2.0 ** min(attempts - 1, 12), LONGEST_PAUSE) * uniform(0.75, 1.25)  # noqa: S311
