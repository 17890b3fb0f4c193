"""Take back what one press changed, for all whose assignment nobody has changed since."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from accounts.models import User
from accounts.querysets import one_of
from assignments.errors import CannotBeTakenBack
from assignments.models import Assignment, AssignmentChange, Learner, Operation, Skipped
from assignments.querysets import LearnerQuerySet

from .assign import insert_assignments, lock_learners
from .close import close
from .due_dates import move
from .operations import begin, check_permission, check_press, finish, lock
from .rehearsal import Rehearsal
from .skipped import InTheWay, in_the_way_of, in_words, not_assigned, not_changed


@transaction.atomic
def take_back(*, by: User, operation: Operation, op_id: uuid.UUID, at: datetime) -> Operation:
    """Undo what `operation` changed, for those whom nobody changed since.

    Assigned ones are unassigned; unassigned ones assigned again with their name and due day, if they
    are still eligible; moved ones get the due day of before, a past one too. Messages follow as ever.
    An operation is taken back once, and where that changes somebody. Returns the operation that did
    so, the same one for a repeated press. Raises a `RefusedOperation`. The number of queries does not
    depend on the number of people.
    """
    company = check_permission(by)
    concerned = _concerned(operation)
    if operation.company_id != company.pk or operation.certification is None or not operation.is_undoable:
        raise CannotBeTakenBack("This cannot be taken back.")
    check_press(by=by, certification=operation.certification, selected=concerned)
    _check_first(operation, op_id)
    taking, is_new = begin(
        kind=Operation.Kind.TAKE_BACK,
        company=company,
        op_id=op_id,
        asked={"by": by.pk, "operation": operation.pk},
        by=by,
        at=at,
        certification=operation.certification,
        takes_back=operation,
    )
    if is_new:
        _lock(operation)
        in_the_way = _in_the_way(operation)
        able = _able(operation)
        changed = _undo(taking, operation, able)
        if not changed:  # else it would say of what still stands that it was taken back
            raise CannotBeTakenBack("Nobody can be taken back any more: see the reasons below.")
        finish(taking, requested=len(concerned), changed=changed, skipped=_skipped(taking, operation, able, in_the_way))
    return taking


def rehearse_take_back(*, operation: Operation, at: datetime) -> Rehearsal:
    """What `take_back` would do at this moment; nothing is written."""
    taking = Operation(
        kind=Operation.Kind.TAKE_BACK,
        company=operation.company,
        certification=operation.certification,
        takes_back_id=operation.pk,  # given the operation itself, Django would note there that this took it back
        made_at=at,
    )
    in_the_way = _in_the_way(operation)
    able = _able(operation)
    return Rehearsal(able, _skipped(taking, operation, able, in_the_way))


def _check_first(operation: Operation, op_id: uuid.UUID) -> None:
    """Two who take the same back wait for each other here; the second is told of the first."""
    Operation.objects.select_for_update(no_key=True, of=("self",)).get(pk=operation.pk)
    earlier = Operation.objects.for_list().filter(takes_back=operation).exclude(op_id=op_id).first()
    if earlier:
        by = f" by {earlier.made_by.full_name}" if earlier.made_by else ""
        raise CannotBeTakenBack(f"Already taken back{by} on {in_words(earlier.made_at, operation.company.zone)}.")


def _concerned(operation: Operation) -> list[int]:
    """The assignments that it changed, as it left them behind."""
    return list(operation.changes.values_list("assignment_id", flat=True).order_by("assignment_id"))


def _lock(operation: Operation) -> None:
    """Hold what decides whether it can be undone: the people who may be assigned again, else the assignments."""
    if operation.kind == Operation.Kind.UNASSIGN:
        lock_learners(_unassigned(operation))
    else:
        lock(Assignment.objects.filter(changes__operation=operation))


def _unassigned(operation: Operation) -> LearnerQuerySet:
    closed = Assignment.objects.filter(closed_in=operation)
    return Learner.objects.filter(company=operation.company_id, pk__in=closed.values("learner"))


def _in_the_way(operation: Operation) -> InTheWay:
    """What those who would be assigned again have open. Asked before `_able`: from then on it only becomes less."""
    if operation.kind == Operation.Kind.UNASSIGN and operation.certification:
        return in_the_way_of(_unassigned(operation), operation.certification)
    return {}


def _able(operation: Operation) -> list[int]:
    """The assignments of `_concerned` that nobody has changed since and that can be undone now."""
    changed = Assignment.objects.filter(pk__in=operation.changes.not_overtaken().values("assignment"))
    if operation.kind == Operation.Kind.UNASSIGN and operation.certification:
        eligible = _unassigned(operation).eligible_for(operation.certification)
        changed = changed.without_successor().filter(learner__in=eligible.values("pk"))
    else:
        changed = changed.open()
    return list(changed.order_by("pk").values_list("pk", flat=True))


def _undo(taking: Operation, operation: Operation, able: Sequence[int]) -> int:
    assignments = Assignment.objects.filter(pk__in=one_of(able))
    if operation.kind == Operation.Kind.ASSIGN:
        return close(taking, assignments, Assignment.ClosedReason.UNASSIGNED)
    if operation.kind == Operation.Kind.CHANGE_DUE_DATE:
        own = AssignmentChange.objects.filter(operation=operation, assignment=OuterRef("pk"))
        return move(taking, able, to=Subquery(own.values("due_before")))
    return insert_assignments(taking, assignments, learner=F("learner"), name=F("name"), due_on=F("due_on"))


def _skipped(taking: Operation, operation: Operation, able: Sequence[int], in_the_way: InTheWay) -> list[Skipped]:
    left = Assignment.objects.filter(pk__in=operation.changes.values("assignment")).exclude(pk__in=one_of(able))
    if operation.kind != Operation.Kind.UNASSIGN:
        return not_changed(taking, left)
    people = Learner.objects.filter(company=operation.company_id, pk__in=left.values("learner"))
    return not_assigned(taking, people, in_the_way)
