"""What is to have happened before today, told through the services, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial

from accounts.models import Company
from assignments import services as assigning
from notifications import services as post_office
from notifications.post import NotSent

SATURDAY = 5
#: Messages older than this have been read by now.
READ_AFTER = timedelta(days=5)

Event = Callable[[datetime], object]


class Diary:
    """Collects events with their instants, then lets them happen from the oldest to the newest.

    Only in that order are the reminders and the history what they would have been: a reminder
    depends on the due day and the progress of its own day.
    """

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        #: What the mail server of those days says to an address instead of taking its emails.
        self.answers: dict[str, NotSent] = {}
        self._events: list[tuple[datetime, Event]] = []

    def note(self, at: datetime, event: Event) -> None:
        """Let `event` happen at `at`; one that would lie in the future does not happen."""
        if at <= self.now:
            self._events.append((at, event))

    def tell(self, at: datetime, event: Event) -> None:
        """The same with an event of which people are told: their emails go out at once."""
        self.note(at, partial(self._tell, event))

    def note_mornings(self, company: Company, *, days: int) -> None:
        """The sweep of each of the last days, at the company's 08:00."""
        for ago in range(days):
            self.note(self.moment(company, days_ago=ago, at=time(8)), self._sweep)

    def moment(self, company: Company, *, days_ago: int, at: time) -> datetime:
        """A time of day by the company's clock, so many days before its today."""
        day = company.day_at(self.now) - timedelta(days=days_ago)
        return datetime.combine(day, at, tzinfo=company.zone)

    def workday(self, company: Company, *, days_ago: int, at: time) -> datetime:
        """The same, on the Friday before if that day is at a weekend."""
        moment = self.moment(company, days_ago=days_ago, at=at)
        return moment - timedelta(days=max(0, moment.weekday() - SATURDAY + 1))

    def play(self) -> None:
        for at, event in sorted(self._events, key=lambda noted: noted[0]):
            event(at)
        self._sweep(self.now)

    def _sweep(self, at: datetime) -> None:
        """Reminders as on that morning, and whatever else is waiting."""
        assigning.queue_reminders(at=at)
        self._deliver(at)

    def _tell(self, event: Event, at: datetime) -> None:
        event(at)
        self._deliver(at)

    def _deliver(self, at: datetime) -> None:
        """What was told until then counts as sent or refused as things were then, and no mail goes out today."""
        post_office.record_as_sent(told_until=at, is_read=at < self.now - READ_AFTER, answers=self.answers)
