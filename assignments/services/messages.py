"""Write to learners at an admin's wish: send again what did not arrive, remind now."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.querysets import one_of
from assignments import notices
from assignments.models import Assignment, AssignmentChange, Operation
from assignments.querysets import AssignmentQuerySet
from certifications.models import Certification
from notifications import services as post_office
from notifications.models import Notification

from .history import record_changes
from .operations import lock
from .rehearsal import Rehearsal
from .selected import begin_on, described, finish_on
from .skipped import assignments_left_as_they_are


@transaction.atomic
def send_again(
    *,
    by: User,
    certification: Certification,
    assignment_ids: Sequence[int],
    op_id: uuid.UUID,
    at: datetime,
    foreseen: Collection[int] | None = None,
) -> Operation:
    """Send once more the emails about the selected open assignments that were given up, to the address of now.

    `foreseen` are those of which the dialog said that they are left out. Returns the operation, the
    same one for a repeated press. Raises a `RefusedOperation`.
    """
    operation, is_new, assignments = begin_on(
        Operation.Kind.SEND_AGAIN, by=by, certification=certification, selected=assignment_ids, op_id=op_id, at=at
    )
    if is_new:
        held = Assignment.objects.filter(pk__in=one_of(lock(_failed(assignments, operation.company_id))))
        # Asked once more: whoever held them until now may have sent the same again.
        failed = _failed(held, operation.company_id).values_list("pk", flat=True)
        chosen = Assignment.objects.filter(pk__in=one_of(failed))
        record_changes(operation, chosen, AssignmentChange.Kind.SENT_AGAIN)
        post_office.send_again(about=notices.about(chosen), at=at)
        finish_on(operation, assignments, assignment_ids, foreseen)
    return operation


def rehearse_send_again(
    *, by: User, certification: Certification, assignment_ids: Sequence[int], at: datetime
) -> Rehearsal:
    """What `send_again` would do at this moment; nothing is written."""
    operation, assignments = described(Operation.Kind.SEND_AGAIN, by, certification, assignment_ids, at)
    able = list(_failed(assignments, operation.company_id).values_list("pk", flat=True))
    return Rehearsal(able, assignments_left_as_they_are(operation, assignments, set(assignment_ids), changed=able))


def _failed(assignments: AssignmentQuerySet, company: int) -> AssignmentQuerySet:
    return notices.not_reached(assignments.open(), company=company)


@transaction.atomic
def remind_now(
    *,
    by: User,
    certification: Certification,
    assignment_ids: Sequence[int],
    op_id: uuid.UUID,
    at: datetime,
    foreseen: Collection[int] | None = None,
) -> Operation:
    """Remind the learners of the selected open assignments who are not done, each at most once a day.

    A day is one of the company's calendar; a reminder of the plan on the same day counts too, unless its
    email failed. `foreseen` are those of which the dialog said that they are left out. Returns the operation,
    the same one for a repeated press. Raises a `RefusedOperation`.
    """
    operation, is_new, assignments = begin_on(
        Operation.Kind.REMIND_NOW, by=by, certification=certification, selected=assignment_ids, op_id=op_id, at=at
    )
    if is_new:
        held = Assignment.objects.filter(pk__in=one_of(lock(_to_do(assignments))))
        today = operation.company.day_at(at)
        reminded = _reminded(operation, held)
        notices.promise_remind_now(held.exclude(pk__in=one_of(reminded)), by=by, today=today, at=at)
        # Another press of the same moment may have been first: the post office knows who is reminded by this one.
        record_changes(operation, notices.reminded_at(held, at=at), AssignmentChange.Kind.REMINDED)
        finish_on(operation, assignments, assignment_ids, foreseen)
    return operation


def rehearse_remind_now(
    *, by: User, certification: Certification, assignment_ids: Sequence[int], at: datetime
) -> Rehearsal:
    """What `remind_now` would do at this moment; nothing is written."""
    operation, assignments = described(Operation.Kind.REMIND_NOW, by, certification, assignment_ids, at)
    to_do = _to_do(assignments)
    able = list(to_do.exclude(pk__in=one_of(_reminded(operation, to_do))).values_list("pk", flat=True))
    return Rehearsal(able, assignments_left_as_they_are(operation, assignments, set(assignment_ids), changed=able))


def _to_do(assignments: AssignmentQuerySet) -> AssignmentQuerySet:
    return assignments.open().not_completed().filter(learner__status=User.Status.ACTIVE)


def _reminded(operation: Operation, assignments: AssignmentQuerySet) -> Mapping[int, Notification]:
    """Whom of these a reminder went to on the company's day of the press, and which."""
    company = operation.company
    return notices.reminded_on(assignments, day=company.day_at(operation.made_at), zone=company.zone)
