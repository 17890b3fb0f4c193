"""Days and instants read the same everywhere, and are compared with the company's day, never with a clock."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone

from accounts import days
from accounts.models import Company
from accounts.templatetags.days import due_class

TODAY = dt.date(2027, 2, 25)


def test_a_day_is_written_with_its_weekday_and_year() -> None:
    assert days.day(dt.date(2027, 3, 9)) == "Tue 9 March 2027"
    assert days.full_day(dt.date(2027, 3, 9)) == "Tuesday 9 March 2027"
    assert days.plain_day(dt.date(2027, 3, 9)) == "9 March 2027"


def test_what_machines_read_is_written_for_machines() -> None:
    assert days.iso(dt.date(2027, 3, 9)) == "2027-03-09"
    assert days.iso(dt.datetime(2027, 3, 9, 13, tzinfo=dt.UTC)) == "2027-03-09T13:00:00+00:00"


@pytest.mark.parametrize("write", [days.day, days.full_day, days.plain_day, days.moment, days.iso])
def test_what_is_not_set_is_written_as_nothing(write) -> None:
    assert write(None) == ""


@pytest.mark.parametrize(
    ("due_on", "words", "tone"),
    [
        (dt.date(2026, 2, 25), "overdue by 365 days", "asc-late"),
        (dt.date(2027, 2, 23), "overdue by 2 days", "asc-late"),
        (dt.date(2027, 2, 24), "overdue by 1 day", "asc-late"),
        (dt.date(2027, 2, 25), "today", "asc-soon"),
        (dt.date(2027, 2, 26), "tomorrow", "asc-soon"),
        (dt.date(2027, 3, 1), "in 4 days", "asc-soon"),
        (dt.date(2027, 3, 2), "in 5 days", "asc-soon"),
        (dt.date(2027, 3, 3), "in 6 days", ""),
        (dt.date(2030, 2, 25), "in 1,096 days", ""),
        (None, "", ""),
    ],
)
def test_a_due_day_says_how_far_away_it_is(due_on: dt.date | None, words: str, tone: str) -> None:
    assert days.until_due(due_on, TODAY) == words
    assert due_class(due_on, TODAY) == tone


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1 day"), (-1, "1 day"), (4, "4 days"), (-4, "4 days"), (1500, "1,500 days")]
)
def test_days_are_counted_the_same_before_and_after(number: int, words: str) -> None:
    assert days.in_days(number) == words


@pytest.mark.parametrize(
    ("days_before", "words"),
    [
        (5, "5 days before the due date"),
        (1, "1 day before the due date"),
        (0, "on the due date"),
        (-1, "1 day after the due date"),
        (-2, "2 days after the due date"),
    ],
)
def test_a_message_says_how_far_its_day_is_from_the_due_date(days_before: int, words: str) -> None:
    assert days.from_due_date(days_before) == words


def test_an_instant_is_written_in_the_zone_that_is_active() -> None:
    page = Template("{% load days %}{{ sent_at|moment }}")
    sent_at = dt.datetime(2027, 3, 9, 23, 30, tzinfo=dt.UTC)
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        assert page.render(Context({"sent_at": sent_at})) == "Wed 10 March 2027, 12:30"
    with timezone.override(ZoneInfo("America/New_York")):
        assert page.render(Context({"sent_at": sent_at})) == "Tue 9 March 2027, 18:30"


@pytest.mark.parametrize(
    ("zone", "city"),
    [
        ("America/New_York", "New York"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_called_by_its_city(zone: str, city: str) -> None:
    assert Company(time_zone=zone).zone_city == city
