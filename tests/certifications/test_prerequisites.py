"""Training, then the Fast Start Program: what opens a certification, and what is said while it does not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from accounts.models import User
from certifications import services, withdrawals
from certifications.errors import NotAttended
from certifications.models import Attendance, Certification, FastStartEnrollment, FastStartProgram
from tests.factories import TRAINED_ON, PersonFactory, TrainingSessionFactory, attend, enroll

AT = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)
LATER = datetime(2027, 4, 1, 15, 0, tzinfo=UTC)


@pytest.fixture
def program(message: Certification) -> FastStartProgram:
    return message.program


def standing(person: User, certification: Certification) -> Certification:
    return Certification.objects.visible_to(person).with_standing_of(person).get(pk=certification.pk)


def test_attendance_is_recorded_once(lena: User, program: FastStartProgram) -> None:
    session = TrainingSessionFactory(program=program)
    recorded = [services.record_attendances(people=[lena], session=session) for _ in range(2)]
    assert recorded == [1, 0]
    assert Attendance.objects.filter(user=lena, session=session).count() == 1


def test_many_are_recorded_at_once_and_only_the_new_ones_count(
    lena: User, rosa: User, program: FastStartProgram
) -> None:
    session = attend(rosa, program)
    other = PersonFactory(company=rosa.company)
    assert services.record_attendances(people=[rosa, other], session=session) == 1


def test_who_attended_can_be_enrolled(rosa: User, program: FastStartProgram) -> None:
    attend(rosa, program)
    assert services.enroll(person=rosa, program=program, at=AT).enrolled_at == AT


def test_who_has_not_attended_is_refused_by_name(rosa: User, program: FastStartProgram) -> None:
    with pytest.raises(NotAttended, match="Rosa Conti has not attended the training for Message Foundations"):
        services.enroll(person=rosa, program=program, at=AT)
    assert not FastStartEnrollment.objects.filter(user=rosa).exists()


def test_the_training_of_another_program_does_not_count(rosa: User, program: FastStartProgram, sale) -> None:
    attend(rosa, sale.program)
    with pytest.raises(NotAttended):
        services.enroll(person=rosa, program=program, at=AT)


def test_enrolling_again_changes_nothing(rosa: User, program: FastStartProgram) -> None:
    first = enroll(rosa, program, at=AT)
    assert services.enroll(person=rosa, program=program, at=LATER).enrolled_at == first.enrolled_at == AT


def test_a_withdrawn_enrolment_is_history_and_can_be_revived(rosa: User, program: FastStartProgram) -> None:
    enroll(rosa, program, at=AT)
    assert services.withdraw(person=rosa, program=program, by=None, at=LATER)
    assert not FastStartEnrollment.objects.current().filter(user=rosa).exists()
    revived = services.enroll(person=rosa, program=program, at=LATER)
    assert (revived.enrolled_at, revived.withdrawn_at) == (LATER, None)
    assert FastStartEnrollment.objects.filter(user=rosa).count() == 1


def test_a_newcomer_is_enrolled_and_who_was_withdrawn_stays_so(rosa: User, program: FastStartProgram) -> None:
    attend(rosa, program)
    assert services.enroll_newcomer(person=rosa, program=program, at=AT)
    assert not services.enroll_newcomer(person=rosa, program=program, at=LATER)
    assert FastStartEnrollment.objects.get(user=rosa).enrolled_at == AT
    services.withdraw(person=rosa, program=program, by=None, at=LATER)
    assert not services.enroll_newcomer(person=rosa, program=program, at=LATER)
    assert not FastStartEnrollment.objects.current().filter(user=rosa).exists()


def test_withdrawing_is_announced_only_when_there_is_something_to_end(
    rosa: User, ada: User, program: FastStartProgram, monkeypatch
) -> None:
    heard = []
    monkeypatch.setattr(withdrawals, "_registered", [lambda **what: heard.append(what)])
    assert not services.withdraw(person=rosa, program=program, by=ada, at=AT)
    enroll(rosa, program, at=AT)
    assert services.withdraw(person=rosa, program=program, by=ada, at=LATER)
    assert heard == [{"person": rosa, "program": program, "by": ada, "at": LATER}]


@pytest.mark.parametrize(
    ("attended", "enrolled", "words"),
    [
        (False, False, "Has not attended the training"),
        (True, False, "Attended, but not enrolled in the Fast Start Program"),
        (True, True, ""),
    ],
)
def test_what_is_missing_is_said_in_words(rosa: User, message: Certification, attended, enrolled, words) -> None:
    if attended:
        attend(rosa, message.program)
    if enrolled:
        enroll(rosa, message.program)
    seen = standing(rosa, message)
    assert (seen.missing, seen.has_attended, seen.is_enrolled, seen.is_open) == (words, attended, enrolled, enrolled)


def test_the_words_are_those_that_admins_read() -> None:
    from assignments.querysets import REASONS
    from certifications.querysets import LACKS_ENROLLMENT, LACKS_TRAINING

    assert {LACKS_TRAINING, LACKS_ENROLLMENT} <= set(REASONS.values())


def test_the_latest_training_counts_as_the_day(lena: User, message: Certification) -> None:
    later = TrainingSessionFactory(program=message.program, held_on=date(2026, 2, 1))
    services.record_attendances(people=[lena], session=later)
    assert TRAINED_ON < standing(lena, message).last_attended_on == date(2026, 2, 1)


def test_scope_is_put_and_taken(meridian, harbor, sale: Certification) -> None:
    assert not services.put_in_scope(company=meridian, certification=sale)
    assert services.put_in_scope(company=harbor, certification=sale)
    assert set(sale.companies.all()) == {meridian, harbor}
    assert services.take_out_of_scope(company=harbor, certification=sale)
    assert not services.take_out_of_scope(company=harbor, certification=sale)


def test_nothing_exists_for_a_company_but_what_is_in_scope(
    lena: User, sam: User, operator: User, message, sale
) -> None:
    assert set(Certification.objects.visible_to(lena)) == {message, sale}
    assert set(Certification.objects.visible_to(sam)) == {message}
    assert not Certification.objects.visible_to(operator).exists()
    assert set(FastStartProgram.objects.visible_to(sam)) == {message.program}
