"""Assign: everyone who is eligible at that moment, once; everyone else is named, with the reason."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import services as people
from accounts.models import Company, User
from assignments.errors import (
    InvalidDueDate,
    InvalidName,
    NothingSelected,
    NotPermitted,
    RefusedOperation,
    RepeatedWithOtherContent,
    TooManySelected,
)
from assignments.models import Assignment, AssignmentChange, Operation
from assignments.services import MOST_SELECTED
from certifications import services as training
from certifications.models import Certification, CertificationEnrollment
from notifications.models import Notification
from tests.factories import PersonFactory, attend, complete, eligible_person

from .presses import DUE_ON, NOW, TODAY, assign, assigned, numbers, open_assignment, reasons, unassign

pytestmark = pytest.mark.django_db
Committing = Callable[..., Any]


def assert_nothing_was_written() -> None:
    for model in (Operation, Assignment, AssignmentChange, Notification):
        assert not model.objects.exists()


def test_a_selected_learner_is_assigned(ada: User, lena: User, message: Certification) -> None:
    operation = assign(ada, message, lena, due_on=DUE_ON)
    made = open_assignment(lena, message)
    assert (made.company, made.name, made.due_on) == (lena.company, "Spring round", DUE_ON)
    assert (made.assigned_by, made.assigned_at, made.opened_in, made.version) == (ada, NOW, operation, 1)
    assert (numbers(operation), reasons(operation)) == ((1, 1, 0), {})


def test_the_operation_says_what_was_asked_by_whom_and_when(ada: User, lena: User, message: Certification) -> None:
    op_id = uuid.uuid4()
    kept = Operation.objects.get(pk=assign(ada, message, lena, due_on=DUE_ON, op_id=op_id).pk)
    assert (kept.kind, kept.company, kept.certification, kept.op_id) == ("assign", ada.company, message, op_id)
    assert (kept.made_by, kept.made_at, kept.name, kept.due_on) == (ada, NOW, "Spring round", DUE_ON)


def test_the_change_is_kept_for_each_person(ada: User, lena: User, meridian: Company, message: Certification) -> None:
    operation = assign(ada, message, lena, eligible_person(message, meridian), due_on=DUE_ON)
    changes = AssignmentChange.objects.filter(operation=operation)
    assert set(changes.values_list("kind", "due_before", "due_after")) == {("assigned", None, DUE_ON)}
    assert set(changes.values_list("assignment", flat=True)) == set(Assignment.objects.values_list("pk", flat=True))
    assert changes.count() == 2


def test_assigning_begins_nothing(ada: User, lena: User, message: Certification) -> None:
    assign(ada, message, lena)
    assert not CertificationEnrollment.objects.exists()


def test_who_has_completed_can_be_assigned(ada: User, lena: User, message: Certification) -> None:
    complete(lena, message)
    assert numbers(assign(ada, message, lena)) == (1, 1, 0)


def test_an_admin_can_assign_herself(ada: User, message: Certification) -> None:
    attend(ada, message.program)
    training.enroll(person=ada, program=message.program, at=NOW)
    assert numbers(assign(ada, message, ada)) == (1, 1, 0)


def test_two_certifications_do_not_stand_in_each_others_way(
    ada: User, lena: User, message: Certification, sale: Certification
) -> None:
    attend(lena, sale.program)
    training.enroll(person=lena, program=sale.program, at=NOW)
    assert [numbers(assign(ada, each, lena)) for each in (message, sale)] == [(1, 1, 0)] * 2


def test_the_name_is_kept_without_the_blanks_around_and_doubled(ada: User, lena: User, message: Certification) -> None:
    assert assigned(ada, message, lena, name="  Spring \n round\t2027 ").name == "Spring round 2027"


def test_a_learner_who_is_selected_twice_counts_once(ada: User, lena: User, message: Certification) -> None:
    assert numbers(assign(ada, message, lena, lena)) == (1, 1, 0)


# Skipped: each person by name, with the reason


def test_who_is_assigned_already_is_skipped_with_by_whom_and_when_and_due(
    ada: User, lena: User, meridian: Company, message: Certification
) -> None:
    first = assigned(ada, message, lena, due_on=DUE_ON)
    zoe = PersonFactory(company=meridian, first_name="Zoe", can_manage_assignments=True)
    operation = assign(zoe, message, lena, due_on=date(2027, 4, 1), at=NOW + timedelta(hours=1))
    assert reasons(operation) == {
        "Lena Brandt": "Already assigned by Ada Ekström on Mon 1 March 2027, 10:00, due Tue 9 March 2027."
    }
    assert (open_assignment(lena, message), open_assignment(lena, message).due_on) == (first, DUE_ON)
    assert numbers(operation) == (1, 0, 1)


def test_without_a_due_date_the_reason_names_none(ada: User, lena: User, message: Certification) -> None:
    assign(ada, message, lena)
    reason = reasons(assign(ada, message, lena))["Lena Brandt"]
    assert reason == "Already assigned by Ada Ekström on Mon 1 March 2027, 10:00."


def test_the_reason_tells_the_time_of_the_company(sam: User, message: Certification) -> None:
    mia = eligible_person(message, sam.company, first_name="Mia", last_name="Rua")
    assign(sam, message, mia)
    assert reasons(assign(sam, message, mia)) == {
        "Mia Rua": "Already assigned by Sam Tuala on Tue 2 March 2027, 04:00."
    }


def test_who_was_deactivated_meanwhile_is_skipped(ada: User, lena: User, message: Certification) -> None:
    people.deactivate(person=lena, by=ada, at=NOW)
    assert reasons(assign(ada, message, lena)) == {"Lena Brandt": "Deactivated."}


def test_who_was_withdrawn_and_then_deactivated_is_deactivated(ada: User, lena: User, message: Certification) -> None:
    training.withdraw(person=lena, program=message.program, by=None, at=NOW)
    people.deactivate(person=lena, by=ada, at=NOW)
    assert reasons(assign(ada, message, lena)) == {"Lena Brandt": "Deactivated."}


def test_who_has_not_accepted_the_invitation_is_skipped(ada: User, message: Certification) -> None:
    eligible_person(message, ada.company, first_name="Ivo", status=User.Status.WAITING)
    ivo = User.objects.get(first_name="Ivo")
    assert reasons(assign(ada, message, ivo)) == {"Ivo Moss": "Invitation not accepted yet."}


def test_who_has_not_attended_is_skipped(ada: User, max: User, message: Certification) -> None:
    assert reasons(assign(ada, message, max)) == {"Max Okafor": "Has not attended the training."}


def test_who_is_not_enrolled_is_skipped(ada: User, max: User, message: Certification) -> None:
    attend(max, message.program)
    reason = reasons(assign(ada, message, max))["Max Okafor"]
    assert reason == "Attended, but not enrolled in the Fast Start Program."


def test_who_is_no_longer_enrolled_is_skipped_with_since_when(ada: User, lena: User, message: Certification) -> None:
    training.withdraw(person=lena, program=message.program, by=None, at=NOW - timedelta(hours=2))
    assert reasons(assign(ada, message, lena)) == {
        "Lena Brandt": "No longer enrolled in Message Foundations since Mon 1 March 2027, 08:00."
    }


def test_who_waits_and_is_no_longer_enrolled_is_told_both(ada: User, message: Certification) -> None:
    ivo = eligible_person(message, ada.company, first_name="Ivo", status=User.Status.WAITING)
    training.withdraw(person=ivo, program=message.program, by=None, at=NOW)
    assert reasons(assign(ada, message, ivo)) == {
        "Ivo Moss": "Invitation not accepted yet; No longer enrolled in Message Foundations"
        " since Mon 1 March 2027, 10:00."
    }


def test_a_person_of_another_company_looks_like_nobody(ada: User, sam: User, message: Certification) -> None:
    stranger = eligible_person(message, sam.company)
    foreign = assign(ada, message, stranger)
    unknown = assign(ada, message, learner_ids=[2**62])
    assert foreign.skipped == unknown.skipped
    assert foreign.skipped == [{"name": "", "email": "", "reason": "1 selected person is unknown in Meridian Systems."}]
    assert numbers(foreign) == numbers(unknown) == (1, 0, 1)
    assert not Assignment.objects.exists()


def test_an_operator_looks_like_nobody(ada: User, operator: User, message: Certification) -> None:
    assert reasons(assign(ada, message, operator)) == {"": "1 selected person is unknown in Meridian Systems."}


def test_several_unknown_ones_are_one_line(ada: User, lena: User, message: Certification) -> None:
    operation = assign(ada, message, learner_ids=[lena.pk, 2**62, 2**62 + 1])
    assert reasons(operation) == {"": "2 selected people are unknown in Meridian Systems."}
    assert numbers(operation) == (3, 1, 2)


def test_the_rest_goes_through_and_the_skipped_are_in_order_of_name(
    ada: User, max: User, lena: User, rosa: User, message: Certification
) -> None:
    operation = assign(ada, message, max, lena, ada, rosa)
    assert [person["name"] for person in operation.skipped] == ["Ada Ekström", "Max Okafor", "Rosa Conti"]
    assert [person["email"] for person in operation.skipped][1] == "max@meridian.example"
    assert numbers(operation) == (4, 1, 3)


# The same press twice


def test_the_same_press_twice_is_one_effect_with_one_answer(ada: User, lena: User, message: Certification) -> None:
    op_id = uuid.uuid4()
    first = assign(ada, message, lena, due_on=DUE_ON, op_id=op_id)
    again = assign(ada, message, lena, due_on=DUE_ON, op_id=op_id, at=NOW + timedelta(minutes=5))
    assert again == first
    assert numbers(again) == (1, 1, 0)
    assert (Assignment.objects.count(), AssignmentChange.objects.count(), Notification.objects.count()) == (1, 1, 1)


def test_the_order_of_the_selection_does_not_make_another_press(ada: User, lena: User, max: User, message) -> None:
    op_id = uuid.uuid4()
    assert assign(ada, message, lena, max, op_id=op_id) == assign(ada, message, max, lena, lena, op_id=op_id)


def test_a_repeated_press_undoes_no_unassigning(ada: User, lena: User, message: Certification) -> None:
    op_id = uuid.uuid4()
    assign(ada, message, lena, op_id=op_id)
    unassign(ada, message, open_assignment(lena, message))
    assign(ada, message, lena, op_id=op_id)
    assert not Assignment.objects.open().exists()


def test_a_repeated_press_has_its_answer_even_when_the_due_day_is_over(ada: User, lena: User, message) -> None:
    op_id = uuid.uuid4()
    first = assign(ada, message, lena, due_on=TODAY, op_id=op_id)
    assert assign(ada, message, lena, due_on=TODAY, op_id=op_id, at=NOW + timedelta(days=1)) == first


@pytest.mark.parametrize("other", [{"due_on": DUE_ON}, {"name": "Autumn round"}, {"learner_ids": [1]}])
def test_the_same_op_id_with_other_content_is_refused(
    ada: User, lena: User, message: Certification, other: dict[str, Any]
) -> None:
    op_id = uuid.uuid4()
    assign(ada, message, lena, op_id=op_id)
    with pytest.raises(RepeatedWithOtherContent, match="sent before with other content"):
        assign(ada, message, lena, op_id=op_id, **other)
    assert (Operation.objects.count(), open_assignment(lena, message).due_on) == (1, None)


def test_the_same_op_id_of_another_admin_or_button_is_refused(ada: User, lena: User, message: Certification) -> None:
    op_id = uuid.uuid4()
    made = assigned(ada, message, lena, op_id=op_id)
    zoe = PersonFactory(company=ada.company, can_manage_assignments=True)
    with pytest.raises(RepeatedWithOtherContent):
        assign(zoe, message, lena, op_id=op_id)
    with pytest.raises(RepeatedWithOtherContent):
        unassign(ada, message, made, op_id=op_id)


def test_another_company_may_have_the_same_op_id(ada: User, lena: User, sam: User, message: Certification) -> None:
    op_id = uuid.uuid4()
    mine = assign(ada, message, lena, op_id=op_id)
    theirs = assign(sam, message, eligible_person(message, sam.company), op_id=op_id)
    assert mine != theirs
    assert numbers(theirs) == (1, 1, 0)


# Refused as a whole


def test_a_due_day_may_be_today(ada: User, lena: User, message: Certification) -> None:
    assert assigned(ada, message, lena, due_on=TODAY).due_on == TODAY


def test_a_due_day_that_is_over_is_refused(ada: User, lena: User, message: Certification) -> None:
    with pytest.raises(InvalidDueDate, match="Choose today or a later day: it is Mon 1 March 2027 in Meridian Systems"):
        assign(ada, message, lena, due_on=TODAY - timedelta(days=1))
    assert_nothing_was_written()


@pytest.mark.parametrize(("at", "is_fine"), [("2027-03-10T04:59:59+00:00", True), ("2027-03-10T05:00:00+00:00", False)])
def test_today_ends_at_midnight_where_the_company_is(ada: User, lena: User, message, at: str, is_fine: bool) -> None:
    try:
        assign(ada, message, lena, due_on=DUE_ON, at=datetime.fromisoformat(at))
    except InvalidDueDate:
        assert not is_fine
    else:
        assert is_fine


@pytest.mark.parametrize("name", ["", " \n\t ", "x" * 121])
def test_a_name_that_is_empty_or_too_long_is_refused(ada: User, lena: User, message: Certification, name: str) -> None:
    with pytest.raises(InvalidName, match="1 to 120 characters"):
        assign(ada, message, lena, name=name)
    assert_nothing_was_written()


def test_the_longest_name_is_fine(ada: User, lena: User, message: Certification) -> None:
    assert assigned(ada, message, lena, name="x" * 120).name == "x" * 120


def test_nothing_selected_is_refused_with_what_to_do(ada: User, message: Certification) -> None:
    with pytest.raises(NothingSelected, match="Tick the box"):
        assign(ada, message)
    assert_nothing_was_written()


def test_more_than_can_be_done_at_once_is_refused(ada: User, message: Certification) -> None:
    with pytest.raises(TooManySelected, match="100,001 people are selected; 100,000"):
        assign(ada, message, learner_ids=range(1, MOST_SELECTED + 2))
    assert_nothing_was_written()


def test_as_many_as_can_be_done_at_once_are_done(ada: User, lena: User, message: Certification) -> None:
    ids = [lena.pk, *range(10**9, 10**9 + MOST_SELECTED - 1)]
    assert numbers(assign(ada, message, learner_ids=ids)) == (MOST_SELECTED, 1, MOST_SELECTED - 1)


@pytest.mark.parametrize("who", ["max", "lena", "cora", "operator"])
def test_who_may_not_assign_is_refused(
    who: str, request: pytest.FixtureRequest, lena: User, message: Certification
) -> None:
    by = request.getfixturevalue(who)
    with pytest.raises(NotPermitted, match="Manage Assignments"):
        assign(by, message, lena)
    assert_nothing_was_written()


@pytest.mark.parametrize("permission", ["can_manage_users", "can_manage_reports"])
def test_another_permission_does_not_help(lena: User, max: User, message: Certification, permission: str) -> None:
    people.change_details(person=max, **{permission: True})
    with pytest.raises(NotPermitted):
        assign(max, message, lena)


def test_a_plan_that_was_lowered_refuses(ada: User, lena: User, message: Certification) -> None:
    ada.company.plan = Company.Plan.TEAM
    with pytest.raises(NotPermitted):
        assign(ada, message, lena)


def test_a_certification_out_of_scope_is_refused(sam: User, sale: Certification) -> None:
    stranger = eligible_person(sale, sam.company)
    with pytest.raises(NotPermitted, match="Command of the Sale is not in scope for Harbor Labs"):
        assign(sam, sale, stranger)
    assert_nothing_was_written()


def test_every_refusal_is_of_one_family() -> None:
    family = (InvalidDueDate, InvalidName, NothingSelected, NotPermitted, RepeatedWithOtherContent, TooManySelected)
    assert all(issubclass(refusal, RefusedOperation) for refusal in family)


# One ring, and as many queries for many as for few


def test_a_commit_rings_once_for_all(
    ada: User, lena: User, message: Certification, rings: list[str], django_capture_on_commit_callbacks: Committing
) -> None:
    other = eligible_person(message, ada.company)
    with django_capture_on_commit_callbacks(execute=True):
        assign(ada, message, lena, other)
        assert rings == []
    assert rings == ["notifications.tasks.deliver"]


def test_a_rollback_writes_nothing_and_does_not_ring(
    ada: User, lena: User, message: Certification, rings: list[str], django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        assign(ada, message, lena)
        transaction.set_rollback(True)
    assert rings == []
    assert_nothing_was_written()


def test_a_press_that_assigns_nobody_does_not_ring(
    ada: User, max: User, message: Certification, rings: list[str], django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assign(ada, message, max)
    assert rings == []


def test_twenty_people_cost_as_many_queries_as_two(ada: User, meridian: Company, message: Certification) -> None:
    def queries(how_many: int) -> int:
        """For so many of each sort: eligible, assigned already, not attended, withdrawn, deactivated, unknown."""
        eligible, present, withdrawn, left = (
            [eligible_person(message, meridian) for _ in range(how_many)] for _ in range(4)
        )
        strangers = [PersonFactory(company=meridian) for _ in range(how_many)]
        assign(ada, message, *present)
        for person in withdrawn:
            training.withdraw(person=person, program=message.program, by=None, at=NOW)
        for person in left:
            people.deactivate(person=person, by=None, at=NOW)
        everyone = [person.pk for person in (*eligible, *present, *withdrawn, *left, *strangers)]
        unknown = [2**60 + number for number in range(how_many)]
        with CaptureQueriesContext(connection) as captured:
            operation = assign(ada, message, learner_ids=everyone + unknown)
        assert numbers(operation) == (6 * how_many, how_many, 5 * how_many)
        return len(captured)

    assert queries(2) == queries(20)
