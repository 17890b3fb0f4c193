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
from .operations import begin, check_press, finish, lock
from .rehearsal import Rehearsal, unforeseen_first
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
    company = check_press(by=by, certification=certification, selected=assignment_ids)
    selected = sorted(set(assignment_ids))
    operation, is_new = begin(
        kind=Operation.Kind.UNASSIGN,
        company=company,
        op_id=op_id,
        asked={"by": by.pk, "certification": certification.pk, "ids": selected},
        by=by,
        at=at,
        certification=certification,
    )
    if is_new:
        assignments = Assignment.objects.filter(company=company, certification=certification, pk__in=one_of(selected))
        changed = close(operation, assignments.open(), Assignment.ClosedReason.UNASSIGNED)
        closed = Assignment.objects.filter(closed_in=operation).values_list("pk", flat=True)
        skipped = assignments_left_as_they_are(operation, assignments, selected, changed=closed)
        finish(operation, requested=len(selected), changed=changed, skipped=unforeseen_first(skipped, foreseen))
    return operation


def rehearse_unassign(
    *, by: User, certification: Certification, assignment_ids: Sequence[int], at: datetime
) -> Rehearsal:
    """What `unassign` would do at this moment; nothing is written."""
    selected = set(assignment_ids)
    assignments = Assignment.objects.filter(company=by.company_id, certification=certification, pk__in=one_of(selected))
    able = list(assignments.open().values_list("pk", flat=True))
    operation = Operation(kind=Operation.Kind.UNASSIGN, company=by.company, made_at=at)
    return Rehearsal(able, assignments_left_as_they_are(operation, assignments, selected, changed=able))


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
