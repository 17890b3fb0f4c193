"""Set, move or clear the due day of assignments as they were seen."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import DateField, F, Value

from accounts.models import User
from accounts.querysets import one_of
from assignments import notices
from assignments.models import Assignment, AssignmentChange, Operation, ReminderRule
from assignments.querysets import AssignmentQuerySet
from assignments.reminders import next_on_moving, reminded_day
from certifications.models import Certification

from .history import Day, record_changes
from .operations import begin, check_due_on, check_press, finish, lock
from .reminding import note_next_after_moving
from .skipped import assignments_left_as_they_are


@transaction.atomic
def change_due_date(
    *,
    by: User,
    certification: Certification,
    seen: Mapping[int, int],
    due_on: date | None,
    op_id: uuid.UUID,
    at: datetime,
) -> Operation:
    """Give the selected open assignments another due day, or none. Nobody is told; reminders follow.

    `seen` maps the assignment to the version that was on the admin's screen: what somebody changed
    meanwhile stays as they left it. Returns the operation, the same one for a repeated press.
    Raises a `RefusedOperation`.
    """
    company = check_press(by=by, certification=certification, selected=list(seen))
    operation, is_new = begin(
        kind=Operation.Kind.CHANGE_DUE_DATE,
        company=company,
        op_id=op_id,
        asked={"by": by.pk, "certification": certification.pk, "seen": sorted(seen.items()), "due_on": due_on},
        by=by,
        at=at,
        certification=certification,
        due_on=due_on,
    )
    if is_new:
        check_due_on(due_on, company=company, at=at)
        assignments = Assignment.objects.filter(company=company, certification=certification, pk__in=one_of(seen))
        changed = _move(operation, _changeable(assignments, seen, due_on))
        finish(
            operation,
            requested=len(seen),
            changed=changed,
            skipped=assignments_left_as_they_are(operation, assignments, seen),
        )
    return operation


def _changeable(assignments: AssignmentQuerySet, seen: Mapping[int, int], due_on: date | None) -> list[int]:
    """The ids of those that are open, as they were seen, and not due on that day anyway; locked."""
    lock(assignments)
    return [
        pk
        for pk, version, due_before in assignments.open().values_list("pk", "version", "due_on")
        if seen[pk] == version and due_before != due_on
    ]


def _move(operation: Operation, changeable: Sequence[int]) -> int:
    """Give all of them the operation's day."""
    assignments = Assignment.objects.filter(pk__in=one_of(changeable))
    _keep_what_was(operation, assignments, Value(operation.due_on, DateField()))
    plan = ReminderRule.objects.plan_of(operation.company_id)
    reminded = reminded_day(operation.company.zone, operation.made_at)
    return assignments.update(
        due_on=operation.due_on,
        next_reminder_on=next_on_moving(plan, operation.due_on, reminded=reminded),
        version=F("version") + 1,
    )


def move_each(operation: Operation, changeable: Sequence[int], *, to: Day) -> int:
    """Give each of them a day of its own, or none; `to` is an expression over the assignment."""
    assignments = Assignment.objects.filter(pk__in=one_of(changeable))
    _keep_what_was(operation, assignments, to)
    moved = assignments.update(due_on=to, next_reminder_on=None, version=F("version") + 1)
    plan = ReminderRule.objects.plan_of(operation.company_id)
    note_next_after_moving(assignments, plan, reminded_day(operation.company.zone, operation.made_at))
    return moved


def _keep_what_was(operation: Operation, assignments: AssignmentQuerySet, to: Day) -> None:
    """Keep the day before and after, and take back the reminders of the day that was."""
    record_changes(operation, assignments, AssignmentChange.Kind.DUE_DATE, due_before=F("due_on"), due_after=to)
    notices.cancel_reminders(operation)
