"""Who is to complete which certification by when, and every change of that."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Company, User
from assignments import boxes, lengths
from assignments.models.skipped import Skipped
from assignments.querysets import (
    REASONS,
    AssignmentChangeQuerySet,
    AssignmentQuerySet,
    LearnerQuerySet,
    OperationQuerySet,
    ReminderRuleQuerySet,
)
from assignments.reminders import MOST_DAYS_AFTER, MOST_DAYS_BEFORE
from certifications.models import Certification
from notifications.models import Notification


class Learner(User):
    """A person of a company, seen as someone who learns."""

    objects = LearnerQuerySet.as_manager()  # type: ignore[assignment, misc]  # a proxy may have its own manager

    class Meta:
        proxy = True

    @property
    def selection_value(self) -> str:
        return boxes.value_of(self.pk)

    @property
    def reasons(self) -> list[str]:
        """Why this person cannot be assigned, in words; asked `with_reasons` before."""
        return [words for reason, words in REASONS.items() if getattr(self, reason)]


class Operation(models.Model):
    """One press of a button, or one event that changed assignments: who, what, and for whom not. Append-only."""

    class Kind(models.TextChoices):
        ASSIGN = "assign", "Assign"
        UNASSIGN = "unassign", "Unassign"
        CHANGE_DUE_DATE = "change_due_date", "Change due date"
        DEACTIVATION = "deactivation", "Deactivation"
        WITHDRAWAL = "withdrawal", "Withdrawal from the Fast Start Program"
        CHANGE_REMINDERS = "change_reminders", "Change reminders"
        SEND_AGAIN = "send_again", "Send again"
        REMIND_NOW = "remind_now", "Remind now"
        TAKE_BACK = "take_back", "Take back"

    #: Something else happened to a person, and that closed what was open.
    CONSEQUENCES = (Kind.DEACTIVATION, Kind.WITHDRAWAL)
    #: For all others somebody chose people of one certification.
    ABOUT_NO_SELECTION = (Kind.CHANGE_REMINDERS, *CONSEQUENCES)
    #: What they changed can be as it was before.
    UNDOABLE = (Kind.ASSIGN, Kind.UNASSIGN, Kind.CHANGE_DUE_DATE)

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="operations")
    certification = models.ForeignKey(Certification, null=True, on_delete=models.PROTECT, related_name="operations")
    kind = models.CharField(max_length=20, choices=Kind)
    op_id = models.UUIDField(help_text="Made with the form: the same press arrives with the same one.")
    digest = models.CharField(
        max_length=64, help_text="Of what was asked: the same op_id with other content is refused."
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="operations"
    )
    made_at = models.DateTimeField()
    name = models.CharField(max_length=lengths.NAME, blank=True)
    due_on = models.DateField(null=True)
    moved_by_days = models.SmallIntegerField(null=True, help_text="Each due day by so many days; below zero: earlier.")
    to_working_day = models.BooleanField(
        default=False, help_text="Then from a Saturday or a Sunday on to the Monday after."
    )
    reason = models.CharField(max_length=200, blank=True, help_text="Why, in the words of who pressed.")
    file_name = models.CharField(
        max_length=lengths.FILE_NAME, blank=True, help_text="Of the file that named whom it concerns."
    )
    takes_back = models.OneToOneField(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="taken_back_in",
        error_messages={"unique": "This operation was taken back already."},
    )
    requested = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    skipped: models.JSONField[list[Skipped], list[Skipped]] = models.JSONField(default=list)

    # What `for_result()` annotates.
    is_in_scope: bool

    objects = OperationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "op_id"], name="assignments_operation_is_done_once"),
            models.CheckConstraint(
                condition=Q(kind="take_back", takes_back__isnull=False)
                | (~Q(kind="take_back") & Q(takes_back__isnull=True)),
                name="assignments_operation_takes_back_another",
            ),
            models.CheckConstraint(
                condition=Q(moved_by_days__isnull=True, to_working_day=False)
                | Q(kind="change_due_date", due_on__isnull=True, moved_by_days__isnull=False),
                name="assignments_operation_moves_due_days",
            ),
        ]
        indexes = [
            # Recent changes: the newest of one company.
            models.Index(fields=["company", "-made_at"], name="assignments_op_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.op_id}"

    @property
    def template_name(self) -> str:
        """The words of its kind. It extends the `part` of a page that is to say them."""
        return f"assignments/operation/{self.kind}.html"

    @property
    def sends_messages(self) -> bool:
        """Whether learners are written to: by taking back an Unassign too, since they are assigned again."""
        if self.takes_back_id and self.takes_back:
            return self.takes_back.kind == self.Kind.UNASSIGN
        return self.kind in (self.Kind.ASSIGN, self.Kind.SEND_AGAIN, self.Kind.REMIND_NOW)

    @property
    def is_undoable(self) -> bool:
        """Whether it changed something that can be undone; not whether somebody did so already."""
        return bool(self.changed) and self.kind in self.UNDOABLE

    @property
    def can_be_taken_back(self) -> bool:
        """Whether it is undoable, in scope, and nobody took it back yet; asked `for_result` before."""
        return self.is_undoable and self.is_in_scope and not hasattr(self, "taken_back_in")

    @property
    def is_consequence(self) -> bool:
        """Whether nobody pressed a button for it."""
        return self.kind in self.CONSEQUENCES

    @property
    def is_about_a_selection(self) -> bool:
        """Whether somebody chose people of one certification for it."""
        return self.kind not in self.ABOUT_NO_SELECTION

    @property
    def skipped_count(self) -> int:
        return self.requested - self.changed


class Assignment(models.Model):
    """A learner is to complete a certification. Closed ones stay as history."""

    class ClosedReason(models.TextChoices):
        UNASSIGNED = "unassigned", "Unassigned"
        DEACTIVATED = "deactivated", "The person was deactivated"
        WITHDRAWN = "withdrawn", "The Fast Start enrollment ended"

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="assignments")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="assignments")
    # Without an index, as who assigned and who closed: of a company only the open ones are asked for, by one below.
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="assignments", db_index=False)
    name = models.CharField("Assignment Name", max_length=lengths.NAME)
    due_on = models.DateField(null=True, help_text="Good until the end of this day in the company's time zone.")
    next_reminder_on = models.DateField(
        null=True, help_text="The company's local day of the next occasion of its plan; empty when none is to come."
    )
    assigned_at = models.DateTimeField()
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    closed_reason = models.CharField(max_length=12, choices=ClosedReason, default="")
    version = models.PositiveIntegerField(default=1, help_text="Raised with every change.")
    opened_in = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="opened_assignments")
    closed_in = models.ForeignKey(Operation, null=True, on_delete=models.PROTECT, related_name="closed_assignments")

    # What the list of those assigned adds: how its last email stands.
    message: Notification | None

    # What `with_scope()` and `with_progress()` annotate.
    is_in_scope: bool
    status: str | None
    started_at: datetime | None
    completed_at: datetime | None
    steps_done: int
    steps_total: int

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "certification"],
                condition=Q(closed_at__isnull=True),
                name="assignments_assignment_is_open_once",
                violation_error_message="This learner is assigned to this certification already.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_reason="", closed_in__isnull=True)
                | Q(
                    closed_at__isnull=False,
                    closed_reason__in=["unassigned", "deactivated", "withdrawn"],
                    closed_in__isnull=False,
                    next_reminder_on__isnull=True,
                ),
                name="assignments_assignment_closes_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(next_reminder_on__isnull=True) | Q(due_on__isnull=False),
                name="assignments_assignment_reminds_of_a_due_day",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="assignments_assignment_has_a_name"),
        ]
        indexes = [
            # queue_reminders(): open ones whose reminder day has come.
            models.Index(
                fields=["next_reminder_on"],
                condition=Q(closed_at__isnull=True, next_reminder_on__isnull=False),
                name="assignments_reminders",
            ),
            # Assigned, by due day; group_sizes() and the list of certifications, from the index alone: the open ones
            # of one company.
            models.Index(
                fields=["company", "certification", "due_on", "id"],
                include=["learner"],
                condition=Q(closed_at__isnull=True),
                name="assignments_open_by_due_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id}: {self.certification_id}"

    @property
    def selection_value(self) -> str:
        """This assignment as it is on the screen now, so that a later change can be told."""
        return boxes.value_of(self.pk, self.version)


class AssignmentChange(models.Model):
    """What one operation changed for one person. Append-only."""

    class Kind(models.TextChoices):
        ASSIGNED = "assigned", "Assigned"
        UNASSIGNED = "unassigned", "Unassigned"
        DUE_DATE = "due_date", "Due date changed"
        SENT_AGAIN = "sent_again", "Email sent again"
        REMINDED = "reminded", "Reminded"

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="changes")
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=12, choices=Kind)
    due_before = models.DateField(null=True)
    due_after = models.DateField(null=True)

    objects = AssignmentChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "assignment"], name="assignments_assignmentchange_is_made_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.kind}"

    @property
    def days_later(self) -> int | None:
        """By how many days it moved a due day, below zero: earlier; None where there was no day, or is none."""
        return (self.due_after - self.due_before).days if self.due_before and self.due_after else None


class ReminderRule(models.Model):
    """One day of a company's plan: who is written to when about a due day. Without any it has the default plan."""

    class Audience(models.TextChoices):
        LEARNER = "learner", "The learner"
        MANAGER = "manager", "The learner's manager"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="reminder_rules")
    audience = models.CharField(max_length=10, choices=Audience)
    days_before = models.SmallIntegerField(help_text="Days before the due day; below zero: after it.")

    objects = ReminderRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "audience", "days_before"], name="assignments_reminderrule_is_one_per_day"
            ),
            models.CheckConstraint(
                condition=Q(audience="learner", days_before__range=(-MOST_DAYS_AFTER, MOST_DAYS_BEFORE))
                | Q(audience="manager", days_before__range=(-MOST_DAYS_AFTER, -1)),
                name="assignments_reminderrule_is_near_the_due_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company_id}: {self.audience} {self.days_before}"
