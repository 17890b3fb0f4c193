"""Whatever happens in whichever order, exactly the true reminders go out, once, on the right local day.

Histories of two companies are made up: people press, learn and leave; due days, clocks, plans and scopes change;
time passes by seconds or weeks, with no sweep or with several. After every step all emails that really went out
and all bells are compared with a model that knows only the rules.

`REMINDER_HISTORIES=5000 pytest …` plays so many, new ones each time; otherwise few, and always the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
import time_machine
from django.core.mail import EmailMessage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import services as people
from accounts.models import Company, User
from assignments import services
from assignments.models import ReminderRule
from certifications import services as training
from certifications.models import Certification, FastStartEnrollment
from notifications import services as post_office
from notifications.models import Notification
from tests.factories import complete, eligible_person, enroll

from .conftest import Press
from .reminder_history import Call, History

MANY = int(os.environ.get("REMINDER_HISTORIES") or 0)
plays = settings(
    max_examples=MANY or 25,
    derandomize=not MANY,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)

zones = st.sampled_from(["America/New_York", "Pacific/Auckland", "Africa/Cairo"]) | st.sampled_from(
    sorted(available_timezones())
)
which = st.integers(0, 5)
ahead = st.integers(0, 14) | st.sampled_from([None, 4, 5, 6, 40, 10_000_000])
plans = st.tuples(
    st.sets(st.just(5) | st.integers(-4, 9), min_size=1, max_size=4), st.sets(st.integers(-9, -1), max_size=2)
)
#: After a moment, or right before it.
seconds = st.sampled_from([-1, 0, 0, 1]) | st.integers(0, 86_400)
short, long = (
    st.timedeltas(timedelta(seconds=1), timedelta(hours=30)),
    st.timedeltas(timedelta(days=2), timedelta(days=16)),
)


def one_of_calls(**weighed: tuple[int, tuple[st.SearchStrategy[object], ...]]) -> st.SearchStrategy[Call]:
    """A call of a method of `History`: by its name how often, and its arguments."""
    return st.one_of(
        [st.tuples(st.just(name), *given) for name, (weight, given) in weighed.items() for _ in range(weight)]
    )


times = one_of_calls(
    nothing=(1, ()),
    a_moment_comes=(5, (st.integers(0, 2), seconds)),
    midnight_comes=(2, (which, st.integers(1, 9), seconds)),
    time_passes=(2, (short | long,)),
)
runs_before = one_of_calls(nothing=(7, ()), queue_only=(3, ()), sweep=(1, (st.just(1),)))
deeds = one_of_calls(
    nothing=(3, ()),
    assign=(4, (which, ahead)),
    move=(4, (which, ahead)),
    set_back=(3, (which,)),
    unassign=(2, (which,)),
    take_back=(2, (which,)),
    change_plan=(3, (which, plans)),
    finish=(2, (which,)),
    leave_or_come_back=(1, (which,)),
    withdraw_or_enroll=(1, (which,)),
    go_by_another_clock=(1, (which, zones)),
    lower_or_raise_the_plan=(1, (which,)),
    change_the_scope=(1, (which,)),
)
runs_after = one_of_calls(
    nothing=(1, ()), queue_only=(1, ()), deliver_only=(1, ()), sweep=(5, (st.sampled_from([1, 1, 1, 1, 2, 5]),))
)
stories = st.fixed_dictionaries(
    {
        "start": st.datetimes(datetime(2024, 1, 1), datetime(2032, 2, 1)),  # noqa: DTZ001, the stage adds UTC
        "zones": st.tuples(zones, zones),
        "first": st.lists(
            one_of_calls(change_plan=(1, (which, plans)), assign=(4, (which, ahead))), min_size=6, max_size=9
        ),
        "steps": st.lists(st.tuples(times, runs_before, deeds, runs_after), min_size=12, max_size=24),
    }
)


@pytest.fixture
def cast(
    ada: User,
    rosa: User,
    lena: User,
    sam: User,
    meridian: Company,
    harbor: Company,
    message: Certification,
    sale: Certification,
) -> SimpleNamespace:
    """Lena and Noah report to Rosa; Hana, of another company, to Sam."""
    noah = eligible_person(message, meridian, first_name="Noah", reports_to=rosa)
    hana = eligible_person(message, harbor, first_name="Hana", reports_to=sam)
    for person in (lena, noah):
        enroll(person, sale.program)
    FastStartEnrollment.objects.update(enrolled_at=datetime(2023, 6, 1, tzinfo=UTC))  # before any history begins
    return SimpleNamespace(**{name: value for name, value in locals().items() if name != "person"})


@plays
@given(story=stories)
def test_exactly_the_true_ones_once_on_the_right_local_day(
    clock: time_machine.Coordinates, cast: SimpleNamespace, story: dict[str, Any]
) -> None:
    with History(clock, cast, story["start"]) as history:
        history.play(story["zones"], story["first"], story["steps"])


# A moment before delivery

NEW_YORK = ZoneInfo("America/New_York")
DUE_ON = date(2027, 3, 9)
FIVE_BEFORE = datetime(2027, 3, 4, 8, tzinfo=NEW_YORK)
THREE_AFTER = datetime(2027, 3, 12, 8, tzinfo=NEW_YORK)
Event = Callable[[SimpleNamespace], object]

EVENTS: dict[str, Event] = {
    "completed": lambda it: complete(it.lena, it.message, at=it.now),
    "unassigned": lambda it: it.unassign(it.lena),
    "deactivated": lambda it: people.deactivate(person=it.lena, by=None, at=it.now),
    "moved": lambda it: it.move(it.lena, due_on=it.now.date() + timedelta(days=6)),
    "cleared": lambda it: it.move(it.lena, due_on=None),
    "withdrawn": lambda it: training.withdraw(person=it.lena, program=it.message.program, by=None, at=it.now),
    "plan lowered": lambda it: Company.objects.filter(pk=it.meridian.pk).update(plan=Company.Plan.TEAM),
    "out of scope": lambda it: training.take_out_of_scope(company=it.meridian, certification=it.message),
}


@pytest.fixture
def world(
    clock: time_machine.Coordinates,
    meridian: Company,
    message: Certification,
    rosa: User,
    lena: User,
    assign: Press,
    unassign: Press,
    move: Press,
) -> SimpleNamespace:
    """Lena, due on 9 March, is written to five days before and three days after; then so is Rosa, her manager."""
    for audience, days_before in (("learner", 5), ("learner", -3), ("manager", -3)):
        ReminderRule.objects.create(company=meridian, audience=audience, days_before=days_before)
    assign(lena, due_on=DUE_ON)
    services.sweep()
    return SimpleNamespace(**locals())


def promise(world: SimpleNamespace, at: datetime) -> None:
    """What is due at `at` is promised and in nobody's mail yet; what was due before went out in time."""
    for world.now in sorted({FIVE_BEFORE, at}):
        world.clock.move_to(world.now)
        services.sweep() if world.now < at else services.queue_reminders(at=at)


