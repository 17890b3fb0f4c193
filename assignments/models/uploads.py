"""A file that names whom to assign, to unassign or to give another due date, and what becomes of each of its lines."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Company
from assignments import lengths
from assignments.querysets import UploadQuerySet, UploadRowQuerySet
from certifications.models import Certification

from .assigning import Assignment, Learner, Operation


class Upload(models.Model):
    """One file, from its arrival until it is carried out. It is read and carried out by whoever comes first: the
    request itself, a worker or the sweep.
    """

    class Kind(models.TextChoices):
        ASSIGN = "assign", "Assign"
        UNASSIGN = "unassign", "Unassign"
        CHANGE_DUE_DATE = "change_due_date", "Change due date"

    class State(models.TextChoices):
        READING = "reading", "Being read"
        UNREADABLE = "unreadable", "Could not be read"
        READ = "read", "To be looked at"
        PRESSED = "pressed", "Being carried out"
        DONE = "done", "Carried out"

    #: Of one that somebody has to go on with.
    UNDER_WAY = (State.READING, State.PRESSED)

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False, help_text="In its address.")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="uploads")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="uploads")
    kind = models.CharField(max_length=20, choices=Kind)
    file_name = models.CharField(max_length=lengths.FILE_NAME)
    content = models.BinaryField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads")
    uploaded_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.READING)
    fault = models.CharField(max_length=lengths.FAULT, blank=True, help_text="Why it could not be read or carried out.")
    ignored = models.JSONField(default=list, help_text="The heads of columns that mean nothing here.")
    lines_total = models.PositiveIntegerField(default=0, help_text="About, until it is read.")
    lines_read = models.PositiveIntegerField(default=0)
    pressed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="pressed_uploads"
    )
    op_id = models.UUIDField(null=True, help_text="Of the press.")
    operation = models.OneToOneField(Operation, null=True, on_delete=models.PROTECT, related_name="upload")

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pressed", "done"], pressed_by__isnull=False, op_id__isnull=False)
                | (~Q(state__in=["pressed", "done"]) & Q(pressed_by__isnull=True, op_id__isnull=True)),
                name="assignments_upload_is_pressed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="done", operation__isnull=False) | (~Q(state="done") & Q(operation__isnull=True)),
                name="assignments_upload_is_done_in_an_operation",
            ),
        ]
        indexes = [
            # carry_on_uploads(): what a worker or the sweep has to do something about.
            models.Index(fields=["id"], condition=Q(state__in=["reading", "pressed"]), name="assignments_upload_to_do"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY


class UploadRow(models.Model):
    """One line of the file, as it was written and as it was understood."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField()
    email = models.CharField(max_length=lengths.EMAIL, blank=True)
    due_text = models.CharField(max_length=lengths.DUE_TEXT, blank=True)
    name = models.CharField(max_length=lengths.CELL, blank=True)
    due_on = models.DateField(null=True)
    learner = models.ForeignKey(Learner, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    assignment = models.ForeignKey(Assignment, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField(null=True, help_text="Of the assignment when the line was judged.")
    fault = models.CharField(max_length=lengths.FAULT, blank=True, help_text="What is wrong with the line itself.")
    reason = models.CharField(
        max_length=lengths.REASON, blank=True, help_text="Why nothing can be done for the person."
    )

    objects = UploadRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "line"], name="assignments_uploadrow_is_one_per_line"),
        ]
        indexes = [
            # Each with the upload, and none of the upload alone: a database that has no figures of a new file yet
            # would walk through all its lines for each person.
            # Judging: who is named twice.
            models.Index(fields=["upload", "email"], name="assignments_uploadrow_email"),
            # Carrying out: what the file says of a person.
            models.Index(fields=["upload", "learner"], name="assignments_uploadrow_learner"),
            models.Index(fields=["upload", "assignment"], name="assignments_uploadrow_open"),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.email}"

    @property
    def why_not(self) -> str:
        return self.fault or self.reason
