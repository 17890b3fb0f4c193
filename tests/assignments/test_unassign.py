"""Unassign: what is still open is closed; what the learner has achieved stays."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import services as people
from accounts.models import Company, User
from assignments.errors import NothingSelected, NotPermitted, RepeatedWithOtherContent, TooManySelected
from assignments.models import Assignment, AssignmentChange, Learner, Operation
from certifications.models import Certification, CertificationEnrollment, StepCompletion
from notifications.models import Notification
from tests.factories import PersonFactory, complete, eligible_person

from .presses import DUE_ON, NOW, assign, assigned, numbers, reasons, unassign

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
Committing = Callable[..., Any]


def test_a_selected_assignment_is_closed_for_that_reason(ada: User, lena: User, message: Certification) -> None:
    operation = unassign(ada, message, assigned(ada, message, lena, due_on=DUE_ON), at=LATER)
    closed = Assignment.objects.get()
    assert (closed.closed_at, closed.closed_by, closed.closed_reason) == (LATER, ada, "unassigned")
    assert (closed.closed_in, closed.next_reminder_on, closed.version, closed.due_on) == (operation, None, 2, DUE_ON)
    assert (numbers(operation), reasons(operation)) == ((1, 1, 0), {})


def test_the_change_is_kept_with_the_day_that_was(ada: User, lena: User, message: Certification) -> None:
    made = assigned(ada, message, lena, due_on=DUE_ON)
    operation = unassign(ada, message, made)
    change = AssignmentChange.objects.get(operation=operation)
    assert (change.assignment, change.kind, change.due_before, change.due_after) == (made, "unassigned", DUE_ON, None)


def test_the_learner_is_eligible_again_with_all_progress(ada: User, lena: User, message: Certification) -> None:
    made = assigned(ada, message, lena)
    complete(lena, message, steps=3)
    unassign(ada, message, made)
    assert Learner.objects.eligible_for(message).get().pk == lena.pk
    assert (StepCompletion.objects.count(), CertificationEnrollment.objects.get().status) == (3, "in_progress")


def test_reassigning_opens_a_new_one_and_keeps_the_old_one(ada: User, lena: User, message: Certification) -> None:
    first = assigned(ada, message, lena, due_on=DUE_ON)
    unassign(ada, message, first)
    second = assigned(ada, message, lena)
    assert (second.due_on, second.version) == (None, 1)
    assert set(Assignment.objects.filter(learner=lena.pk)) == {first, second}


def test_the_version_on_the_screen_does_not_matter(ada: User, lena: User, message: Certification) -> None:
    """Ending an assignment overwrites nothing that anybody has set."""
    made = assigned(ada, message, lena)
    Assignment.objects.update(version=7)
    assert numbers(unassign(ada, message, made)) == (1, 1, 0)


def test_what_was_unassigned_meanwhile_is_skipped_with_by_whom_and_when(
    ada: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena)
    zoe = PersonFactory(company=ada.company, first_name="Zoe", can_manage_assignments=True)
    unassign(ada, message, made)
    operation = unassign(zoe, message, made, at=LATER)
    assert reasons(operation) == {"Lena Brandt": "Already unassigned by Ada Ekström on Mon 1 March 2027, 10:00."}
    assert (Assignment.objects.get().closed_by, numbers(operation)) == (ada, (1, 0, 1))


def test_what_a_deactivation_closed_is_skipped_with_that_reason(ada: User, lena: User, message: Certification) -> None:
    made = assigned(ada, message, lena)
    people.deactivate(person=lena, by=None, at=NOW)
    assert reasons(unassign(ada, message, made)) == {
        "Lena Brandt": "Already closed (The person was deactivated) on Mon 1 March 2027, 10:00."
    }


def test_unassigning_the_old_one_leaves_the_new_one_open(ada: User, lena: User, message: Certification) -> None:
    old = assigned(ada, message, lena)
    unassign(ada, message, old)
    new = assigned(ada, message, lena)
    assert numbers(unassign(ada, message, old)) == (1, 0, 1)
    assert Assignment.objects.open().get() == new


def test_an_assignment_of_another_company_looks_like_none(ada: User, sam: User, message: Certification) -> None:
    theirs = assigned(sam, message, eligible_person(message, sam.company))
    foreign = unassign(ada, message, theirs)
    unknown = unassign(ada, message, assignment_ids=[2**62])
    assert foreign.skipped == unknown.skipped
    assert reasons(foreign) == {"": "1 selected person is unknown in Meridian Systems."}
    assert Assignment.objects.open().get() == theirs


def test_an_assignment_of_another_certification_looks_like_none(
    ada: User, lena: User, message: Certification, sale: Certification
) -> None:
    made = assigned(ada, message, lena)
    assert numbers(unassign(ada, sale, made)) == (1, 0, 1)
    assert Assignment.objects.open().get() == made


def test_the_same_press_twice_is_one_effect_with_one_answer(ada: User, lena: User, message: Certification) -> None:
    made, op_id = assigned(ada, message, lena), uuid.uuid4()
    first = unassign(ada, message, made, op_id=op_id)
    assert unassign(ada, message, made, op_id=op_id, at=LATER) == first
    assert (numbers(first), Assignment.objects.get().closed_at) == ((1, 1, 0), NOW)


def test_a_repeated_press_does_not_close_the_new_one(ada: User, lena: User, message: Certification) -> None:
    made, op_id = assigned(ada, message, lena), uuid.uuid4()
    unassign(ada, message, made, op_id=op_id)
    new = assigned(ada, message, lena)
    unassign(ada, message, made, op_id=op_id)
    assert Assignment.objects.open().get() == new


def test_the_same_op_id_with_other_content_is_refused(ada: User, lena: User, message: Certification) -> None:
    made, op_id = assigned(ada, message, lena), uuid.uuid4()
    unassign(ada, message, assignment_ids=[2**62], op_id=op_id)
    with pytest.raises(RepeatedWithOtherContent):
        unassign(ada, message, made, op_id=op_id)
    assert Assignment.objects.open().exists()


def test_nothing_selected_and_too_many_are_refused(ada: User, message: Certification) -> None:
    with pytest.raises(NothingSelected):
        unassign(ada, message)
    with pytest.raises(TooManySelected):
        unassign(ada, message, assignment_ids=range(1, 100_002))
    assert not Operation.objects.exists()


def test_as_many_as_can_be_done_at_once_are_done(ada: User, lena: User, message: Certification) -> None:
    made = assigned(ada, message, lena)
    ids = [made.pk, *range(10**9, 10**9 + 99_999)]
    assert numbers(unassign(ada, message, assignment_ids=ids)) == (100_000, 1, 99_999)


@pytest.mark.parametrize("who", ["max", "lena", "cora", "operator"])
def test_who_may_not_assign_may_not_unassign(
    who: str, request: pytest.FixtureRequest, ada: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena)
    with pytest.raises(NotPermitted):
        unassign(request.getfixturevalue(who), message, made)
    assert Assignment.objects.open().get() == made


def test_a_certification_out_of_scope_is_refused(sam: User, ada: User, sale: Certification) -> None:
    made = assigned(ada, sale, eligible_person(sale, ada.company))
    with pytest.raises(NotPermitted, match="not in scope"):
        unassign(sam, sale, made)


def test_nobody_is_told(
    ada: User, lena: User, message: Certification, rings: list[str], django_capture_on_commit_callbacks: Committing
) -> None:
    made = assigned(ada, message, lena)
    with django_capture_on_commit_callbacks(execute=True):
        unassign(ada, message, made)
    assert (rings, Notification.objects.count()) == ([], 1)


def test_a_rollback_leaves_all_as_it_was(ada: User, lena: User, message: Certification) -> None:
    made = assigned(ada, message, lena)
    with transaction.atomic():
        unassign(ada, message, made)
        transaction.set_rollback(True)
    assert Assignment.objects.open().get() == made
    assert Notification.objects.get().state == "pending"
    assert Operation.objects.count() == AssignmentChange.objects.count() == 1


def test_twenty_people_cost_as_many_queries_as_two(ada: User, meridian: Company, message: Certification) -> None:
    def queries(how_many: int) -> int:
        crowd = [eligible_person(message, meridian) for _ in range(2 * how_many)]
        made = list(Assignment.objects.filter(opened_in=assign(ada, message, *crowd, due_on=DUE_ON)))
        unassign(ada, message, *made[:how_many])
        with CaptureQueriesContext(connection) as captured:
            assert numbers(unassign(ada, message, *made)) == (2 * how_many, how_many, how_many)
        return len(captured)

    assert queries(2) == queries(20)


def test_many_ids_travel_as_one_parameter(ada: User, meridian: Company, message: Certification) -> None:
    """Both engines take only so many parameters."""

    def most_parameters(how_many: int) -> int:
        crowd = [eligible_person(message, meridian) for _ in range(how_many)]
        made = Assignment.objects.filter(opened_in=assign(ada, message, *crowd))
        used: list[int] = []

        def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
            used.append(len(params or ()))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            unassign(ada, message, *made)
        return max(used)

    assert most_parameters(2) == most_parameters(20)
