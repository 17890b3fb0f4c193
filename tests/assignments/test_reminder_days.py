"""The day arithmetic of reminders: in every time zone, on every day of nine years, against the plainest reading.

What a zone's clock shows at an instant is taken from the time zone database. At which instant it shows a local
time is worked out here, from the instants at which it is put forward or back, without a word of the product's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.db.models import DateField, F, Value
from django.db.models.functions import Cast
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assignments.querysets import next_occasion
from assignments.reminders import Plan, end_of_day, reminded_day, spans
from certifications.models import Certification, TrainingSession

FIRST, LAST = date(2024, 1, 1), date(2032, 12, 31)
DAY = timedelta(days=1)
#: The smallest step there is: what is true an instant before is true until then.
INSTANT = timedelta.resolution
EIGHT = time(8)

steadily = settings(max_examples=300)
#: Each example asks the database of many due days at once.
asked_at_once = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Clock:
    """How far a clock is from UTC: from each of these instants, in UTC, to the next one."""

    settings: tuple[tuple[datetime, timedelta], ...]

    def first_showing(self, walls: Iterable[datetime]) -> Iterator[datetime]:
        """For each of these local times, the earliest first, the first instant at which it or a later one is shown.

        One that is jumped over comes when it is jumped over; of one that is shown twice, the first time counts.
        """
        ends = [start for start, _ in self.settings[1:]] + [datetime.max.replace(tzinfo=UTC)]
        pieces = iter(zip(self.settings, ends, strict=True))
        (start, offset), end = next(pieces)
        for wall in walls:
            while (wall - offset).replace(tzinfo=UTC) >= end:
                (start, offset), end = next(pieces)
            yield max(start, (wall - offset).replace(tzinfo=UTC))

    @property
    def changes(self) -> list[datetime]:
        return [start for start, _ in self.settings[1:]]


def clock_of(zone: ZoneInfo, first: date, last: date) -> Clock:
    """As it is set around these local days. Looked at once a day: no clock is changed twice within one."""
    begin = datetime.combine(first - 3 * DAY, time.min, tzinfo=UTC)
    looks = [begin + number * DAY for number in range((last - first).days + 7)]
    offsets = [offset_at(look, zone) for look in looks]
    changed = [n for n, (before, after) in enumerate(pairwise(offsets), start=1) if before != after]
    return Clock(((begin, offsets[0]), *((change_between(looks[n - 1], looks[n], zone), offsets[n]) for n in changed)))


def offset_at(at: datetime, zone: ZoneInfo) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second with which the offset of `after` begins."""
    old = offset_at(before, zone)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // timedelta(seconds=2) * timedelta(seconds=1)
        before, after = (middle, after) if offset_at(middle, zone) == old else (before, middle)
    return after


