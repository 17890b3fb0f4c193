"""Presses of the three buttons, with everything that a test does not speak of filled in."""

from __future__ import annotations

import uuid
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

from accounts.models import User
from assignments import services
from assignments.models import Assignment, Operation
from assignments.services import NewDueDate
from certifications.models import Certification

#: A Monday, ten in the morning in New York; in Auckland it is the day after.
NOW = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)
TODAY = date(2027, 3, 1)
DUE_ON = date(2027, 3, 9)


def assign(by: User, certification: Certification, *learners: User, **asked: Any) -> Operation:
    """`assign(ada, message, lena, due_on=DUE_ON)`."""
    usual = {"name": "Spring round", "due_on": None, "op_id": uuid.uuid4(), "at": NOW}
    ids = [learner.pk for learner in learners]
    return services.assign(by=by, certification=certification, **{"learner_ids": ids} | usual | asked)


def unassign(by: User, certification: Certification, *assignments: Assignment, **asked: Any) -> Operation:
    usual = {"op_id": uuid.uuid4(), "at": NOW}
    ids = [assignment.pk for assignment in assignments]
    return services.unassign(by=by, certification=certification, **{"assignment_ids": ids} | usual | asked)


def change_due_date(by: User, certification: Certification, *assignments: Assignment, **asked: Any) -> Operation:
    """The assignments as these objects have them are what was seen on the screen. Without `new`, what is asked with
    the words of a `NewDueDate` makes one: `change_due_date(ada, message, made, days=7)`.
    """
    new = NewDueDate(**{each.name: asked.pop(each.name) for each in fields(NewDueDate) if each.name in asked})
    usual = {"new": new, "op_id": uuid.uuid4(), "at": NOW}
    seen = {assignment.pk: assignment.version for assignment in assignments}
    return services.change_due_date(by=by, certification=certification, **{"seen": seen} | usual | asked)


def open_assignment(learner: User, certification: Certification) -> Assignment:
    """The learner's open assignment as it is now."""
    return Assignment.objects.open().get(learner=learner.pk, certification=certification)


def assigned(by: User, certification: Certification, learner: User, **asked: Any) -> Assignment:
    """Assign one learner; the assignment."""
    assign(by, certification, learner, **asked)
    return open_assignment(learner, certification)


def moved(by: User, assignment: Assignment, due_on: date | None, **asked: Any) -> Assignment:
    """Move the due day of one assignment as it is now; the assignment afterwards."""
    current = Assignment.objects.get(pk=assignment.pk)
    change_due_date(by, assignment.certification, current, due_on=due_on, **asked)
    return Assignment.objects.get(pk=assignment.pk)


def reasons(operation: Operation) -> dict[str, str]:
    """Why whom the operation skipped, by name; read from the database."""
    kept = Operation.objects.get(pk=operation.pk)
    return {person["name"]: person["reason"] for person in kept.skipped}


def numbers(operation: Operation) -> tuple[int, int, int]:
    """How many were asked for, changed, skipped; read from the database."""
    kept = Operation.objects.get(pk=operation.pk)
    return kept.requested, kept.changed, kept.skipped_count
