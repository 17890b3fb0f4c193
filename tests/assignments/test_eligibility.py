"""Each Active or Waiting person is in exactly one of three groups; the reasons are what keeps them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import services as people
from accounts.models import Company, User
from assignments.counts import certifications_with_counts, group_sizes
from assignments.models import Assignment, Learner
from assignments.querysets import REASONS
from certifications import services as training
from certifications.errors import NotAttended, StepNotOpen
from certifications.models import Certification, FastStartEnrollment, FastStartProgram
from tests.factories import PersonFactory, attend, complete, eligible_person

from .presses import DUE_ON, NOW, TODAY, assign, assigned, open_assignment, unassign

pytestmark = pytest.mark.django_db

EVENTS = ("attend", "enroll", "withdraw", "assign", "unassign", "deactivate", "reactivate", "log in", "learn")
histories = st.lists(
    st.tuples(st.sampled_from(["waiting", "active"]), st.lists(st.sampled_from(EVENTS), max_size=9)),
    min_size=1,
    max_size=4,
)


@contextmanager
def undone() -> Iterator[None]:
    """The database afterwards is as it was before."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def happen(event: str, person: User, certification: Certification, by: User) -> None:
    program = certification.program
    deeds: dict[str, Callable[[], object]] = {
        "attend": lambda: attend(person, program),
        "enroll": lambda: enroll_or_be_refused(person, program),
        "withdraw": lambda: training.withdraw(person=person, program=program, by=None, at=NOW),
        "assign": lambda: assign(by, certification, person),
        "unassign": lambda: unassign_if_assigned(by, person, certification),
        "deactivate": lambda: people.deactivate(person=person, by=by, at=NOW),
        "reactivate": lambda: people.reactivate(person=person),
        "log in": lambda: people.record_login(person=person),
        "learn": lambda: learn_if_open(person, certification),
    }
    deeds[event]()


def enroll_or_be_refused(person: User, program: FastStartProgram) -> None:
    with suppress(NotAttended):
        training.enroll(person=person, program=program, at=NOW - timedelta(days=1))


def unassign_if_assigned(by: User, person: User, certification: Certification) -> None:
    for assignment in Assignment.objects.open().of(person).filter(certification=certification):
        unassign(by, certification, assignment)


def learn_if_open(person: User, certification: Certification) -> None:
    with suppress(StepNotOpen):
        complete(person, certification, steps=1)


def group_by_the_rules(person: User, certification: Certification) -> str:
    """Worked out from single rows, without a word of the querysets that are tested."""
    person.refresh_from_db()
    if person.status == "inactive":
        return ""
    if Assignment.objects.filter(learner_id=person.pk, certification=certification, closed_at=None).exists():
        return "assigned"
    enrolled = FastStartEnrollment.objects.filter(user=person, program=certification.program, withdrawn_at=None)
    return "eligible" if person.status == "active" and enrolled.exists() else "not eligible"


def groups(certification: Certification) -> dict[str, list[int]]:
    learners = Learner.objects.all()
    assigned = Assignment.objects.open().filter(certification=certification)
    return {
        "assigned": sorted(assigned.values_list("learner", flat=True)),
        "eligible": sorted(learners.eligible_for(certification).values_list("pk", flat=True)),
        "not eligible": sorted(learners.not_eligible_for(certification).values_list("pk", flat=True)),
    }


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=histories)
def test_whatever_happened_everyone_is_in_the_one_group_that_the_rules_say(
    ada: User, message: Certification, sale: Certification, histories: list[tuple[str, list[str]]]
) -> None:
    with undone():
        crowd = [ada, *(PersonFactory(company=ada.company, status=status) for status, _ in histories)]
        for person, (_, events) in zip(crowd[1:], histories, strict=True):
            for event in events:
                happen(event, person, message, by=ada)
        for certification in (message, sale):
            expected: dict[str, list[int]] = {"assigned": [], "eligible": [], "not eligible": []}
            for person in crowd:
                expected.get(group_by_the_rules(person, certification), []).append(person.pk)
            assert groups(certification) == expected
            assert_reasons_tell_the_eligible(certification)
            assert_counts_are_those_of_the_lists(ada, certification)


def assert_reasons_tell_the_eligible(certification: Certification) -> None:
    unassigned = Learner.objects.with_reasons(certification).filter(is_assigned=False)
    kept_away = {person.pk for person in unassigned if any(getattr(person, reason) for reason in REASONS)}
    assert sorted({person.pk for person in unassigned} - kept_away) == groups(certification)["eligible"]
    assert all(person.reasons for person in Learner.objects.not_eligible_for(certification))


def assert_counts_are_those_of_the_lists(admin: User, certification: Certification) -> None:
    sizes = tuple(len(group) for group in groups(certification).values())
    counted = certifications_with_counts(admin, on=TODAY).get(pk=certification.pk)
    assert group_sizes(admin, certification) == sizes
    assert (counted.assigned_count, counted.eligible_count) == sizes[:2]