def days_between(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


@pytest.fixture(scope="module")
def clocks() -> dict[Clock, list[str]]:
    """Every clock that there is in these years, and the zones that go by it.

    All that is tested asks a zone for nothing but its offsets, so one zone speaks for all of the same clock.
    """
    found: dict[Clock, list[str]] = {}
    for name in sorted(available_timezones()):
        found.setdefault(clock_of(ZoneInfo(name), FIRST, LAST), []).append(name)
    return found


def days_that_are_wrong(clock: Clock, zone: ZoneInfo, first: date, last: date) -> list[tuple[datetime, date]]:
    """Instants, and the day that `reminded_day` names then, where it is not the last one that has come to eight.

    Asked at every eight o'clock, at every change of the clock, and right before each. That is all: what it names
    can differ only where the local date does, or where its own eight o'clock comes. The date stays from midnight
    to eight and from eight to midnight, so a moment too early is seen right before eight and one too late at eight.
    """
    days = days_between(first - DAY, last + DAY)
    moments = list(clock.first_showing(datetime.combine(day, EIGHT) for day in days))
    changes = [change for change in clock.changes if moments[0] < change <= moments[-1]]
    asked = [(at, reminded_day(zone, at)) for each in (*moments[1:], *changes) for at in (each - INSTANT, each)]
    return [(at, day) for at, day in asked if day != days[bisect_right(moments, at) - 1]]


def test_every_zone_is_there(clocks: dict[Clock, list[str]]) -> None:
    names = [name for those in clocks.values() for name in those]
    assert len(names) == len(set(names)) > 400
    assert {"America/New_York", "Australia/Lord_Howe", "Asia/Gaza", "Africa/Casablanca"} <= set(names)
    assert len(clocks) > 50


def test_everywhere_a_day_is_reminded_from_eight_of_its_clock_and_not_an_instant_before(
    clocks: dict[Clock, list[str]],
) -> None:
    for clock, (name, *_) in clocks.items():
        assert days_that_are_wrong(clock, ZoneInfo(name), FIRST, LAST) == [], name


def test_nowhere_is_eight_jumped_over_or_shown_twice(clocks: dict[Clock, list[str]]) -> None:
    """So that “at 08:00” means one instant. A country that thinks otherwise makes this fail, and us think again."""
    for clock, (name, *_) in clocks.items():
        for before, after in walls_at_changes(clock, ZoneInfo(name)):
            low, high = sorted((before, after))
            assert not any(low <= datetime.combine(day, EIGHT) < high for day in (low.date(), high.date())), name


def walls_at_changes(clock: Clock, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """The local time to which the clock has come at each change, and the one to which it is set."""
    for change in clock.changes:
        yield tuple((change - off).astimezone(zone).replace(tzinfo=None, fold=0) + off for off in (INSTANT, 0 * DAY))


def test_everywhere_a_day_ends_when_its_clock_shows_the_next_one(clocks: dict[Clock, list[str]]) -> None:
    days = days_between(FIRST, LAST)
    for clock, (name, *_) in clocks.items():
        zone = ZoneInfo(name)
        ends = [end_of_day(day, zone).astimezone(UTC) for day in days]
        assert ends == list(clock.first_showing(datetime.combine(day + DAY, time.min) for day in days)), name
        assert [(end - INSTANT).astimezone(zone).date() for end in ends] == days, name
        assert [end.astimezone(zone).date() for end in ends] == [day + DAY for day in days], name


def test_nowhere_is_a_clock_put_back_into_a_day_that_was_over(clocks: dict[Clock, list[str]]) -> None:
    for clock, (name, *_) in clocks.items():
        for change in clock.changes:
            before, after = ((at.astimezone(ZoneInfo(name))).date() for at in (change - INSTANT, change))
            assert before <= after, (name, change)


@pytest.mark.parametrize(
    ("name", "first", "last", "lost"),
    [
        ("Pacific/Apia", date(2011, 12, 20), date(2012, 1, 10), date(2011, 12, 30)),
        ("Pacific/Kiritimati", date(1994, 12, 20), date(1995, 1, 10), date(1994, 12, 31)),
        ("Pacific/Kwajalein", date(1993, 8, 10), date(1993, 8, 30), date(1993, 8, 21)),
    ],
)
def test_a_day_that_a_zone_leaves_out_comes_and_ends_as_the_next_one_begins(
    name: str, first: date, last: date, lost: date
) -> None:
    """So its reminders go out first thing on the day after, and none waits for an eight o'clock that never is."""
    zone = ZoneInfo(name)
    clock = clock_of(zone, first, last)
    [change] = clock.changes
    assert days_that_are_wrong(clock, zone, first, last) == []
    assert reminded_day(zone, change - INSTANT) == lost - DAY
    assert reminded_day(zone, change) == lost
    assert end_of_day(lost - DAY, zone).astimezone(UTC) == end_of_day(lost, zone).astimezone(UTC) == change


@pytest.mark.parametrize("name", ["America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca", "America/Nuuk"])
def test_it_does_not_matter_in_which_zone_the_instant_is_written(name: str) -> None:
    zone = ZoneInfo(name)
    clock = clock_of(zone, FIRST, LAST)
    moments = clock.first_showing(datetime.combine(day, EIGHT) for day in days_between(FIRST, LAST)[::10])
    for at in (each + off for each in (*moments, *clock.changes) for off in (-INSTANT, 0 * DAY, timedelta(hours=1))):
        there = {reminded_day(zone, at.astimezone(other)) for other in (zone, ZoneInfo("Pacific/Kiritimati"))}
        assert there == {reminded_day(zone, at)}


# Days alone


def test_by_the_plan_of_who_never_chose_it_is_five_days_before_unless_that_day_has_come() -> None:
    for today in days_between(FIRST, LAST):
        for ahead in range(12):
            due_on = today + ahead * DAY
            assert Plan().first_after(today, due_on=due_on) == (due_on - 5 * DAY if ahead > 5 else None)


few_days = st.lists(st.integers(-60, 90), min_size=1, max_size=6, unique=True)
plans = st.builds(
    lambda learner, manager: Plan(learner=falling(learner), manager=falling(manager)),
    few_days,
    st.lists(st.integers(-60, -1), max_size=3, unique=True),
)
any_day = st.dates(FIRST, LAST)


def falling(days: list[int]) -> tuple[int, ...]:
    return tuple(sorted(days, reverse=True))


@steadily
@given(plan=plans, today=any_day, ahead=st.integers(-70, 100))
def test_what_comes_next_is_what_a_list_of_the_days_says(plan: Plan, today: date, ahead: int) -> None:
    due_on = today + ahead * DAY
    assert plan.first_after(today, due_on=due_on) == min(to_come(plan, due_on, today), default=None)


def to_come(plan: Plan, due_on: date, today: date) -> list[date]:
    days = [due_on.toordinal() - before for before in {*plan.learner, *plan.manager}]
    return [date.fromordinal(day) for day in days if today.toordinal() < day <= date.max.toordinal()]


def missed(plan: Plan, due_on: date, today: date) -> list[date]:
    """The reminders: what is said after the due day is none."""
    return [due_on - before * DAY for before in plan.learner if before >= 0 and due_on - before * DAY <= today]


@steadily
@given(plan=plans, today=any_day, ahead=st.integers(-70, 100))
def test_every_due_day_is_in_the_span_of_its_last_occasion_and_in_no_other(plan: Plan, today: date, ahead: int) -> None:
    due_on = today + ahead * DAY
    for occasions in (plan.learner, plan.occasions):
        passed = [before for before in occasions if due_on - before * DAY <= today]
        found = [each.passed for each in spans(occasions, today) if each.first <= due_on <= each.last]
        assert found == ([min(passed)] if passed else [])


@steadily
@given(plan=plans, today=any_day, from_the_end=st.integers(0, 100))
def test_the_end_of_the_calendar_is_far_and_nothing_falls_off(plan: Plan, today: date, from_the_end: int) -> None:
    due_on = date.max - from_the_end * DAY
    on_the_calendar = [before for before in plan.occasions if before >= -from_the_end]
    first = due_on - on_the_calendar[0] * DAY if on_the_calendar else None
    assert plan.first_after(today, due_on=due_on) == first


# What the database notes


@pytest.fixture
def many_days(message: Certification) -> None:
    """A row for each day of the nine years."""
    TrainingSession.objects.bulk_create(
        TrainingSession(program=message.program, title="A day", held_on=day) for day in days_between(FIRST, LAST)
    )


def noted(plan: Plan, first: date, last: date, *, today: date) -> list[tuple[date, date | None, date | None]]:
    """Of each of these due days what is noted on assigning, and what on moving."""
    rows = TrainingSession.objects.filter(title="A day", held_on__lte=FIRST + (last - first))
    due_on = Cast(F("held_on") + (first - FIRST), DateField())
    assigned, moved = (next_occasion(plan, due_on, after=today, has_moved=has_moved) for has_moved in (False, True))
    found = list(rows.order_by("held_on").values_list(due_on, assigned, moved))
    assert [due_on for due_on, *_ in found] == days_between(first, last)
    return found


def assert_noted(plan: Plan, first: date, last: date, *, today: date) -> None:
    """Of each of these due days what a list of its days says."""
    for due_on, assigned, moved in noted(plan, first, last, today=today):
        ahead = min(to_come(plan, due_on, today), default=None)
        assert assigned == ahead
        assert moved == max(missed(plan, due_on, today), default=ahead)


@pytest.mark.django_db
@asked_at_once
@given(plan=plans, today=any_day)
def test_what_is_noted_is_what_a_list_of_the_days_says(many_days: None, plan: Plan, today: date) -> None:
    assert_noted(plan, today - 70 * DAY, today + 100 * DAY, today=today)


@pytest.mark.django_db
@asked_at_once
@given(plan=plans, today=any_day | st.dates(date.max - 100 * DAY))
def test_nothing_is_noted_beyond_the_end_of_the_calendar(many_days: None, plan: Plan, today: date) -> None:
    assert_noted(plan, date.max - 100 * DAY, date.max, today=today)


@pytest.mark.django_db
@pytest.mark.parametrize("today", [FIRST, date(2028, 2, 28), date(2028, 2, 29), date(2030, 12, 31), LAST], ids=str)
def test_by_the_plan_of_who_never_chose_what_is_noted_is_five_days_before_unless_assigned_by_then(
    many_days: None, today: date
) -> None:
    for due_on, assigned, moved in noted(Plan(), FIRST, LAST, today=today):
        assert (assigned, moved) == (due_on - 5 * DAY if due_on - today > 5 * DAY else None, due_on - 5 * DAY)


@pytest.mark.django_db
@pytest.mark.parametrize("has_moved", [False, True])
def test_without_a_due_day_nothing_is_next(many_days: None, has_moved: bool) -> None:
    nothing = next_occasion(Plan(), Value(None, DateField()), after=FIRST, has_moved=has_moved)
    assert set(TrainingSession.objects.values_list(nothing)) == {(None,)}
