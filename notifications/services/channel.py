"""The way out for all emails: closed for everybody while the mail server refuses us altogether.

One row of the database, so that every process knows. Pauses go by the real clock.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import DatabaseError, transaction
from django.utils import timezone

from notifications.models import Channel

logger = logging.getLogger(__name__)

EMAIL = "email"
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=15)
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
    first = Channel.objects.filter(pk=EMAIL, paused_until__lte=now).update(paused_until=now + FIRST_PAUSE)
    _is_probing = bool(first)
    return 1 if first else 0


def pause(reason: str) -> None:
    """Close it for everybody, longer each time in a row. Uses up no attempt of any message."""
    with transaction.atomic():
        channel, _ = Channel.objects.select_for_update().get_or_create(pk=EMAIL)
        length = min(FIRST_PAUSE * 2**channel.pauses, LONGEST_PAUSE)
        channel.paused_until, channel.failure = timezone.now() + length, reason
        channel.pauses += 1
        channel.save(update_fields=["paused_until", "failure", "pauses"])
    logger.error("no email goes out for %s: %s", length, reason)


def note_sent() -> None:
    """An email went out, so the channel is open."""
    global _is_probing
    if _is_probing:
        Channel.objects.filter(pk=EMAIL).update(paused_until=None, failure="", pauses=0)
        logger.info("emails go out again")
        _is_probing = False


def note_progress() -> None:
    """Something was sent, put off or given up, so delivery is alive. Written down now and then; never raises."""
    global _noted_at
    if time.monotonic() - _noted_at < NOTE_EVERY:
        return
    _noted_at = time.monotonic()
    try:
        Channel.objects.update_or_create(pk=EMAIL, defaults={"settled_at": timezone.now()})
    except DatabaseError as error:
        logger.warning("The progress of delivery could not be noted (%s).", error)
