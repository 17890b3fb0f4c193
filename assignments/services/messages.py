"""Write to learners at an admin's wish: send again what did not arrive, remind now."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.querysets import one_of
from assignments import notices
from assignments.models import Assignment, AssignmentChange, Operation
from assignments.querysets import AssignmentQuerySet
from certifications.models import Certification
from notifications import services as post_office

from .history import record_changes
from .operations import begin, check_press, finish, lock
from .skipped import assignments_left_as_they_are


@transaction.atomic
def send_again(
    *, by: User, certification: Certification, assignment_ids: Sequence[int], op_id: uuid.UUID, at: datetime
) -> Operation:
    """Send once more the emails about the selected open assignments that were given up, to the address of now.

    Returns the operation, the same one for a repeated press. Raises a `RefusedOperation`.
    """
    operation, is_new, assignments = _begin(
        Operation.Kind.SEND_AGAIN, by=by, certification=certification, selected=assignment_ids, op_id=op_id, at=at
    )
    if is_new:
        failed = notices.not_reached(assignments.open(), company=operation.company_id)
        chosen = Assignment.objects.filter(pk__in=one_of(lock(failed)))
        record_changes(operation, chosen, AssignmentChange.Kind.SENT_AGAIN)
        post_office.send_again(about=notices.about(chosen), at=at)
        _finish(operation, assignments, assignment_ids)
    return operation


@transaction.atomic
def remind_now(
    *, by: User, certification: Certification, assignment_ids: Sequence[int], op_id: uuid.UUID, at: datetime
) -> Operation:
    """Remind the learners of the selected open assignments who are not done, each at most once a day.

    A day is one of the company's calendar; a reminder of the plan on the same day counts too. Returns
    the operation, the same one for a repeated press. Raises a `RefusedOperation`.
    """
    operation, is_new, assignments = _begin(
        Operation.Kind.REMIND_NOW, by=by, certification=certification, selected=assignment_ids, op_id=op_id, at=at
    )
    if is_new:
        today = operation.company.day_at(at)
        to_do = assignments.open().not_completed().filter(learner__status=User.Status.ACTIVE)
        held = Assignment.objects.filter(pk__in=one_of(lock(to_do)))
        reminded = notices.reminded_on(held, day=today, zone=operation.company.zone)
        notices.promise_remind_now(held.exclude(pk__in=one_of(reminded)), by=by, today=today, at=at)
        # Another press of the same moment may have been first: the post office knows who is reminded by this one.
        record_changes(operation, notices.reminded_at(held, at=at), AssignmentChange.Kind.REMINDED)
        _finish(operation, assignments, assignment_ids)
    return operation


def _begin(
    kind: Operation.Kind,
    *,
    by: User,
    certification: Certification,
    selected: Sequence[int],
    op_id: uuid.UUID,
    at: datetime,
) -> tuple[Operation, bool, AssignmentQuerySet]:
    company = check_press(by=by, certification=certification, selected=selected)
    ids = sorted(set(selected))
    asked = {"by": by.pk, "certification": certification.pk, "ids": ids}
    operation, is_new = begin(
        kind=kind, company=company, op_id=op_id, asked=asked, by=by, at=at, certification=certification
    )
    assignments = Assignment.objects.filter(company=company, certification=certification, pk__in=one_of(ids))
    return operation, is_new, assignments


def _finish(operation: Operation, assignments: AssignmentQuerySet, selected: Sequence[int]) -> None:
    ids = set(selected)
    changed = list(operation.changes.values_list("assignment_id", flat=True))
    skipped = assignments_left_as_they_are(operation, assignments, ids, changed=changed)
    finish(operation, requested=len(ids), changed=len(changed), skipped=skipped)
