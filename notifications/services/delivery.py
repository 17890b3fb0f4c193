"""Send what is due: claim a batch, ask a few at a time whether they are still wanted, then one by one send, write down.

No transaction is open while the mail server is spoken to.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from notifications import doorbell, failpoints, stopping
from notifications.models import Notification
from notifications.post import ChannelDown, Line, NotSent, Refused, RefusesUs, ServerAway, Unanswered

from . import channel, claims, outcomes
from .drafts import Draft, write
from .outcomes import Outcome

logger = logging.getLogger(__name__)
State = Notification.State

BATCH = 50
# So many are asked about and written together. More saves little, and the answer would be older when it is used.
GROUP = 20
# Seconds. An answer older than that is asked for anew: the mail server was slow.
FRESH = 0.5
# Seconds. So long a database may be away before an email is left to the next attempt.
PATIENCE = 15.0
# A message that we cannot even write is tried so often: what it needs may be in the middle of a change. So is one that
# is asked to come back later when its own end is past: the system was down for long.
FEW_TRIES = 3
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(hours=2)
# While the server's people must be talked to; some messages may pass, so the channel stays open.
PAUSE_REFUSED_US = timedelta(hours=1)
# Nearer to its end than this, a message is not tried once more.
SHORTEST_PAUSE = timedelta(seconds=10)
# After which a server is tried again that took a message whole and did not answer. Each try may be a copy, so
# there are no more of them: a server that is only slow would accept them all.
PAUSES_UNANSWERED = (FIRST_PAUSE, timedelta(hours=1))


@dataclass(frozen=True)
class Delivery:
    """What became of the emails that were due: how many of each."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    cancelled: int = 0
    declined: int = 0
    is_unfinished: bool = False  # the time was up before everything that was due had its turn


def deliver_due(*, at: datetime | None = None, for_seconds: float | None = None) -> Delivery:
    """Send every email that is due, for `for_seconds` at most, and return what became of them.

    `at` is the moment for what is due, wanted and late, by default the present of each; leases and
    pauses of the channel go by the real clock. Any number of workers may do this at once: each
    email is sent by one. A process that is asked to stop ends after the email in hand.
    """
    claims.free_expired_leases()
    shift = _Shift(at, time.monotonic() + for_seconds if for_seconds is not None else float("inf"))
    while not shift.is_over:
        size = channel.room(BATCH)
        claim = claims.claim(at=shift.moment, size=size) if size else None
        goes_on = claim is not None and bool(claim.pks) and shift.deliver(claim)
        channel.end_try()
        if not goes_on:
            return shift.delivery()
    return shift.delivery(is_unfinished=True)


def deliver_shift(*, for_seconds: float) -> None:
    """Deliver for so long. Rings for another worker at the start when there is much, and at the end when some is left.

    Not while the channel is paused: whoever came would find as much, and ring again.
    """
    if not channel.state().pauses and Notification.objects.due(timezone.now())[BATCH:].exists():
        doorbell.ring()
    if deliver_due(for_seconds=for_seconds).is_unfinished and not stopping.is_asked():
        doorbell.ring()


