"""`manage.py sweep`: the sweep without a broker, once or for ever."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import Company
from assignments import services
from notifications import services as post_office
from notifications import stopping

logger = logging.getLogger(__name__)

SECONDS_BETWEEN = 5
# Of sending at a time: reminders that come due meanwhile, and files that wait to be read, have their turn.
SHIFT = 20
# A database that was away is asked again sooner: people have waited already.
SECONDS_AFTER_FAILURE = 1
A_DAY = timedelta(days=1)


class Command(BaseCommand):
    help = (
        "Queue the reminders that are due, send the emails that are waiting, carry on with uploaded files, delete what"
        " is too old. Needs no broker."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--loop", action="store_true", help=f"repeat it every {SECONDS_BETWEEN} seconds")
        parser.add_argument(
            "--at",
            metavar="ISO-INSTANT",
            help="the moment for what is due, wanted and late, with its offset: 2027-03-09T08:00:00-05:00",
        )
        parser.add_argument(
            "--rehearse-future",
            action="store_true",
            help="allow a moment ahead of the clock outside the demo: real emails go out early",
        )

    def handle(self, *, loop: bool, at: str | None, rehearse_future: bool, **_: Any) -> None:
        moment = _moment(at, may_be_ahead=rehearse_future) if at is not None else None
        with _listening_for_stop() as stop:
            if not loop:
                self._sweep(moment)
            while loop and not stop.is_set():
                stop.wait(self._sweep_whatever_the_database_does(moment))

    def _sweep_whatever_the_database_does(self, moment: datetime | None) -> int:
        """A database that restarts, is locked or being migrated costs a round, not the process.

        Returns in how many seconds the next round begins.
        """
        # No request begins here, so nobody else looks whether the session of the last round is still alive.
        close_old_connections()
        try:
            post_office.beat("sweep", at=timezone.now())
            swept = self._sweep(moment, for_seconds=SHIFT)
        except DatabaseError:
            logger.exception("This sweep failed; the next one is in %s seconds.", SECONDS_AFTER_FAILURE)
            return SECONDS_AFTER_FAILURE
        return 0 if swept.is_unfinished else SECONDS_BETWEEN

    def _sweep(self, moment: datetime | None, *, for_seconds: float | None = None) -> services.Sweep:
        swept = services.sweep(at=moment, for_seconds=for_seconds)
        self.stdout.write(str(swept))
        self.stdout.flush()
        return swept


@contextmanager
def _listening_for_stop() -> Iterator[threading.Event]:
    """Set when the process is asked to end: it finishes the email in hand, and gives the others back."""
    stop = threading.Event()

    def ask(*_: object) -> None:
        stopping.ask()
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _moment(text: str, *, may_be_ahead: bool) -> datetime:
    moment = _parsed(text)
    if moment is None:
        raise CommandError(f"{text!r} is not a moment. Write one like 2027-03-09T08:00:00-05:00.")
    if timezone.is_naive(moment):
        raise CommandError(f"{text} has no offset, so nobody knows when it is. Write one like {text}+00:00.")
    if moment > timezone.now() and not may_be_ahead and not Company.objects.is_the_demo():
        raise CommandError(
            f"{text} is ahead of the clock, and this is not the demo: real people would get emails early. "
            "Add --rehearse-future if that is what you want."
        )
    return moment


def _parsed(text: str) -> datetime | None:
    """None for what is no instant, or one so near to an end of the calendar that some zone has no day for it."""
    try:
        moment = parse_datetime(text)
        if moment and timezone.is_aware(moment):
            _ = moment.astimezone(UTC) - A_DAY, moment.astimezone(UTC) + A_DAY
    except (ValueError, OverflowError):
        return None
    return moment
