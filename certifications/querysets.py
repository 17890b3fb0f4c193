"""How the catalogue, enrolments and progress are asked for."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from accounts.models import User

from . import models

Reference = Any  # a model instance, or an expression such as OuterRef("pk")

#: What is missing on the way into a Fast Start Program, in the words that learners and admins read alike.
LACKS_TRAINING = "Has not attended the training"
LACKS_ENROLLMENT = "Attended, but not enrolled in the Fast Start Program"


def is_enrolled(*, person: Reference, program: Reference) -> Exists:
    """Whether the person is in the Fast Start Program now: what makes a learner eligible."""
    return Exists(models.FastStartEnrollment.objects.current().filter(user=person, program=program))


def was_withdrawn(*, person: Reference, program: Reference) -> Exists:
    """Whether the person was in the Fast Start Program, and is no more."""
    ended = models.FastStartEnrollment.objects.filter(withdrawn_at__isnull=False)
    return Exists(ended.filter(user=person, program=program))


def has_attended(*, person: Reference, program: Reference) -> Exists:
    """Whether the person attended a training of the program: what enrolment asks for."""
    return Exists(models.Attendance.objects.filter(user=person, session__program=program))


def missing() -> Case:
    """What is missing, in words; empty for who is enrolled. Of rows annotated with the two above."""
    return Case(
        When(is_enrolled=True, then=Value("")),
        When(has_attended=True, then=Value(LACKS_ENROLLMENT)),
        default=Value(LACKS_TRAINING),
    )


def last_attended_on(*, person: Reference, program: Reference) -> Subquery:
    """The day of the latest training of the program that the person attended, or NULL."""
    attended = models.Attendance.objects.filter(user=person, session__program=program).order_by()
    return Subquery(attended.values("session__program").annotate(day=Max("session__held_on")).values("day"))


def enrolled_at(*, person: Reference, program: Reference) -> Subquery:
    """Since when the person is in the Fast Start Program, or NULL."""
    enrollments = models.FastStartEnrollment.objects.current().filter(user=person, program=program)
    return Subquery(enrollments.values("enrolled_at"))


def steps_of(certification: Reference) -> Coalesce:
    """How many steps the certification has."""
    steps = models.Step.objects.filter(certification=certification).order_by()
    counted = steps.values("certification").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def steps_done(*, person: Reference, certification: Reference) -> Coalesce:
    """How many steps of the certification the person has completed, 0 for one who has not begun."""
    done = models.StepCompletion.objects.filter(
        enrollment__user=person, enrollment__certification=certification
    ).order_by()
    counted = done.values("enrollment").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def progress(field: str | Combinable, *, person: Reference, certification: Reference) -> Subquery:
    """One column of the person's certification enrolment or what is made of its columns, NULL for one who has not
    begun.
    """
    enrollments = models.CertificationEnrollment.objects.filter(user=person, certification=certification)
    return Subquery(enrollments.values(asked=F(field) if isinstance(field, str) else field))


def _standing(*, person: Reference, program: Reference) -> dict[str, Combinable]:
    """How far the person is on the way into the Fast Start Program."""
    here = {"person": person, "program": program}
    return {
        "is_enrolled": is_enrolled(**here),
        "enrolled_at": enrolled_at(**here),
        "has_attended": has_attended(**here),
        "last_attended_on": last_attended_on(**here),
        "missing": missing(),
    }


class FastStartProgramQuerySet(QuerySet["models.FastStartProgram"]):
    def visible_to(self, user: User) -> Self:
        """Those that lead to a certification in scope for the person's company, and those that the person is in now,
        whatever they lead to; one row per program.
        """
        in_scope = models.Certification.objects.visible_to(user).values("program")
        own = models.FastStartEnrollment.objects.current().filter(user=user.pk).values("program")
        return self.filter(Q(pk__in=in_scope) | Q(pk__in=own))

    def with_standing_of(self, user: User) -> Self:
        """Annotates, for one person: `is_enrolled`, `enrolled_at`, `has_attended`, `last_attended_on`, `missing`."""
        return self.annotate(**_standing(person=user, program=OuterRef("pk")))

    def with_certifications_for(self, user: User) -> Self:
        """Each with `opens`: the certifications in scope for the person's company that it is the way to."""
        visible = models.Certification.objects.visible_to(user)
        return self.prefetch_related(Prefetch("certifications", queryset=visible, to_attr="opens"))


class AttendanceQuerySet(QuerySet["models.Attendance"]):
    def of_withdrawn(self) -> Self:
        """Of those who were in the program of the training, and are no more."""
        return self.filter(was_withdrawn(person=OuterRef("user"), program=OuterRef("session__program")))

    def to_enroll(self) -> Self:
        """One for each person and program that they were not withdrawn from, in the order of the people."""
        others = self.exclude(was_withdrawn(person=OuterRef("user"), program=OuterRef("session__program")))
        last = others.order_by().values("user", "session__program").annotate(last=Max("pk"))
        return self.filter(pk__in=last.values("last")).order_by("user", "pk")


class FastStartEnrollmentQuerySet(QuerySet["models.FastStartEnrollment"]):
    def current(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class CertificationQuerySet(QuerySet["models.Certification"]):
    def visible_to(self, user: User) -> Self:
        """Those in scope for the person's company: no others exist for it. None for an operator."""
        return self.filter(
            pk__in=models.CompanyCertification.objects.filter(company=user.company_id).values("certification")
        )

    def with_standing_of(self, user: User) -> Self:
        """Annotates, for one person: `is_enrolled`, `enrolled_at`, `has_attended`, `last_attended_on`, `missing` of
        the prerequisite; `status` (NULL: Not started), `started_at`, `completed_at`, `steps_done`, `steps_total`;
        and `is_open`, whether the person may do its steps: enrolled, or begun before.
        """
        own = {"person": user, "certification": OuterRef("pk")}
        return self.annotate(
            **_standing(person=user, program=OuterRef("program")),
            status=progress("status", **own),
            started_at=progress("started_at", **own),
            completed_at=progress("completed_at", **own),
            steps_done=steps_done(**own),
            steps_total=steps_of(OuterRef("pk")),
        ).annotate(is_open=Q(is_enrolled=True) | Q(started_at__isnull=False))


class StepQuerySet(QuerySet["models.Step"]):
    def with_completion_by(self, user: User) -> Self:
        """Annotates `completed_at`, NULL where the person has not done the step yet."""
        done = models.StepCompletion.objects.filter(step=OuterRef("pk"), enrollment__user=user)
        return self.annotate(completed_at=Subquery(done.values("completed_at")))


class CertificationEnrollmentQuerySet(QuerySet["models.CertificationEnrollment"]):
    def completed(self) -> Self:
        return self.filter(status=models.CertificationEnrollment.Status.COMPLETED)
