"""A company's own plan of reminders: who may change it, and what becomes of the assignments that are open."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.mail import EmailMessage

from accounts.models import User
from assignments import services
from assignments.errors import ChangedMeanwhile, InvalidPlan, NotPermitted, RepeatedWithOtherContent
from assignments.models import Operation, ReminderRule
from assignments.reminders import Plan

from .conftest import Press, open_assignment

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2027, 2, 1, 12, tzinfo=NEW_YORK)
DUE_ON = date(2027, 3, 9)
DAY = timedelta(days=1)
Change = Callable[..., Operation]


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def change(ada: User) -> Change:
    def press(plan: Plan, *, seen: Plan | None = None, by: User = ada, op_id: uuid.UUID | None = None) -> Operation:
        before = ReminderRule.objects.plan_of(ada.company_id)
        return services.change_reminders(
            by=by, plan=plan, seen=seen or before, op_id=op_id or uuid.uuid4(), at=datetime.now(NEW_YORK)
        )

    return press


def sent_on(clock: time_machine.Coordinates, mails: list[EmailMessage], *, days: int) -> list[date]:
    """The local days on which mail went out, with a sweep at noon of each of the next days."""
    found = []
    for _ in range(days):
        clock.shift(DAY)
        before = len(mails)
        services.sweep()
        found += [datetime.now(NEW_YORK).date()] * (len(mails) - before)
    return found


def test_open_assignments_follow_the_new_plan(
    clock: time_machine.Coordinates, lena: User, assign: Press, change: Change, mailoutbox: list[EmailMessage]
) -> None:
    assign(lena, due_on=DUE_ON)
    services.sweep()
    change(Plan(learner=(14, 1, 0, -3)))
    assert sent_on(clock, mailoutbox, days=60) == [
        date(2027, 2, 23),
        date(2027, 3, 8),
        date(2027, 3, 9),
        date(2027, 3, 12),
    ]


def test_what_has_passed_is_not_sent(
    clock: time_machine.Coordinates, lena: User, assign: Press, change: Change, mailoutbox: list[EmailMessage]
) -> None:
    assign(lena, due_on=DUE_ON)
    clock.move_to(datetime(2027, 2, 26, 12, tzinfo=NEW_YORK))
    services.sweep()
    change(Plan(learner=(14, 5)))
    assert sent_on(clock, mailoutbox, days=30) == [date(2027, 3, 4)]


def test_nothing_is_sent_twice_when_a_day_is_taken_out_and_put_back(
    clock: time_machine.Coordinates, lena: User, assign: Press, change: Change, mailoutbox: list[EmailMessage]
) -> None:
    assign(lena, due_on=DUE_ON)
    clock.move_to(datetime(2027, 3, 4, 12, tzinfo=NEW_YORK))
    services.sweep()
    assert len(mailoutbox) == 2
    change(Plan(learner=(1,)))
    change(Plan(learner=(5, 1)))
    assert sent_on(clock, mailoutbox, days=30) == [date(2027, 3, 8)]


def test_what_was_due_before_the_change_is_queued_by_the_plan_of_before(
    clock: time_machine.Coordinates, lena: User, assign: Press, change: Change, mailoutbox: list[EmailMessage]
) -> None:
    assign(lena, due_on=DUE_ON)
    services.sweep()
    mailoutbox.clear()
    clock.move_to(datetime(2027, 3, 4, 8, 0, 1, tzinfo=NEW_YORK))
    change(Plan(learner=(1,)))
    services.sweep()
    assert [mail.subject for mail in mailoutbox] == ["Command of the Message: reminder, due Tue 9 March 2027"]


@pytest.mark.parametrize("plan", [Plan(), Plan(learner=(5, 0)), Plan(learner=(5,), manager=(-1,))])
def test_who_was_assigned_on_the_morning_of_the_reminder_is_told_once_although_the_plan_changes(
    clock: time_machine.Coordinates,
    lena: User,
    assign: Press,
    change: Change,
    mailoutbox: list[EmailMessage],
    plan: Plan,
) -> None:
    """The assignment message carries the due day itself, whatever the plan becomes before eight."""
    clock.move_to(datetime(2027, 3, 4, 7, 15, tzinfo=NEW_YORK))
    assign(lena, due_on=DUE_ON)
    services.sweep()
    change(plan)
    clock.move_to(datetime(2027, 3, 4, 8, tzinfo=NEW_YORK))
    assert services.sweep().reminders == 0
    assert len(mailoutbox) == 1


def test_moved_on_that_morning_the_reminder_goes_out_at_eight_although_the_plan_changes(
    clock: time_machine.Coordinates, lena: User, assign: Press, move: Press, change: Change
) -> None:
    clock.move_to(datetime(2027, 3, 4, 7, 15, tzinfo=NEW_YORK))
    assign(lena, due_on=DUE_ON + DAY)
    move(lena, due_on=DUE_ON)
    change(Plan(learner=(5, 0)))
    assert services.sweep().reminders == 0
    clock.move_to(datetime(2027, 3, 4, 8, tzinfo=NEW_YORK))
    assert services.sweep().reminders == 1


def test_moved_on_that_morning_what_has_passed_goes_out_at_once_and_todays_at_eight(
    clock: time_machine.Coordinates,
    lena: User,
    assign: Press,
    move: Press,
    change: Change,
    mailoutbox: list[EmailMessage],
) -> None:
    """Moving counts by the last morning whose eight o'clock has passed, not by the calendar's day."""
    change(Plan(learner=(14, 5)))
    assign(lena)
    services.sweep()
    mailoutbox.clear()
    clock.move_to(datetime(2027, 3, 4, 7, 15, tzinfo=NEW_YORK))
    move(lena, due_on=DUE_ON)
    assert services.sweep().sent == 1
    clock.move_to(datetime(2027, 3, 4, 8, tzinfo=NEW_YORK))
    assert services.sweep().sent == 1
    assert {mail.subject for mail in mailoutbox} == {"Command of the Message: reminder, due Tue 9 March 2027"}


def test_the_press_is_kept_and_done_once(lena: User, assign: Press, change: Change) -> None:
    op_id, seen = uuid.uuid4(), Plan()
    first = change(Plan(learner=(7,)), seen=seen, op_id=op_id)
    assert change(Plan(learner=(7,)), seen=seen, op_id=op_id) == first
    assert (first.kind, first.name) == ("change_reminders", "7 days before")
    with pytest.raises(RepeatedWithOtherContent):
        change(Plan(learner=(8,)), seen=seen, op_id=op_id)


def test_a_stale_page_overwrites_nothing_and_names_who_was_first(change: Change) -> None:
    change(Plan(learner=(7,)))
    with pytest.raises(ChangedMeanwhile, match="Ada Ekström changed the reminders on"):
        change(Plan(learner=(3,)), seen=Plan())
    assert ReminderRule.objects.plan_of(ReminderRule.objects.get().company_id) == Plan(learner=(7,))
    assert Operation.objects.filter(kind="change_reminders").count() == 1


def test_another_company_keeps_its_own(
    clock: time_machine.Coordinates, harbor: object, lena: User, assign: Press, change: Change
) -> None:
    change(Plan(learner=(7,)))
    assert ReminderRule.objects.plan_of(harbor.pk) == Plan()  # type: ignore[attr-defined]  # the fixture's company


def test_an_assignment_made_afterwards_follows_it_too(
    clock: time_machine.Coordinates, lena: User, assign: Press, change: Change
) -> None:
    change(Plan(learner=(7,)))
    assign(lena, due_on=DUE_ON)
    assert open_assignment(lena).next_reminder_on == DUE_ON - 7 * DAY


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(learner=()), "at least one"),
        (Plan(learner=(400,)), "between 90 days before"),
        (Plan(learner=(5, -61)), "60 days after"),
        (Plan(learner=(5, 5)), "once"),
        (Plan(learner=(7, 6, 5, 4, 3, 2, 1)), "at most 6"),
        (Plan(manager=(0,)), "after the due date"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_in_words(change: Change, plan: Plan, words: str) -> None:
    with pytest.raises(InvalidPlan, match=words):
        change(plan)


def test_who_may_not_assign_may_not_plan(change: Change, max: User) -> None:
    with pytest.raises(NotPermitted):
        change(Plan(learner=(7,)), by=max)
