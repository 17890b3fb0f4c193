"""Change due date: what was seen on the screen gets another day; what has changed meanwhile stays."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import services as people
from accounts.models import Company, User
from assignments.errors import (
    InvalidDueDate,
    NothingSelected,
    NotPermitted,
    RepeatedWithOtherContent,
    TooManySelected,
)
from assignments.models import Assignment, AssignmentChange, Operation
from assignments.services import MOST_SELECTED
from certifications.models import Certification
from notifications.models import Notification
from tests.factories import PersonFactory, eligible_person

from .presses import DUE_ON, NOW, TODAY, assign, assigned, change_due_date, moved, numbers, reasons, unassign

pytestmark = pytest.mark.django_db
APRIL = date(2027, 4, 1)
LATER = NOW + timedelta(hours=1)
Committing = Callable[..., Any]


@pytest.fixture
def due(ada: User, lena: User, message: Certification) -> Assignment:
    """Lena's assignment, due on 9 March."""
    return assigned(ada, message, lena, due_on=DUE_ON)


@pytest.fixture
def zoe(ada: User) -> User:
    """A second admin."""
    return PersonFactory(company=ada.company, first_name="Zoe", can_manage_assignments=True)


@pytest.mark.parametrize(
    ("before", "after"), [(None, DUE_ON), (DUE_ON, APRIL), (APRIL, TODAY), (DUE_ON, None)], ids=str
)
def test_a_due_day_can_be_set_moved_and_cleared(
    ada: User, lena: User, message: Certification, before: date | None, after: date | None
) -> None:
    made = assigned(ada, message, lena, due_on=before)
    operation = change_due_date(ada, message, made, due_on=after, at=LATER)
    changed = Assignment.objects.get()
    assert (changed.due_on, changed.version, changed.name) == (after, 2, "Spring round")
    assert (changed.assigned_at, changed.opened_in, changed.closed_at) == (NOW, made.opened_in, None)
    change = AssignmentChange.objects.get(operation=operation)
    assert (change.assignment, change.kind, change.due_before, change.due_after) == (made, "due_date", before, after)
    assert (operation.due_on, numbers(operation), reasons(operation)) == (after, (1, 1, 0), {})


def test_what_another_admin_moved_meanwhile_stays_as_they_left_it(
    ada: User, zoe: User, due: Assignment, message: Certification
) -> None:
    change_due_date(zoe, message, due, due_on=APRIL)
    operation = change_due_date(ada, message, due, due_on=date(2027, 5, 1), at=LATER)
    assert reasons(operation) == {
        "Lena Brandt": "Changed meanwhile by Zoe Moss to Thu 1 April 2027 on Mon 1 March 2027, 10:00."
    }
    assert (Assignment.objects.get().due_on, numbers(operation)) == (APRIL, (1, 0, 1))


def test_what_another_admin_cleared_meanwhile_stays_cleared(ada: User, zoe: User, due: Assignment, message) -> None:
    change_due_date(zoe, message, due, due_on=None)
    assert reasons(change_due_date(ada, message, due, due_on=APRIL)) == {
        "Lena Brandt": "Changed meanwhile by Zoe Moss to no due date on Mon 1 March 2027, 10:00."
    }


def test_what_is_due_on_that_day_anyway_is_skipped_and_keeps_its_version(ada: User, due: Assignment, message) -> None:
    operation = change_due_date(ada, message, due, due_on=DUE_ON)
    assert reasons(operation) == {"Lena Brandt": "Due on that day already."}
    assert (Assignment.objects.get().version, AssignmentChange.objects.filter(operation=operation).count()) == (1, 0)


def test_what_has_no_due_date_anyway_is_skipped(ada: User, lena: User, message: Certification) -> None:
    made = assigned(ada, message, lena)
    assert reasons(change_due_date(ada, message, made, due_on=None)) == {"Lena Brandt": "Without a due date already."}


def test_what_was_unassigned_meanwhile_is_skipped(ada: User, zoe: User, due: Assignment, message) -> None:
    unassign(zoe, message, due)
    operation = change_due_date(ada, message, due, due_on=APRIL, at=LATER)
    assert reasons(operation) == {"Lena Brandt": "Already unassigned by Zoe Moss on Mon 1 March 2027, 10:00."}
    assert Assignment.objects.get().due_on == DUE_ON


def test_what_a_deactivation_closed_is_skipped(ada: User, due: Assignment, message: Certification) -> None:
    people.deactivate(person=User.objects.get(pk=due.learner_id), by=ada, at=NOW)
    assert reasons(change_due_date(ada, message, due, due_on=APRIL)) == {
        "Lena Brandt": "Already closed (The person was deactivated) by Ada Ekström on Mon 1 March 2027, 10:00."
    }


def test_an_assignment_of_another_company_looks_like_none(ada: User, sam: User, message: Certification) -> None:
    theirs = assigned(sam, message, eligible_person(message, sam.company), due_on=DUE_ON)
    foreign = change_due_date(ada, message, theirs, due_on=APRIL)
    unknown = change_due_date(ada, message, seen={2**62: 1}, due_on=APRIL)
    assert foreign.skipped == unknown.skipped
    assert reasons(foreign) == {"": "1 selected person is unknown in Meridian Systems."}
    assert Assignment.objects.get().due_on == DUE_ON


