"""Close assignments: unassigned by an admin, or because the learner left or lost the prerequisite."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import Company, User
from accounts.querysets import one_of
from assignments import notices
from assignments.models import Assignment, AssignmentChange, Operation
from assignments.querysets import AssignmentQuerySet
from certifications.models import Certification, FastStartProgram

from .history import record_changes
from .operations import begin, finish, lock
from .rehearsal import Rehearsal
from .selected import begin_on, described, finish_on
from .skipped import assignments_left_as_they_are


@transaction.atomic
def unassign(
    *,
    by: User,
    certification: Certification,
    assignment_ids: Sequence[int],
    op_id: uuid.UUID,
    at: datetime,
    foreseen: Collection[int] | None = None,
) -> Operation:
    """Close the selected assignments that are still open. Progress, enrolment and eligibility stay.

    `foreseen` are those of which the dialog said that they are closed already. Returns the operation,
    the same one for a repeated press. Raises a `RefusedOperation`.
    """
    operation, is_new, assignments = begin_on(
        Operation.Kind.UNASSIGN, by=by, certification=certification, selected=assignment_ids, op_id=op_id, at=at
    )
    if is_new:
        close(operation, assignments.open(), Assignment.ClosedReason.UNASSIGNED)
        finish_on(operation, assignments, assignment_ids, foreseen)
    return operation


def rehearse_unassign(
    *, by: User, certification: Certification, assignment_ids: Sequence[int], at: datetime
) -> Rehearsal:
    """What `unassign` would do at this moment; nothing is written."""
    operation, assignments = described(Operation.Kind.UNASSIGN, by, certification, assignment_ids, at)
    able = list(assignments.open().values_list("pk", flat=True))
    return Rehearsal(able, assignments_left_as_they_are(operation, assignments, set(assignment_ids), changed=able))


def close_on_departure(*, person: User, by: User | None, at: datetime) -> None:
    """Close whatever a deactivated person has open. Runs inside the deactivation's transaction."""
    assignments = Assignment.objects.open().of(person)
    _close_for_one(assignments, Operation.Kind.DEACTIVATION, Assignment.ClosedReason.DEACTIVATED, by=by, at=at)


def close_on_withdrawal(*, person: User, program: FastStartProgram, by: User | None, at: datetime) -> None:
    """Close what a person has open that needs the program. Runs inside the withdrawal's transaction."""
    assignments = Assignment.objects.open().of(person).filter(certification__program=program)
    _close_for_one(assignments, Operation.Kind.WITHDRAWAL, Assignment.ClosedReason.WITHDRAWN, by=by, at=at)


def _close_for_one(
    assignments: AssignmentQuerySet,
    kind: Operation.Kind,
    reason: Assignment.ClosedReason,
    *,
    by: User | None,
    at: datetime,
) -> None:
    first = assignments.select_related("company").first()
    if first is None:
        return
    company: Company = first.company
    operation, _ = begin(kind=kind, company=company, op_id=uuid.uuid4(), asked={}, by=by, at=at)
    changed = close(operation, assignments, reason)
    finish(operation, requested=changed, changed=changed)


def close(operation: Operation, assignments: AssignmentQuerySet, reason: Assignment.ClosedReason) -> int:
    """Close the open ones of these in one statement, keep the change, and take back what was promised."""
    changed = (
        assignments.filter(pk__in=one_of(lock(assignments)))
        .open()
        .update(
            closed_at=operation.made_at,
            closed_by=operation.made_by_id,
            closed_reason=reason,
            closed_in=operation,
            next_reminder_on=None,
            version=F("version") + 1,
        )
    )
    closed = Assignment.objects.filter(closed_in=operation)
    record_changes(operation, closed, AssignmentChange.Kind.UNASSIGNED, due_before=F("due_on"))
    notices.cancel_for_closed(operation)
    return changed
