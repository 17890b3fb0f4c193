"""What happens on the way to a certification: the only writer of training, programs and progress.

Instants are aware. A person's row is locked first wherever their eligibility may change, so that
an assignment made at the same moment sees either the old state or the new one, never half of it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError

from accounts.models import Company, User

from . import withdrawals
from .errors import NotAttended, StepInUse, StepNotOpen
from .models import (
    Attendance,
    Certification,
    CertificationEnrollment,
    CompanyCertification,
    FastStartEnrollment,
    FastStartProgram,
    Step,
    StepCompletion,
    TrainingSession,
)


def record_attendance(*, person: User, session: TrainingSession) -> bool:
    """Note that the person attended the training. Returns whether it was not noted before."""
    return Attendance.objects.get_or_create(user=person, session=session)[1]


@transaction.atomic
def enroll(*, person: User, program: FastStartProgram, at: datetime) -> FastStartEnrollment:
    """Enroll a person who has attended the training; who is enrolled already stays as they are.

    Raises `NotAttended`.
    """
    _lock(person)
    if not Attendance.objects.filter(user=person, session__program=program).exists():
        raise NotAttended(f"{person.full_name} has not attended the training for {program.title} yet.")
    enrollment, is_new = FastStartEnrollment.objects.get_or_create(
        user=person, program=program, defaults={"enrolled_at": at}
    )
    if not is_new and enrollment.withdrawn_at is not None:
        enrollment.enrolled_at, enrollment.withdrawn_at = at, None
        enrollment.save(update_fields=["enrolled_at", "withdrawn_at"])
    return enrollment


@transaction.atomic
def withdraw(*, person: User, program: FastStartProgram, by: User | None, at: datetime) -> bool:
    """End a person's enrolment, and what hangs on it; progress stays. Returns whether there was one."""
    _lock(person)
    ended = FastStartEnrollment.objects.current().filter(user=person, program=program).update(withdrawn_at=at)
    if ended:
        withdrawals.announce(person=person, program=program, by=by, at=at)
    return bool(ended)


def put_in_scope(*, company: Company, certification: Certification) -> bool:
    """From now on the certification exists for the company. Returns whether it did not before."""
    return CompanyCertification.objects.get_or_create(company=company, certification=certification)[1]


def take_out_of_scope(*, company: Company, certification: Certification) -> bool:
    """The certification exists no longer for the company; what was assigned and done is kept, unseen."""
    scopes = CompanyCertification.objects.filter(company=company, certification=certification)
    return bool(scopes.delete()[0])


@transaction.atomic
def complete_step(*, person: User, step: Step, at: datetime) -> CertificationEnrollment:
    """Complete one step; the first one begins the certification, the last one completes it.

    A step that is done already stays as it is. Raises `StepNotOpen` for who is neither enrolled in
    the prerequisite program nor has begun.
    """
    enrollment = _begin(person, step.certification, at)
    StepCompletion.objects.get_or_create(enrollment=enrollment, step=step, defaults={"completed_at": at})
    _complete_if_done(enrollment, at)
    return enrollment


@transaction.atomic
def remove_step(*, step: Step, at: datetime) -> None:
    """Take a step that nobody has completed out of its certification.

    Who had done all the others is complete by that. Raises `StepInUse`.
    """
    certification = step.certification
    try:
        step.delete()
    except ProtectedError as error:
        raise StepInUse(f"Somebody has completed “{step.title}” already, so it stays.") from error
    open_enrollments = CertificationEnrollment.objects.select_for_update(no_key=True, of=("self",)).filter(
        certification=certification, status=CertificationEnrollment.Status.IN_PROGRESS
    )
    for enrollment in open_enrollments.order_by("pk"):
        _complete_if_done(enrollment, at)


def _lock(person: User) -> None:
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.pk)


def _begin(person: User, certification: Certification, at: datetime) -> CertificationEnrollment:
    """The person's enrolment in the certification, locked, and new if this is the first step."""
    mine = CertificationEnrollment.objects.select_for_update(no_key=True, of=("self",)).filter(
        user=person, certification=certification
    )
    begun = mine.first()
    if begun is not None:
        return begun
    if not FastStartEnrollment.objects.current().filter(user=person, program=certification.program).exists():
        raise StepNotOpen(f"{certification.title} opens once you are enrolled in {certification.program.title}.")
    CertificationEnrollment.objects.get_or_create(
        user=person, certification=certification, defaults={"started_at": at}
    )
    return mine.get()


def _complete_if_done(enrollment: CertificationEnrollment, at: datetime) -> None:
    steps_left = enrollment.certification.steps.exclude(completions__enrollment=enrollment)
    if enrollment.status == CertificationEnrollment.Status.COMPLETED or steps_left.exists():
        return
    enrollment.status, enrollment.completed_at = CertificationEnrollment.Status.COMPLETED, at
    enrollment.save(update_fields=["status", "completed_at"])
