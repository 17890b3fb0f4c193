"""What happens when two things happen at the same moment: row locks, so PostgreSQL only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts import services as people
from accounts.errors import RefusedChange
from accounts.models import Company, User
from certifications import services
from certifications.errors import StepInUse, StepNotOpen
from certifications.models import Certification, CertificationEnrollment, FastStartEnrollment, StepCompletion
from tests.at_once import at_once, while_it_waits
from tests.factories import complete, eligible_person

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

AT = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)
LATER = datetime(2027, 4, 1, 15, 0, tzinfo=UTC)


def test_the_same_first_step_twice_begins_once(lena: User, message: Certification) -> None:
    step = message.steps.get(position=1)
    outcomes = at_once(*[lambda: services.complete_step(person=lena, step=step, at=AT)] * 4)
    assert [type(outcome) for outcome in outcomes] == [CertificationEnrollment] * 4
    assert (CertificationEnrollment.objects.count(), StepCompletion.objects.count()) == (1, 1)


def test_the_last_two_steps_at_once_complete_it(lena: User, message: Certification) -> None:
    complete(lena, message, steps=4, at=AT)
    fifth, sixth = message.steps.filter(position__gte=5).order_by("position")
    services_of = [
        lambda: services.complete_step(person=lena, step=fifth, at=LATER),
        lambda: services.complete_step(person=lena, step=sixth, at=LATER),
    ]
    at_once(*services_of)
    assert CertificationEnrollment.objects.get().status == "completed"


def test_the_second_of_the_last_steps_waits_for_the_first(lena: User, message: Certification) -> None:
    complete(lena, message, steps=4, at=AT)
    fifth, sixth = message.steps.filter(position__gte=5).order_by("position")
    second = while_it_waits(
        lambda: services.complete_step(person=lena, step=fifth, at=LATER),
        lambda: services.complete_step(person=lena, step=sixth, at=LATER),
    )
    assert second.status == "completed"


def test_the_last_step_that_waits_for_one_of_later_completes_it_at_that_moment(
    lena: User, message: Certification
) -> None:
    complete(lena, message, steps=5, at=LATER)
    last = services.complete_step(person=lena, step=message.steps.get(position=6), at=AT)
    assert (last.status, last.started_at, last.completed_at) == ("completed", LATER, LATER)


def test_who_began_after_a_step_was_to_be_taken_out_completes_when_they_began(
    lena: User, message: Certification
) -> None:
    complete(lena, message, steps=5, at=LATER)
    services.remove_step(step=message.steps.get(position=6), at=AT)
    assert CertificationEnrollment.objects.get().completed_at == LATER


def test_enrolling_waits_for_a_withdrawal_of_the_same_person(lena: User, message: Certification) -> None:
    program = message.program
    while_it_waits(
        lambda: services.withdraw(person=lena, program=program, by=None, at=AT),
        lambda: services.enroll(person=lena, program=program, at=LATER),
    )
    enrollment = FastStartEnrollment.objects.get()
    assert (enrollment.enrolled_at, enrollment.withdrawn_at) == (LATER, None)


def test_withdrawing_waits_for_an_enrolment_of_the_same_person(lena: User, message: Certification) -> None:
    program = message.program
    services.withdraw(person=lena, program=program, by=None, at=AT)
    ended = while_it_waits(
        lambda: services.enroll(person=lena, program=program, at=AT),
        lambda: services.withdraw(person=lena, program=program, by=None, at=LATER),
    )
    assert ended is True
    assert FastStartEnrollment.objects.get().withdrawn_at == LATER


def test_who_is_enrolled_while_a_withdrawal_waits_is_withdrawn_from_that_moment(
    lena: User, message: Certification
) -> None:
    program = message.program
    services.withdraw(person=lena, program=program, by=None, at=AT)
    ended = while_it_waits(
        lambda: services.enroll(person=lena, program=program, at=LATER),
        lambda: services.withdraw(person=lena, program=program, by=None, at=AT),
    )
    assert ended is True
    assert FastStartEnrollment.objects.get().withdrawn_at == LATER


def test_a_withdrawal_waits_for_the_first_step_of_the_same_person(lena: User, message: Certification) -> None:
    first, second, *_ = message.steps.order_by("position")
    ended = while_it_waits(
        lambda: services.complete_step(person=lena, step=first, at=AT),
        lambda: services.withdraw(person=lena, program=message.program, by=None, at=AT),
    )
    assert ended is True
    assert services.complete_step(person=lena, step=second, at=LATER).status == "in_progress"


def test_the_first_step_waits_for_a_withdrawal_and_is_refused(lena: User, message: Certification) -> None:
    step = message.steps.get(position=1)
    refused = while_it_waits(
        lambda: services.withdraw(person=lena, program=message.program, by=None, at=AT),
        lambda: services.complete_step(person=lena, step=step, at=AT),
    )
    assert isinstance(refused, StepNotOpen)
    assert not CertificationEnrollment.objects.exists()


def test_taking_out_a_step_waits_for_who_does_the_last_other_one(lena: User, message: Certification) -> None:
    complete(lena, message, steps=4, at=AT)
    fifth, sixth = message.steps.filter(position__gte=5).order_by("position")
    while_it_waits(
        lambda: services.complete_step(person=lena, step=fifth, at=LATER),
        lambda: services.remove_step(step=sixth, at=LATER),
    )
    assert CertificationEnrollment.objects.get().status == "completed"


def test_a_step_that_is_taken_out_waits_for_who_has_begun_and_is_doing_it(lena: User, message: Certification) -> None:
    complete(lena, message, steps=1)
    sixth = message.steps.get(position=6)
    removed = while_it_waits(
        lambda: services.complete_step(person=lena, step=sixth, at=AT),
        lambda: services.remove_step(step=message.steps.get(position=6), at=AT),
    )
    assert isinstance(removed, StepInUse)
    assert StepCompletion.objects.filter(step=sixth).exists()


def test_doing_a_step_that_is_taken_out_at_the_same_moment_is_refused_or_keeps_it(
    lena: User, message: Certification
) -> None:
    step = message.steps.get(position=6)
    done, removed = at_once(
        lambda: services.complete_step(person=lena, step=step, at=AT),
        lambda: services.remove_step(step=message.steps.get(position=6), at=AT),
    )
    if message.steps.count() == 6:
        assert isinstance(removed, StepInUse)
        assert isinstance(done, CertificationEnrollment)
    else:
        assert removed is None
        assert isinstance(done, StepNotOpen)
        assert not StepCompletion.objects.exists()


def test_two_changes_of_the_hierarchy_cannot_close_a_circle_together(ada: User, max: User) -> None:
    second = while_it_waits(
        lambda: people.change_manager(person=ada, manager=max),
        lambda: people.change_manager(person=User.objects.get(pk=max.pk), manager=User.objects.get(pk=ada.pk)),
    )
    assert isinstance(second, RefusedChange)
    max.refresh_from_db()
    assert max.reports_to is None


def test_two_people_asking_for_one_address_at_once_do_not_both_get_it(ada: User, max: User) -> None:
    outcomes = at_once(
        *[
            lambda person=person: people.change_email(person=person, email="one@meridian.example")
            for person in (ada, max)
        ]
    )
    refusals = [outcome for outcome in outcomes if outcome is not None]
    assert [getattr(refusal, "messages", refusal) for refusal in refusals] == [
        ["Somebody with this email address exists already."]
    ]
    assert User.objects.filter(email="one@meridian.example").count() == 1


def test_many_people_doing_steps_do_not_wait_for_each_other(meridian: Company, message: Certification) -> None:
    step = message.steps.get(position=1)
    crowd = [eligible_person(message, meridian) for _ in range(4)]
    outcomes = at_once(
        *[lambda person=person: services.complete_step(person=person, step=step, at=AT) for person in crowd]
    )
    assert [type(outcome) for outcome in outcomes] == [CertificationEnrollment] * 4