def kinds_in_bells_since(at: datetime) -> set[str]:
    return set(Notification.objects.in_bell().filter(created_at__gte=at).values_list("kind", flat=True))


@pytest.mark.parametrize(("at", "kinds"), [(FIVE_BEFORE, {"reminder"}), (THREE_AFTER, {"overdue", "team_overdue"})])
def test_promised_and_still_true_it_goes_out(
    world: SimpleNamespace, mailoutbox: list[EmailMessage], at: datetime, kinds: set[str]
) -> None:
    promise(world, at)
    mailoutbox.clear()
    post_office.deliver_due(at=at)
    assert len(mailoutbox) == len(kinds)
    assert kinds_in_bells_since(at) == kinds


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("at", [FIVE_BEFORE, THREE_AFTER])
def test_promised_and_untrue_a_moment_later_it_reaches_nobody_and_leaves_the_bell(
    world: SimpleNamespace, mailoutbox: list[EmailMessage], at: datetime, event: str
) -> None:
    promise(world, at)
    mailoutbox.clear()
    assert kinds_in_bells_since(at)
    EVENTS[event](world)
    post_office.deliver_due(at=at)
    assert mailoutbox == []
    assert kinds_in_bells_since(at) == set()


def test_promised_in_time_and_sent_after_the_due_day_it_reaches_nobody(
    world: SimpleNamespace, clock: time_machine.Coordinates, mailoutbox: list[EmailMessage]
) -> None:
    """The system may be killed in between and come up days later: until midnight in New York it is true."""
    promise(world, FIVE_BEFORE)
    mailoutbox.clear()
    midnight = datetime(2027, 3, 10, tzinfo=NEW_YORK)
    clock.move_to(midnight)
    post_office.deliver_due(at=midnight)
    assert mailoutbox == []
    assert kinds_in_bells_since(FIVE_BEFORE) == set()


def test_given_up_and_sent_again_it_is_not_said_of_a_due_day_that_was_moved(
    world: SimpleNamespace, mailoutbox: list[EmailMessage]
) -> None:
    User.objects.filter(pk=world.lena.pk).update(email="no address")
    promise(world, FIVE_BEFORE)
    post_office.deliver_due(at=FIVE_BEFORE)
    assert Notification.objects.get(kind="reminder").state == Notification.State.FAILED
    mailoutbox.clear()
    User.objects.filter(pk=world.lena.pk).update(email="lena@meridian.example")
    world.move(world.lena, due_on=DUE_ON + timedelta(days=30))
    about = Notification.objects.filter(kind="reminder").values_list("about", flat=True)
    assert post_office.send_again(about=about, at=FIVE_BEFORE) == 1
    post_office.deliver_due(at=FIVE_BEFORE)
    assert mailoutbox == []


def test_a_manager_who_has_just_left_hears_nothing_and_the_learner_does(
    world: SimpleNamespace, mailoutbox: list[EmailMessage]
) -> None:
    promise(world, THREE_AFTER)
    mailoutbox.clear()
    people.deactivate(person=world.rosa, by=None, at=THREE_AFTER)
    post_office.deliver_due(at=THREE_AFTER)
    assert [letter.to for letter in mailoutbox] == [[world.lena.email]]
    assert kinds_in_bells_since(THREE_AFTER) == {"overdue"}
