"""When a reminder is due: days of the company's calendar, and 08:00 by its clock.

The one reminder goes out five days before the due day (domain: Messages).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS_BEFORE = 5
TIME_OF_DAY = time(8)


def reminder_on(due_on: date) -> date:
    """The local day of the reminder for a due day."""
    return due_on - timedelta(days=DAYS_BEFORE)


def reminder_on_assigning(due_on: date | None, *, today: date) -> date | None:
    """The reminder to come for a new assignment; none when its day has come: the assignment message
    carries the due day itself.
    """
    if due_on is None or today >= reminder_on(due_on):
        return None
    return reminder_on(due_on)


def reminder_on_moving(due_on: date | None) -> date | None:
    """The reminder to come after the due day has moved; one whose moment has passed is due at once,
    since nothing else tells the learner.
    """
    return None if due_on is None else reminder_on(due_on)


def reminded_day(zone: ZoneInfo, at: datetime) -> date:
    """The latest local day whose reminder moment is not after the aware instant `at`."""
    today = at.astimezone(zone).date()
    moment = datetime.combine(today, TIME_OF_DAY, tzinfo=zone)
    return today if moment <= at else today - timedelta(days=1)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a local day is over."""
    if day == date.max:
        return datetime.max.replace(tzinfo=ZoneInfo("UTC"))
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
