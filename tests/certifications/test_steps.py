"""Doing the steps of a certification: the first begins it, the last completes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.models import User
from certifications import services
from certifications.errors import StepInUse, StepNotOpen
from certifications.models import Certification, CertificationEnrollment, Step, StepCompletion
from tests.factories import complete, eligible_person

AT = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)
LATER = datetime(2027, 4, 1, 15, 0, tzinfo=UTC)


def step(certification: Certification, position: int) -> Step:
    return certification.steps.get(position=position)


def test_the_first_step_in_any_order_begins_it(lena: User, message: Certification) -> None:
    enrollment = services.complete_step(person=lena, step=step(message, 4), at=AT)
    assert (enrollment.status, enrollment.started_at, enrollment.completed_at) == ("in_progress", AT, None)


def test_the_last_step_completes_it(lena: User, message: Certification) -> None:
    complete(lena, message, steps=5, at=AT)
    enrollment = services.complete_step(person=lena, step=step(message, 6), at=LATER)
    assert (enrollment.status, enrollment.started_at, enrollment.completed_at) == ("completed", AT, LATER)


def test_a_step_done_again_stays_as_it_was(lena: User, message: Certification) -> None:
    services.complete_step(person=lena, step=step(message, 1), at=AT)
    services.complete_step(person=lena, step=step(message, 1), at=LATER)
    assert list(StepCompletion.objects.values_list("completed_at", flat=True)) == [AT]


def test_a_completed_one_stays_completed_when_a_step_is_done_again(lena: User, message: Certification) -> None:
    complete(lena, message, at=AT)
    assert services.complete_step(person=lena, step=step(message, 1), at=LATER).completed_at == AT


def test_who_is_not_enrolled_does_no_step(rosa: User, message: Certification) -> None:
    with pytest.raises(StepNotOpen, match="once you are enrolled in Message Foundations"):
        services.complete_step(person=rosa, step=step(message, 1), at=AT)
    assert not CertificationEnrollment.objects.exists()


def test_who_had_begun_goes_on_after_the_enrolment_ended(lena: User, message: Certification) -> None:
    services.complete_step(person=lena, step=step(message, 1), at=AT)
    services.withdraw(person=lena, program=message.program, by=None, at=AT)
    assert services.complete_step(person=lena, step=step(message, 2), at=LATER).status == "in_progress"


def test_who_had_not_begun_does_not(lena: User, message: Certification) -> None:
    services.withdraw(person=lena, program=message.program, by=None, at=AT)
    with pytest.raises(StepNotOpen):
        services.complete_step(person=lena, step=step(message, 1), at=LATER)


def test_a_step_that_nobody_has_done_can_be_taken_out(lena: User, message: Certification) -> None:
    services.remove_step(step=step(message, 6), at=AT)
    assert message.steps.count() == 5


def test_a_step_that_somebody_has_done_stays(lena: User, message: Certification) -> None:
    services.complete_step(person=lena, step=step(message, 1), at=AT)
    with pytest.raises(StepInUse, match="“Step 1” already, so it stays"):
        services.remove_step(step=step(message, 1), at=LATER)
    assert message.steps.count() == 6


def test_taking_out_the_last_open_step_completes_exactly_those_who_had_done_the_others(
    lena: User, message: Certification
) -> None:
    complete(lena, message, steps=5, at=AT)
    behind = eligible_person(message, lena.company)
    complete(behind, message, steps=4, at=AT)
    services.remove_step(step=step(message, 6), at=LATER)
    found = CertificationEnrollment.objects.values_list("user", "status", "completed_at")
    assert set(found) == {(lena.pk, "completed", LATER), (behind.pk, "in_progress", None)}


def test_another_certification_is_not_touched_by_it(lena: User, message: Certification, sale: Certification) -> None:
    other = eligible_person(sale, lena.company)
    complete(other, sale, steps=4, at=AT)
    services.remove_step(step=step(message, 6), at=LATER)
    assert CertificationEnrollment.objects.get(user=other).status == "in_progress"


def test_steps_swap_places_and_a_new_one_goes_between(message: Certification) -> None:
    first, second, *rest = message.steps.order_by("position")
    new = Step(title="In between")
    services.arrange_steps(certification=message, steps=[second, new, first, *rest])
    assert list(message.steps.order_by("position").values_list("position", "title")) == [
        (1, "Step 2"),
        (2, "In between"),
        (3, "Step 1"),
        (4, "Step 3"),
        (5, "Step 4"),
        (6, "Step 5"),
        (7, "Step 6"),
    ]


def test_arranging_keeps_what_people_have_done(lena: User, message: Certification) -> None:
    services.complete_step(person=lena, step=step(message, 1), at=AT)
    services.arrange_steps(certification=message, steps=list(message.steps.order_by("-position")))
    assert StepCompletion.objects.get().step == step(message, 6)
