"""Calendar days and instants in the words that people read.

A day is always compared with an explicit ``today``, the day it is in the company's zone: nothing here looks at a clock.
"""

import datetime as dt
from functools import lru_cache

from django.utils.dateformat import format as format_date


def day(value: dt.date | None) -> str:
    """``Tue 9 March 2027``; an empty text for no day, as for everything below. Of an instant, the company's day."""
    return _written(value, "D j F Y")


def plain_day(value: dt.date | None) -> str:
    """``9 March 2027``: where the weekday says nothing, as of a day long past."""
    return _written(value, "j F Y")


def full_day(value: dt.date | None) -> str:
    """``Tuesday 9 March 2027``: where there is room, and in tooltips."""
    return _written(value, "l j F Y")


def moment(value: dt.datetime | None) -> str:
    """``Tue 9 March 2027, 08:00``, in the zone that is active: the company's."""
    return f"{day(value)}, {value:%H:%M}" if value else ""


def iso(value: dt.date | None) -> str:
    """``2027-03-09``, and of an instant ``2027-03-09T08:00:00-05:00``: for machines, as in ``<time datetime>``."""
    return value.isoformat() if value else ""


def until_due(due_on: dt.date | None, today: dt.date) -> str:
    """``today``, ``tomorrow``, ``in 4 days``, ``overdue by 2 days``."""
    if due_on is None:
        return ""
    days = (due_on - today).days
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    if days > 1:
        return f"in {days:,} days"
    return f"overdue by {in_days(days)}"


def in_days(days: int) -> str:
    """``1 day``, ``4 days``: how many, whether they are before or after."""
    return f"{abs(days):,} day{'' if abs(days) == 1 else 's'}"


def from_due_date(days_before: int) -> str:
    """``5 days before the due date``, ``on the due date``; below zero ``2 days after the due date``."""
    if days_before == 0:
        return "on the due date"
    return f"{in_days(days_before)} {'before' if days_before > 0 else 'after'} the due date"


def _written(value: dt.date | None, form: str) -> str:
    if value is None:
        return ""
    return _words(value.date() if isinstance(value, dt.datetime) else value, form)


@lru_cache(maxsize=4096)
def _words(day: dt.date, form: str) -> str:
    """A list says the same few days hundreds of times, and composing one takes longer than the rest of its row."""
    return format_date(day, form)