def reasons_of(person: User, certification: Certification) -> list[str]:
    return Learner.objects.not_eligible_for(certification).get(pk=person.pk).reasons


def test_who_has_not_attended_is_told_so(ada: User, message: Certification) -> None:
    assert reasons_of(ada, message) == ["Has not attended the training"]


def test_who_attended_without_enrolling_is_told_so(ada: User, message: Certification) -> None:
    attend(ada, message.program)
    assert reasons_of(ada, message) == ["Attended, but not enrolled in the Fast Start Program"]


def test_who_was_withdrawn_attended_without_being_enrolled(lena: User, message: Certification) -> None:
    training.withdraw(person=lena, program=message.program, by=None, at=NOW)
    assert reasons_of(lena, message) == ["Attended, but not enrolled in the Fast Start Program"]


def test_an_invitation_that_waits_is_a_reason_of_its_own(meridian: Company, message: Certification) -> None:
    enrolled = eligible_person(message, meridian, status=User.Status.WAITING)
    assert reasons_of(enrolled, message) == ["Invitation not accepted yet"]


def test_every_reason_is_given_at_once_in_the_order_of_the_way(meridian: Company, message: Certification) -> None:
    invited = PersonFactory(company=meridian, status=User.Status.WAITING)
    assert reasons_of(invited, message) == ["Invitation not accepted yet", "Has not attended the training"]


def test_the_training_of_another_program_opens_nothing(lena: User, sale: Certification) -> None:
    assert reasons_of(lena, sale) == ["Has not attended the training"]


def test_who_is_inactive_is_in_no_group(lena: User, message: Certification) -> None:
    assert groups(message)["eligible"] == [lena.pk]
    people.deactivate(person=lena, by=None, at=NOW)
    assert not any(lena.pk in group for group in groups(message).values())


def test_who_has_completed_is_still_assigned(ada: User, lena: User, message: Certification) -> None:
    assigned(ada, message, lena)
    complete(lena, message)
    assert groups(message)["assigned"] == [lena.pk]


def test_who_completed_without_being_assigned_is_eligible(lena: User, message: Certification) -> None:
    complete(lena, message)
    assert groups(message)["eligible"] == [lena.pk]


def test_the_counts_tell_how_far_the_assigned_are(ada: User, meridian: Company, message: Certification) -> None:
    crowd = [eligible_person(message, meridian) for _ in range(5)]
    assign(ada, message, *crowd[:4], due_on=TODAY)
    complete(crowd[0], message)
    complete(crowd[1], message, steps=2)
    complete(crowd[4], message)
    counted = certifications_with_counts(ada, on=DUE_ON).get(pk=message.pk)
    assert (counted.assigned_count, counted.eligible_count, counted.steps_total) == (4, 1, 6)
    assert (counted.completed_count, counted.in_progress_count, counted.overdue_count) == (1, 1, 3)


def test_a_due_day_is_good_until_its_end(ada: User, lena: User, message: Certification) -> None:
    assigned(ada, message, lena, due_on=DUE_ON)
    on_the_day = certifications_with_counts(ada, on=DUE_ON).get(pk=message.pk)
    day_after = certifications_with_counts(ada, on=DUE_ON + timedelta(days=1)).get(pk=message.pk)
    assert (on_the_day.overdue_count, day_after.overdue_count) == (0, 1)


def test_another_company_counts_its_own(ada: User, sam: User, lena: User, message: Certification) -> None:
    eligible_person(message, sam.company)
    assert group_sizes(sam, message) == (0, 1, 1)


@pytest.mark.parametrize("who", ["max", "cora", "operator"])
def test_who_may_not_assign_counts_and_sees_nobody(
    who: str, request: pytest.FixtureRequest, lena: User, message: Certification
) -> None:
    person = request.getfixturevalue(who)
    assert not Learner.objects.visible_to(person).exists()
    counted = certifications_with_counts(person, on=TODAY).values_list("assigned_count", "eligible_count")
    assert set(counted) <= {(0, 0)}


def test_a_learner_sees_the_own_assignment_and_no_other(ada: User, lena: User, meridian: Company, message) -> None:
    other = eligible_person(message, meridian)
    assign(ada, message, lena, other)
    assert list(Assignment.objects.visible_to(lena)) == [open_assignment(lena, message)]
    assert Assignment.objects.visible_to(ada).count() == 2


def test_out_of_scope_nothing_of_it_is_seen(ada: User, lena: User, message: Certification) -> None:
    assigned(ada, message, lena)
    training.take_out_of_scope(company=lena.company, certification=message)
    assert not Assignment.objects.visible_to(lena).exists()
    assert not Assignment.objects.visible_to(ada).exists()
    assert not certifications_with_counts(ada, on=TODAY).exists()
