"""Whether this process was asked to stop: it ends after the email in hand, and gives the others back."""

from __future__ import annotations

from multiprocessing.sharedctypes import RawValue

from celery.exceptions import SoftTimeLimitExceeded

#: What is no fault of the work in hand, and is not to be taken for one: the time of this process is up, or its memory.
INTERRUPTIONS = (SoftTimeLimitExceeded, MemoryError)

# Shared with the processes that are forked from this one: Celery tells only its main process. No lock, since it is
# set by a signal's handler, which may interrupt whoever holds one.
_asked = RawValue("b", 0)


def ask() -> None:
    _asked.value = 1


def is_asked() -> bool:
    return bool(_asked.value)
