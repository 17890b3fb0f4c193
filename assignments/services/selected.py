"""A press on selected assignments of one certification: begun, described without being kept, finished."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from accounts.models import User
from assignments.models import Assignment, Operation
from assignments.querysets import AssignmentQuerySet
from certifications.models import Certification

from .operations import begin, check_press, finish
from .rehearsal import unforeseen_first
from .skipped import assignments_left_as_they_are


def begin_on(
    kind: Operation.Kind,
    *,
    by: User,
    certification: Certification,
    selected: Sequence[int],
    op_id: uuid.UUID,
    at: datetime,
) -> tuple[Operation, bool, AssignmentQuerySet]:
    """The operation, whether it is new, and the assignments that it is about. Raises a `RefusedOperation`."""
    company = check_press(by=by, certification=certification, selected=selected)
    ids = sorted(set(selected))
    asked = {"by": by.pk, "certification": certification.pk, "ids": ids}
    operation, is_new = begin(
        kind=kind, company=company, op_id=op_id, asked=asked, by=by, at=at, certification=certification
    )
    return operation, is_new, _of(operation, ids)


def finish_on(
    operation: Operation, assignments: AssignmentQuerySet, selected: Sequence[int], foreseen: Collection[int] | None
) -> None:
    """Record for whom something was changed, and why not for the others. `foreseen`: of whom the dialog said so."""
    ids = set(selected)
    changed = list(operation.changes.values_list("assignment_id", flat=True))
    skipped = assignments_left_as_they_are(operation, assignments, ids, changed=changed)
    finish(operation, requested=len(ids), changed=len(changed), skipped=unforeseen_first(skipped, foreseen))


def described(
    kind: Operation.Kind, by: User, certification: Certification, selected: Sequence[int], at: datetime
) -> tuple[Operation, AssignmentQuerySet]:
    """An operation that is not kept, and the assignments that it is about."""
    operation = Operation(kind=kind, company=by.company, certification=certification, made_at=at)
    return operation, _of(operation, selected)


def _of(operation: Operation, ids: Collection[int]) -> AssignmentQuerySet:
    return Assignment.objects.selected(ids, company=operation.company_id, certification=operation.certification_id)