class _Shift:
    """One worker's work from when it comes until its time is up."""

    def __init__(self, at: datetime | None, until: float) -> None:
        self._at = at
        self._until = until
        self._tally: Counter[str] = Counter()

    @property
    def moment(self) -> datetime:
        return self._at or timezone.now()

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._until or stopping.is_asked()

    def delivery(self, *, is_unfinished: bool = False) -> Delivery:
        tally = self._tally
        return Delivery(
            tally["sent"], tally["later"], tally["failed"], tally["cancelled"], tally["declined"], is_unfinished
        )

    def deliver(self, claim: claims.Claim) -> bool:
        """Send the batch over one connection. Returns whether another one makes sense: the server can be reached."""
        with Line() as line:
            try:
                for draft in self._drafts(claim):
                    if self.is_over or not line.is_up:
                        break
                    outcome = self._deliver(draft, claim, line)
                    if outcome:
                        self._tally[outcome.counts_as] += 1
            finally:
                claims.patiently(lambda: claims.release(claim))
            return line.is_up

    def _drafts(self, claim: claims.Claim) -> Iterator[Draft]:
        for start in range(0, len(claim.pks), GROUP):
            left = claim.pks[start : start + GROUP]
            while left:
                drafts, left = self._written(left, claim), []
                for number, draft in enumerate(drafts):
                    if number and draft.age > FRESH:  # the rest of the group anew, together
                        left = [later.notification.pk for later in drafts[number:]]
                        break
                    yield draft

    def _written(self, pks: list[int], claim: claims.Claim) -> list[Draft]:
        """The emails as things are now; those that are in other hands by now are left out."""
        failpoints.reach("held")
        return claims.patiently(lambda: write(claims.read(pks, claim.token), self.moment), for_seconds=PATIENCE)

    def _deliver(self, draft: Draft, claim: claims.Claim, line: Line) -> Outcome | None:
        """Send one email and write down what became of it; None when it is in other hands by now."""
        if draft.message is not None:
            line.open()  # first: until the server has greeted us the answer may have grown old
        if draft.age > FRESH:
            renewed = self._written([draft.notification.pk], claim)
            if not renewed:
                return None
            [draft] = renewed
        outcome = self._try(draft, claim, line)
        if outcome is None:
            return None
        pk, key = draft.notification.pk, draft.notification.dedupe_key
        logger.info("email %s: %s %s", key, outcome.counts_as, outcome.changes.get("failure", ""))
        failpoints.reach("before_finish")
        recorded = claims.patiently(lambda: claims.finish(pk, claim.token, outcome.state, **outcome.changes))
        failpoints.reach("finished")
        if line.is_up:
            channel.note_progress(is_reached=line.was_reached)
        return outcome if recorded else None

    def _try(self, draft: Draft, claim: claims.Claim, line: Line) -> Outcome | None:
        notification, message = draft.notification, draft.message
        if draft.error is not None:
            return _poisoned(notification, draft.error, self.moment)
        if message is None:
            return outcomes.unwanted(draft, self.moment)
        try:
            is_sent = line.send(
                message,
                may_go=lambda: self._begin(notification.pk, claim),
                within=claims.LEASE.total_seconds(),
            )
        except ChannelDown as reason:
            channel.pause(str(reason), is_away=isinstance(reason, ServerAway))
            return Outcome("later", State.PENDING, {"failure": str(reason), "unfinished": notification.unfinished})
        except NotSent as reason:
            return _not_sent(draft, reason, self.moment)
        except (OperationalError, InterfaceError, *stopping.INTERRUPTIONS):
            raise
        except Exception as error:
            return _poisoned(notification, error, self.moment)
        if not is_sent:
            return None
        failpoints.reach("after_250")
        return outcomes.sent(notification, message, self.moment)

    def _begin(self, pk: int, claim: claims.Claim) -> bool:
        is_ours = claims.patiently(lambda: claims.begin(pk, claim.token), for_seconds=PATIENCE)
        failpoints.reach("before_data")
        return is_ours


def _not_sent(draft: Draft, reason: NotSent, at: datetime) -> Outcome:
    attempts, unfinished = draft.notification.attempts + 1, draft.notification.unfinished
    if isinstance(reason, Refused):
        return outcomes.failed(attempts, str(reason))
    if isinstance(reason, Unanswered):
        if unfinished >= len(PAUSES_UNANSWERED):
            return outcomes.failed(attempts, f"{reason} It may have arrived.")
        return _tried_until(draft, attempts, reason, PAUSES_UNANSWERED[unfinished], at, unfinished=unfinished + 1)
    pause = PAUSE_REFUSED_US if isinstance(reason, RefusesUs) else _pause_after(attempts)
    return _tried_until(draft, attempts, reason, pause, at, unfinished=unfinished)


def _tried_until(
    draft: Draft, attempts: int, reason: NotSent, pause: timedelta, at: datetime, **changes: Any
) -> Outcome:
    """After the pause, or half of what is left: what is soon pointless is tried more often, and not after that."""
    left = (draft.ends_at or at) - at
    if left > timedelta():
        pause = min(pause, left / 2)
    if pause < SHORTEST_PAUSE or (left <= timedelta() and attempts >= FEW_TRIES):
        return outcomes.failed(attempts, str(reason))
    return outcomes.later(attempts, str(reason), at + pause, **changes)


def _poisoned(notification: Notification, error: Exception, at: datetime) -> Outcome:
    """A message that we cannot write, through whoever's fault; the others go on."""
    logger.error("email %s cannot be written", notification.dedupe_key, exc_info=error)
    attempts = notification.attempts + 1
    reason = f"The message could not be written ({type(error).__name__})."
    if attempts >= FEW_TRIES:
        return outcomes.failed(attempts, reason)
    return outcomes.later(attempts, reason, at + _pause_after(attempts))


def _pause_after(attempts: int) -> timedelta:
    """Twice as long each time, and never quite the same for all who were refused together."""
    spread = uniform(0.75, 1.25)  # noqa: S311, nobody gains by guessing it
    return min(FIRST_PAUSE * 2.0 ** min(attempts - 1, 12), LONGEST_PAUSE) * spread
