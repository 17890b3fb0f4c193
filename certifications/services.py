"""What happens on the way to a certification: the only writer of training, programs and progress.

Instants are aware. A person's row is locked first wherever their eligibility may change, so that
an assignment made at the same moment sees either the old state or the new one, never half of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, Exists, F, Max, OuterRef, ProtectedError, QuerySet, Value
from django.db.models.functions import Greatest

from accounts.models import Company, User
from accounts.services import hold_company

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


def save_entry(*, entry: FastStartProgram | Certification | TrainingSession) -> None:
    """Add to the catalogue, or keep what was changed in it. Raises ValidationError."""
    entry.full_clean()
    entry.save()


@transaction.atomic
def record_attendances(*, people: Iterable[User], session: TrainingSession) -> int:
    """Note that all of them attended the training. Returns for how many that is new; two queries."""
    known = set(Attendance.objects.filter(session=session).values_list("user_id", flat=True))
    new = [Attendance(user=person, session=session) for person in people if person.pk not in known]
    Attendance.objects.bulk_create(new, ignore_conflicts=True)  # somebody may note the same at this moment
    return len(new)


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
def enroll_newcomer(*, person: User, program: FastStartProgram, at: datetime) -> bool:
    """Enroll a person who never was: who is enrolled or was withdrawn stays as they are. Returns whether it did so.

    Raises `NotAttended`.
    """
    _lock(person)
    if FastStartEnrollment.objects.filter(user=person, program=program).exists():
        return False
    enroll(person=person, program=program, at=at)
    return True


@transaction.atomic
def withdraw(*, person: User, program: FastStartProgram, by: User | None, at: datetime) -> bool:
    """End a person's enrolment, and what hangs on it; progress stays. Returns whether there was one."""
    hold_company(person.company_id)
    _lock(person)
    # Whoever enrolled them while this waited did so after `at`: an enrolment ends when it began, at the earliest.
    ends_at = Greatest(Value(at, DateTimeField()), F("enrolled_at"))
    ended = FastStartEnrollment.objects.current().filter(user=person, program=program).update(withdrawn_at=ends_at)
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


def complete_step(*, person: User, step: Step, at: datetime) -> CertificationEnrollment:
    """Complete one step; the first one begins the certification, the last one completes it.

    A step that is done already stays as it is. Raises `StepNotOpen` for who is neither enrolled in
    the prerequisite program nor has begun, and for a step that is taken out at the same moment.
    """
    try:
        with transaction.atomic():
            enrollment = _begin(person, step.certification, at)
            StepCompletion.objects.get_or_create(enrollment=enrollment, step=step, defaults={"completed_at": at})
            _complete_if_done(enrollment, at)
            return enrollment
    except IntegrityError as error:  # foreign keys are checked at the end of the transaction
        raise StepNotOpen(f"“{step.title}” is no longer a step of {step.certification.title}.") from error


@transaction.atomic
def remove_step(*, step: Step, at: datetime) -> None:
    """Take a step that nobody has completed out of its certification.

    Who had done all the others is complete by that. Raises `StepInUse`.
    """
    certification, title = step.certification, step.title
    # Before the step: who completes one holds their enrolment and wants the step.
    _hold_whoever_has_begun(certification)
    try:
        with transaction.atomic():
            step.delete()
    except (ProtectedError, IntegrityError) as error:
        raise StepInUse(f"Somebody has completed “{title}” already, so it stays.") from error
    _complete_whoever_is_done(certification, at)


@transaction.atomic
def arrange_steps(*, certification: Certification, steps: Sequence[Step]) -> None:
    """Save all steps of a certification, old and new, in this order, numbered from 1."""
    Certification.objects.select_for_update(no_key=True, of=("self",)).get(pk=certification.pk)
    highest = certification.steps.aggregate(highest=Max("position"))["highest"] or 0
    # Out of the way first: no two steps may share a position, not even for a moment.
    certification.steps.update(position=F("position") + highest + len(steps))
    for position, step in enumerate(steps, start=1):
        step.certification, step.position = certification, position
        step.full_clean(validate_unique=False, validate_constraints=False)
        step.save()


def _lock(person: User) -> None:
    User.objects.locked().get(pk=person.pk)


def _begin(person: User, certification: Certification, at: datetime) -> CertificationEnrollment:
    """The person's enrolment in the certification, locked, and new if this is the first step."""
    mine = CertificationEnrollment.objects.select_for_update(no_key=True, of=("self",)).filter(
        user=person, certification=certification
    )
    begun = mine.first()
    if begun is None:
        # The first step needs the enrolment: whoever ends it at this moment comes before the step or after it.
        _lock(person)
        begun = mine.first()
    if begun is not None:
        return begun
    if not FastStartEnrollment.objects.current().filter(user=person, program=certification.program).exists():
        raise StepNotOpen(f"{certification.title} opens once you are enrolled in {certification.program.title}.")
    CertificationEnrollment.objects.get_or_create(user=person, certification=certification, defaults={"started_at": at})
    return mine.get()


def _complete_if_done(enrollment: CertificationEnrollment, at: datetime) -> None:
    steps_left = enrollment.certification.steps.exclude(completions__enrollment=enrollment)
    if enrollment.status == CertificationEnrollment.Status.COMPLETED or steps_left.exists():
        return
    # The step that began it may have been done after `at`, while this one waited for it.
    enrollment.status = CertificationEnrollment.Status.COMPLETED
    enrollment.completed_at = max(at, enrollment.started_at)
    enrollment.save(update_fields=["status", "completed_at"])


def _hold_whoever_has_begun(certification: Certification) -> QuerySet[CertificationEnrollment]:
    """Those in progress, once nobody completes a step of theirs any more until the transaction ends."""
    in_progress = CertificationEnrollment.Status.IN_PROGRESS
    begun = CertificationEnrollment.objects.filter(certification=certification, status=in_progress)
    list(begun.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk"))
    return begun


def _complete_whoever_is_done(certification: Certification, at: datetime) -> None:
    """Two queries for any number of people."""
    begun = _hold_whoever_has_begun(certification)
    done = StepCompletion.objects.filter(step=OuterRef("pk"), enrollment=OuterRef(OuterRef("pk")))
    steps_left = Step.objects.filter(certification=certification).exclude(Exists(done))
    completed_at = Greatest(Value(at, DateTimeField()), F("started_at"))
    begun.exclude(Exists(steps_left)).update(status=CertificationEnrollment.Status.COMPLETED, completed_at=completed_at)
