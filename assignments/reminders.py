"""When a reminder is due: days of the company's calendar, and 08:00 by its clock.

A company's *plan* names the days by their distance from the due day; one that never chose has the
one reminder five days before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.text import get_text_list

TIME_OF_DAY = time(8)
#: How far from the due day a company may choose.
MOST_DAYS_BEFORE, MOST_DAYS_AFTER = 90, 60
MOST_MESSAGES = 6
#: A message about an overdue certification is not sent later than so many days after its own day.
DAYS_CAUGHT_UP = 7


class Days(NamedTuple):
    """What day it is in some time zones: `reminded` is the latest one whose reminder moment has passed."""

    reminded: date
    today: date


class Span(NamedTuple):
    """The due days, both ends included, of which the same occasion, in days before the due day, has passed last."""

    passed: int
    first: date
    last: date


@dataclass(frozen=True, order=True)
class Plan:
    """When a company's people are written to about one due day, in days before it, the earliest first; below
    zero: after it.
    """

    learner: tuple[int, ...] = (5,)
    manager: tuple[int, ...] = ()

    def __str__(self) -> str:
        """In words, for the record: “14, 5, 0 days before, 3 days after; managers 3 days after”."""
        told = _in_words(self.learner)
        return f"{told}; managers {_in_words(self.manager)}" if self.manager else told

    @cached_property
    def occasions(self) -> tuple[int, ...]:
        """All of them, in the order in which their days come."""
        return tuple(sorted({*self.learner, *self.manager}, reverse=True))

    @property
    def reminders(self) -> tuple[int, ...]:
        """Those before the due day or on it; the others tell learners that they are late."""
        return tuple(before for before in self.learner if before >= 0)

    @property
    def reminders_in_words(self) -> str:
        """“14, 5 and 1 days before the due date, and on the day itself”; empty where there are none."""
        days = [str(before) for before in self.reminders if before]
        if not days:
            return "on the due date" if self.reminders else ""
        before = f"{get_text_list(days, 'and')} {'day' if days == ['1'] else 'days'} before the due date"
        return f"{before}, and on the day itself" if 0 in self.reminders else before

    def first_after(self, day: date, *, due_on: date) -> date | None:
        """The day of the first occasion that is later than `day`; None when none is to come."""
        ordinals = (due_on.toordinal() - before for before in self.occasions)
        found = next((each for each in ordinals if day.toordinal() < each <= date.max.toordinal()), None)
        return None if found is None else date.fromordinal(found)

    def due_by(self, day: date) -> date:
        """The last due day that a manager's message of the local day names. Asked only where managers are told."""
        return shifted(day, max(self.manager))


def spans(occasions: Sequence[int], day: date) -> Iterator[Span]:
    """For each of the occasions, the earliest first, the due days of which it is the last one not later than `day`."""
    for passed, to_come in pairwise([*occasions, -date.max.toordinal()]):  # to the last one nothing sets an end
        yield Span(passed, shifted(day, to_come + 1), shifted(day, passed))


def reminded_day(zone: ZoneInfo, at: datetime) -> date:
    """The latest local day whose reminder moment is not after the aware instant `at`."""
    today = at.astimezone(zone).date()
    moment = datetime.combine(today, TIME_OF_DAY, tzinfo=zone)
    return today if moment <= at else today - timedelta(days=1)


def days_in(zone: ZoneInfo, at: datetime) -> Days:
    """What day it is in the zone at the aware instant `at`."""
    return Days(reminded_day(zone, at), at.astimezone(zone).date())


def due_days_come(days_before: int, days: Days) -> tuple[date, date]:
    """The due days, both included, whose occasion has come and is not too long ago."""
    # A reminder makes sense until its due day is over, a message about an overdue certification for some days.
    earliest = days.today if days_before >= 0 else shifted(days.today, days_before - DAYS_CAUGHT_UP)
    return earliest, shifted(days.reminded, days_before)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a local day is over."""
    if day == date.max:
        return datetime.max.replace(tzinfo=ZoneInfo("UTC"))
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)


def _in_words(days: Sequence[int]) -> str:
    before = ", ".join(str(each) for each in sorted(days, reverse=True) if each >= 0)
    after = ", ".join(str(-each) for each in sorted(days, reverse=True) if each < 0)
    return ", ".join(filter(None, [before and f"{before} days before", after and f"{after} days after"]))


def shifted(day: date, days: int) -> date:
    """So many days later, at the end of the calendar at the latest."""
    return date.fromordinal(min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal()))
