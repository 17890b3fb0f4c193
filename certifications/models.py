"""What there is to learn, who may begin it, and how far everyone is."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Company

from .querysets import (
    AttendanceQuerySet,
    CertificationEnrollmentQuerySet,
    CertificationQuerySet,
    FastStartEnrollmentQuerySet,
    FastStartProgramQuerySet,
    StepQuerySet,
)


class FastStartProgram(models.Model):
    """Reinforces one training; being enrolled in it opens the certifications that build on it."""

    title = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    description = models.TextField(blank=True)

    objects = FastStartProgramQuerySet.as_manager()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class TrainingSession(models.Model):
    """One instructor-led training. Having attended one is the prerequisite of its Fast Start Program."""

    program = models.ForeignKey(FastStartProgram, on_delete=models.PROTECT, related_name="training_sessions")
    title = models.CharField(max_length=120)
    held_on = models.DateField(help_text="The day it took place, where it took place.")

    class Meta:
        ordering = ["-held_on", "title"]

    def __str__(self) -> str:
        return f"{self.title}, {self.held_on.isoformat()}"


class Attendance(models.Model):
    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="attendances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attendances")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "session"],
                name="certifications_attendance_is_recorded_once",
                violation_error_message="This person's attendance of this session is recorded already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.session}"


class FastStartEnrollment(models.Model):
    """A person in a Fast Start Program. A withdrawn one stays as history; enrolling again revives it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="fast_start_enrollments")
    program = models.ForeignKey(FastStartProgram, on_delete=models.PROTECT, related_name="enrollments")
    enrolled_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = FastStartEnrollmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "program"],
                name="certifications_faststartenrollment_is_one_per_person",
                violation_error_message="This person is enrolled in this program already.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=models.F("enrolled_at")),
                name="certifications_faststartenrollment_ends_after_it_began",
            ),
        ]
        indexes = [
            # group_sizes(): who is in one program now, in the order of the people, from the index alone.
            models.Index(
                fields=["program", "user"], condition=Q(withdrawn_at__isnull=True), name="certifications_enrolled_now"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.program}"


class Certification(models.Model):
    """A Command Series Certification. It exists for a company only while it is in the company's scope."""

    title = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    description = models.TextField(blank=True)
    program = models.ForeignKey(
        FastStartProgram,
        on_delete=models.PROTECT,
        related_name="certifications",
        verbose_name="prerequisite Fast Start Program",
    )
    companies = models.ManyToManyField(Company, through="CompanyCertification", related_name="certifications")

    objects = CertificationQuerySet.as_manager()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class CompanyCertification(models.Model):
    """The certification is in scope for the company."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="scopes")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="scopes")

    class Meta:
        verbose_name = "certification in scope"
        verbose_name_plural = "certifications in scope"
        constraints = [
            models.UniqueConstraint(
                fields=["company", "certification"],
                name="certifications_companycertification_is_in_scope_once",
                violation_error_message="This certification is in scope for this company already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.certification_id} for {self.company_id}"


class Step(models.Model):
    """One requirement of a certification. Steps are done in any order and never taken back."""

    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering = ["certification", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["certification", "position"],
                name="certifications_step_has_its_own_position",
                violation_error_message="Two steps of a certification cannot have the same position.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class CertificationEnrollment(models.Model):
    """How far a person is. The first completed step makes it, never an assignment; no row: Not started."""

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", "In progress"
        COMPLETED = "completed", "Completed"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="certification_enrollments"
    )
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="enrollments")
    status = models.CharField(max_length=12, choices=Status, default=Status.IN_PROGRESS)
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = CertificationEnrollmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "certification"],
                name="certifications_certificationenrollment_is_one_per_person",
            ),
            models.CheckConstraint(
                condition=Q(status="in_progress", completed_at__isnull=True)
                | Q(status="completed", completed_at__gte=models.F("started_at")),
                name="certifications_certificationenrollment_is_complete_with_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.certification_id} {self.status}"


class StepCompletion(models.Model):
    enrollment = models.ForeignKey(CertificationEnrollment, on_delete=models.PROTECT, related_name="step_completions")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="completions")
    completed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "step"], name="certifications_stepcompletion_is_done_once")
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id}: {self.step_id}"


#: How far somebody is with a certification: the status of the enrolment, or that there is none.
NOT_STARTED = "not_started"
STATUSES = {NOT_STARTED: "Not started", **dict(CertificationEnrollment.Status.choices)}
