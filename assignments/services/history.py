"""What an operation changed for each person: one row per assignment, by one statement."""

from __future__ import annotations

from typing import TypeAlias

from django.db.models import CharField, DateField, F, IntegerField, Subquery, Value
from django.db.models.expressions import Expression

from assignments.models import AssignmentChange, Operation
from assignments.querysets import AssignmentQuerySet

from .inserts import insert_from

Day: TypeAlias = F | Expression | Subquery
NO_DAY = Value(None, DateField())


def record_changes(
    operation: Operation,
    assignments: AssignmentQuerySet,
    kind: AssignmentChange.Kind,
    *,
    due_before: Day = NO_DAY,
    due_after: Day = NO_DAY,
) -> None:
    """Keep for each of the assignments what the operation did, with the due day before and after."""
    rows = assignments.annotate(
        change_operation=Value(operation.pk, IntegerField()),
        change_kind=Value(kind, CharField()),
        change_due_before=due_before,
        change_due_after=due_after,
    )
    insert_from(
        AssignmentChange,
        ["assignment", "operation", "kind", "due_before", "due_after"],
        rows.values_list("pk", "change_operation", "change_kind", "change_due_before", "change_due_after"),
    )