def test_the_same_press_twice_is_one_effect_with_one_answer(ada: User, due: Assignment, message) -> None:
    op_id = uuid.uuid4()
    first = change_due_date(ada, message, due, due_on=APRIL, op_id=op_id)
    assert change_due_date(ada, message, due, due_on=APRIL, op_id=op_id, at=LATER) == first
    assert (Assignment.objects.get().version, numbers(first)) == (2, (1, 1, 0))


def test_a_repeated_press_does_not_bring_its_day_back(ada: User, due: Assignment, message: Certification) -> None:
    op_id = uuid.uuid4()
    change_due_date(ada, message, due, due_on=APRIL, op_id=op_id)
    moved(ada, due, DUE_ON)
    change_due_date(ada, message, due, due_on=APRIL, op_id=op_id)
    assert Assignment.objects.get().due_on == DUE_ON


def test_a_repeated_press_has_its_answer_even_when_the_due_day_is_over(ada: User, due: Assignment, message) -> None:
    op_id = uuid.uuid4()
    first = change_due_date(ada, message, due, due_on=TODAY, op_id=op_id)
    tomorrow = NOW + timedelta(days=1)
    assert change_due_date(ada, message, due, due_on=TODAY, op_id=op_id, at=tomorrow) == first


def test_the_same_op_id_with_other_content_is_refused(ada: User, due: Assignment, message: Certification) -> None:
    op_id = uuid.uuid4()
    change_due_date(ada, message, due, due_on=APRIL, op_id=op_id)
    with pytest.raises(RepeatedWithOtherContent):
        change_due_date(ada, message, due, due_on=None, op_id=op_id)
    assert Assignment.objects.get().due_on == APRIL


def test_a_due_day_that_is_over_is_refused(ada: User, due: Assignment, message: Certification) -> None:
    with pytest.raises(InvalidDueDate, match="Choose today or a later day"):
        change_due_date(ada, message, due, due_on=TODAY - timedelta(days=1))
    assert (Assignment.objects.get().due_on, Operation.objects.count()) == (DUE_ON, 1)


def test_nothing_selected_and_too_many_are_refused(ada: User, message: Certification) -> None:
    with pytest.raises(NothingSelected):
        change_due_date(ada, message, due_on=APRIL)
    with pytest.raises(TooManySelected):
        change_due_date(ada, message, seen=dict.fromkeys(range(MOST_SELECTED + 1), 1), due_on=APRIL)
    assert not Operation.objects.exists()


@pytest.mark.parametrize("who", ["max", "lena", "cora", "operator"])
def test_who_may_not_assign_may_not_change_due_dates(
    who: str, request: pytest.FixtureRequest, due: Assignment, message: Certification
) -> None:
    with pytest.raises(NotPermitted):
        change_due_date(request.getfixturevalue(who), message, due, due_on=APRIL)
    assert Assignment.objects.get().due_on == DUE_ON


def test_a_certification_out_of_scope_is_refused(sam: User, ada: User, sale: Certification) -> None:
    made = assigned(ada, sale, eligible_person(sale, ada.company))
    with pytest.raises(NotPermitted, match="not in scope"):
        change_due_date(sam, sale, made, due_on=APRIL)


def test_nobody_is_told(
    ada: User,
    due: Assignment,
    message: Certification,
    rings: list[str],
    django_capture_on_commit_callbacks: Committing,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        change_due_date(ada, message, due, due_on=APRIL)
    assert (rings, Notification.objects.count()) == ([], 1)


def test_a_rollback_leaves_all_as_it_was(ada: User, due: Assignment, message: Certification) -> None:
    with transaction.atomic():
        change_due_date(ada, message, due, due_on=APRIL)
        transaction.set_rollback(True)
    kept = Assignment.objects.get()
    assert (kept.due_on, kept.version, AssignmentChange.objects.count()) == (DUE_ON, 1, 1)


def test_twenty_people_cost_as_many_queries_as_two(ada: User, meridian: Company, message: Certification) -> None:
    def queries(how_many: int) -> int:
        """For so many of each sort: to be moved, moved meanwhile, unassigned meanwhile, unknown."""
        crowd = [eligible_person(message, meridian) for _ in range(3 * how_many)]
        made = list(Assignment.objects.filter(opened_in=assign(ada, message, *crowd, due_on=DUE_ON)))
        change_due_date(ada, message, *made[:how_many], due_on=None)
        unassign(ada, message, *made[how_many : 2 * how_many])
        unknown = {2**60 + number: 1 for number in range(how_many)}
        seen = {each.pk: each.version for each in made} | unknown
        with CaptureQueriesContext(connection) as captured:
            operation = change_due_date(ada, message, seen=seen, due_on=APRIL)
        assert numbers(operation) == (4 * how_many, how_many, 3 * how_many)
        return len(captured)

    assert queries(2) == queries(20)
