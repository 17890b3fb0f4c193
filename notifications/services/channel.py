"""The way out for all emails: closed for everybody while the mail server is away, or refuses us altogether.

One row of the database, so that every process knows. Pauses go by the real clock.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from notifications.models import Channel

logger = logging.getLogger(__name__)

EMAIL = "email"
MOST_PAUSES = 1_000  # what a column of the database holds, and nobody tells apart
# While somebody must mend our settings; and while the server is away, which may be over at any moment.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=15)
FIRST_PAUSE_AWAY, LONGEST_PAUSE_AWAY = timedelta(seconds=5), timedelta(minutes=1)
# Seconds between two notes of progress by one process.
NOTE_EVERY = 5.0

_noted_at = float("-inf")
_is_probing = False


def state() -> Channel:
    """The channel as it is; one that nobody ever paused is open."""
    return Channel.objects.filter(pk=EMAIL).first() or Channel(name=EMAIL)


def room(size: int) -> int:
    """How many emails may be claimed now: `size`, none during a pause, and one for who comes first after it."""
    global _is_probing
    if not state().pauses:
        return size
    now = timezone.now()
    # A pause that is longer than any was noted by a clock that has been set back since.
    over = Q(paused_until__lte=now) | Q(paused_until__gt=now + LONGEST_PAUSE)
    first = Channel.objects.filter(over, pk=EMAIL).update(paused_until=now + FIRST_PAUSE)
    _is_probing = bool(first)
    return 1 if first else 0


def pause(reason: str, *, is_away: bool) -> None:
    """Close it for everybody, longer each time in a row. Uses up no attempt of any message.

    `is_away`: the server cannot be reached, so that it is tried again soon. Others who were speaking to it find out
    too, which does not count again.
    """
    global _is_probing
    first, longest = (FIRST_PAUSE_AWAY, LONGEST_PAUSE_AWAY) if is_away else (FIRST_PAUSE, LONGEST_PAUSE)
    with transaction.atomic():
        channel, _ = Channel.objects.select_for_update().get_or_create(pk=EMAIL)
        now = timezone.now()
        if channel.paused_until and now < channel.paused_until <= now + LONGEST_PAUSE and not _is_probing:
            return
        length = min(first * 2 ** min(channel.pauses, 10), longest)
        channel.paused_until, channel.failure, channel.is_away = now + length, reason, is_away
        channel.pauses = min(channel.pauses + 1, MOST_PAUSES)
        channel.save(update_fields=["paused_until", "failure", "is_away", "pauses"])
    _is_probing = False
    logger.log(logging.WARNING if is_away else logging.ERROR, "no email goes out for %s: %s", length, reason)


def end_try() -> None:
    """Let the next who comes try, if this process was to try one email after a pause and learned nothing: it was not
    wanted any more, or in other hands.
    """
    global _is_probing
    if _is_probing:
        Channel.objects.filter(pk=EMAIL, pauses__gt=0).update(paused_until=timezone.now())
        _is_probing = False


def note_progress(*, is_reached: bool) -> None:
    """An email was sent, put off or given up, so delivery is alive: written down now and then, and never raises.

    `is_reached`: the server has let us in, so the channel is open.
    """
    global _noted_at
    try:
        if is_reached and _is_probing:
            _reopen()
        if time.monotonic() - _noted_at >= NOTE_EVERY:
            _noted_at = time.monotonic()
            Channel.objects.update_or_create(pk=EMAIL, defaults={"settled_at": timezone.now()})
    except DatabaseError as error:
        logger.warning("The progress of delivery could not be noted (%s).", error)


def _reopen() -> None:
    global _is_probing
    Channel.objects.filter(pk=EMAIL).update(paused_until=None, failure="", pauses=0, is_away=False)
    _is_probing = False  # not before: who could not write it down has the next email try again
    logger.info("emails go out again")
