"""Moving due days by some days, each from its own: who is moved where, who is not and why, and what follows."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from accounts.models import User
from assignments import services
from assignments.errors import InvalidMove
from assignments.models import Assignment, AssignmentChange, Operation
from assignments.services import NewDueDate
from certifications.models import Certification
from tests.factories import complete

from .presses import NOW, TODAY, assigned, change_due_date, moved, numbers, reasons, unassign

pytestmark = pytest.mark.django_db
FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2027, 3, day) for day in (12, 13, 14, 15))
DAY = timedelta(days=1)


def due(*assignments: Assignment) -> list[date | None]:
    return [Assignment.objects.get(pk=assignment.pk).due_on for assignment in assignments]


@pytest.mark.parametrize("days", [7, 1, -2, 365])
def test_each_is_moved_from_its_own_day(ada: User, team: SimpleNamespace, message: Certification, days: int) -> None:
    made = [assigned(ada, message, team.bo, due_on=FRIDAY), assigned(ada, message, team.cy, due_on=SUNDAY)]
    operation = change_due_date(ada, message, *made, days=days)
    assert numbers(operation) == (2, 2, 0)
    assert due(*made) == [FRIDAY + days * DAY, SUNDAY + days * DAY]
    kept = AssignmentChange.objects.filter(operation=operation).order_by("assignment")
    assert [(change.due_before, change.days_later) for change in kept] == [(FRIDAY, days), (SUNDAY, days)]
    assert operation.moved_by_days == days


@pytest.mark.parametrize(
    ("before", "days", "after"),
    [
        (FRIDAY, 0, FRIDAY),
        (SATURDAY, 0, MONDAY),
        (SUNDAY, 0, MONDAY),
        (MONDAY, 0, MONDAY),
        (FRIDAY, 1, MONDAY),
        (FRIDAY, 2, MONDAY),
        (FRIDAY, 3, MONDAY),
        (SATURDAY, 7, MONDAY + 7 * DAY),
        (MONDAY, -2, MONDAY),
        (MONDAY, -3, FRIDAY),
    ],
)
def test_a_saturday_or_a_sunday_goes_on_to_the_monday(
    ada: User, lena: User, message: Certification, before: date, days: int, after: date
) -> None:
    made = assigned(ada, message, lena, due_on=before)
    change_due_date(ada, message, made, days=days, to_working_day=True)
    assert due(made) == [after]


@pytest.mark.parametrize(
    ("before", "days", "to_working_day", "why"),
    [
        (None, 7, False, "Has no due date that could be moved."),
        (FRIDAY, 0, True, "Due on a working day already."),
        (MONDAY, -2, True, "Due on a working day already."),
        (TODAY + 3 * DAY, -4, False, "Would be due on Sun 28 February 2027, which is over."),
        (date(9999, 12, 30), 2, False, "The calendar has no day so far ahead."),
        (date.max, 0, True, "The calendar has no day so far ahead."),
    ],
)
def test_who_cannot_be_moved_stays_with_the_reason(
    ada: User,
    lena: User,
    message: Certification,
    before: date | None,
    days: int,
    to_working_day: bool,
    why: str,
) -> None:
    made = assigned(ada, message, lena, due_on=before)
    operation = change_due_date(ada, message, made, days=days, to_working_day=to_working_day)
    assert reasons(operation) == {"Lena Brandt": why}
    assert due(made) == [before]
    assert not AssignmentChange.objects.filter(operation=operation).exists()


def test_today_is_not_over_yet(ada: User, lena: User, message: Certification) -> None:
    made = assigned(ada, message, lena, due_on=TODAY + 3 * DAY)
    change_due_date(ada, message, made, days=-3)
    assert due(made) == [TODAY]


@pytest.mark.parametrize("how", [{"days": 7}, {"due_on": MONDAY}, {"due_on": None}])
def test_who_has_completed_it_is_spared_when_that_is_wished(
    ada: User, team: SimpleNamespace, message: Certification, how: dict[str, object]
) -> None:
    made = [assigned(ada, message, each, due_on=FRIDAY) for each in (team.bo, team.cy)]
    complete(team.bo, message)
    operation = change_due_date(ada, message, *made, spare_completed=True, **how)
    assert reasons(operation) == {"Bo Young": "Has completed it already."}
    assert due(made[0]) == [FRIDAY]
    change_due_date(ada, message, *made, **how)
    assert due(made[0]) != [FRIDAY]


def test_what_somebody_changed_meanwhile_is_not_moved(ada: User, lena: User, message: Certification) -> None:
    seen = assigned(ada, message, lena, due_on=FRIDAY)
    moved(ada, seen, MONDAY)
    operation = change_due_date(ada, message, seen, days=7)
    assert "Changed meanwhile by Ada Ekström to Mon 15 March 2027" in reasons(operation)["Lena Brandt"]
    assert due(seen) == [MONDAY]


@pytest.mark.parametrize("how", [{"days": 7}, {"due_on": MONDAY}])
def test_what_was_closed_is_not_moved_even_by_its_last_version(
    ada: User, lena: User, message: Certification, how: dict[str, object]
) -> None:
    made = assigned(ada, message, lena, due_on=FRIDAY)
    unassign(ada, message, made)
    made.refresh_from_db()
    operation = change_due_date(ada, message, made, **how)
    assert reasons(operation)["Lena Brandt"].startswith("Already unassigned by Ada Ekström")
    assert due(made) == [FRIDAY]


@pytest.mark.parametrize("how", [{"days": 0}, {"days": 366}, {"days": -366}, {"days": 7, "due_on": MONDAY}])
def test_a_move_that_makes_no_sense_is_refused_and_nothing_is_kept(
    ada: User, lena: User, message: Certification, how: dict[str, object]
) -> None:
    made = assigned(ada, message, lena, due_on=FRIDAY)
    with pytest.raises(InvalidMove):
        change_due_date(ada, message, made, **how)
    assert Operation.objects.count() == 1


@pytest.mark.parametrize(
    ("days", "reminder"),
    [(7, date(2027, 3, 14)), (0, None), (-7, date(2027, 2, 28))],
)
def test_reminders_follow_each_day(
    ada: User, lena: User, message: Certification, days: int, reminder: date | None
) -> None:
    made = assigned(ada, message, lena, due_on=FRIDAY)
    change_due_date(ada, message, made, days=days, to_working_day=True)
    kept = Assignment.objects.get(pk=made.pk)
    assert kept.next_reminder_on == (reminder or FRIDAY - 5 * DAY)


def test_taken_back_each_has_the_day_of_before(ada: User, team: SimpleNamespace, message: Certification) -> None:
    made = [assigned(ada, message, team.bo, due_on=FRIDAY), assigned(ada, message, team.cy, due_on=SUNDAY)]
    operation = change_due_date(ada, message, *made, days=30, to_working_day=True)
    services.take_back(by=ada, operation=operation, op_id=uuid.uuid4(), at=NOW)
    assert due(*made) == [FRIDAY, SUNDAY]


def test_the_reason_is_kept_with_the_press(ada: User, lena: User, message: Certification) -> None:
    made = assigned(ada, message, lena, due_on=FRIDAY)
    change_due_date(ada, message, made, days=7, reason="Quarter end")
    assert Operation.objects.get(kind="change_due_date").reason == "Quarter end"


@pytest.mark.parametrize(
    "new", [NewDueDate(MONDAY), NewDueDate(None), NewDueDate(days=7), NewDueDate(days=-9, spare_completed=True)]
)
def test_rehearsed_it_names_the_same_people_for_the_same_reasons_and_changes_nothing(
    ada: User, team: SimpleNamespace, message: Certification, new: NewDueDate
) -> None:
    made = [
        assigned(ada, message, team.bo, due_on=FRIDAY),
        assigned(ada, message, team.cy, due_on=MONDAY),
        assigned(ada, message, team.di),
    ]
    complete(team.bo, message)
    moved(ada, made[1], MONDAY + DAY)
    seen = {each.pk: each.version for each in made}
    rehearsal = services.rehearse_change_due_date(by=ada, certification=message, seen=seen, new=new, at=NOW)
    assert Operation.objects.count() == 4
    operation = change_due_date(ada, message, *made, new=new)
    assert operation.skipped == rehearsal.skipped
    assert sorted(rehearsal.able) == sorted(operation.changes.values_list("assignment_id", flat=True))
