"""The press of a file: one operation for all its good lines, each with the name and the due day of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from accounts.querysets import one_of
from assignments.boxes import Selection
from assignments.models import Assignment, Learner, Operation, Upload, UploadRow
from assignments.querysets import AssignmentQuerySet, LearnerQuerySet, UploadRowQuerySet

from .assign import insert_assignments, lock_learners
from .close import close
from .due_dates import move
from .operations import begin, check_press, finish, lock
from .rehearsal import unforeseen_first
from .skipped import changed_meanwhile, entry, made
from .uploads_judged import judge, write_reasons

BY_NOW = "Can be done by now, but not when the file was judged. Upload the lines that are left once more."


def carry_out_lines(upload: Upload, *, at: datetime) -> Operation:
    """Do it for the lines that were good when they were shown and still are. The others say why, here and in the
    operation. Runs in the transaction that holds the upload. Raises a `RefusedOperation`.
    """
    by, op_id = upload.pressed_by, upload.op_id
    assert by  # noqa: S101, for the type checker: a constraint keeps it
    assert op_id  # noqa: S101, the same
    all_rows = UploadRow.objects.filter(upload=upload)
    shown = list(all_rows.good().values_list("pk", flat=True))
    company = check_press(by=by, certification=upload.certification, selected=shown)
    operation, _ = begin(
        kind=Operation.Kind(upload.kind),
        company=company,
        op_id=op_id,
        asked={"by": by.pk, "upload": upload.pk},
        by=by,
        at=at,
        certification=upload.certification,
        name=upload.certification.title if upload.kind == Upload.Kind.ASSIGN else "",
        file_name=upload.file_name,
    )
    rows = all_rows.filter(pk__in=one_of(shown))
    seen = dict(rows.filter(assignment__isnull=False).values_list("assignment", "version"))
    _lock(rows)
    judge(upload, at=at)
    all_rows.good().exclude(pk__in=one_of(shown)).update(reason=BY_NOW)
    # Asked by the upload alone: with the keys of 50,000 lines beside it each person would cost a walk through them.
    changed = _DO[upload.kind](operation, all_rows, seen)
    left = rows.left().select_related("learner").order_by("line")
    skipped = [entry(row.learner, row.reason, selected=row.learner.pk) for row in left if row.learner]
    # They were good when the file was shown: nobody had been told of any of them.
    finish(operation, requested=len(shown), changed=changed, skipped=unforeseen_first(skipped, foreseen=()))
    return operation


def _lock(rows: UploadRowQuerySet) -> None:
    """Hold what decides: the people first, then their assignments, as everybody does."""
    lock_learners(_learners(rows))
    lock(_assignments(rows))


def _learners(rows: UploadRowQuerySet) -> LearnerQuerySet:
    return Learner.objects.filter(pk__in=one_of(rows.filter(learner__isnull=False).values_list("learner", flat=True)))


def _assignments(rows: UploadRowQuerySet) -> AssignmentQuerySet:
    known = rows.filter(assignment__isnull=False).values_list("assignment", flat=True)
    return Assignment.objects.filter(pk__in=one_of(known))


def _assign(operation: Operation, rows: UploadRowQuerySet, seen: Selection) -> int:
    own = rows.good().filter(learner=OuterRef("pk"))
    return insert_assignments(
        operation,
        _learners(rows.good()),
        learner=F("pk"),
        name=Coalesce(NullIf(Subquery(own.values("name")[:1]), Value("")), Value(operation.name)),
        due_on=Subquery(own.values("due_on")[:1]),
    )


def _unassign(operation: Operation, rows: UploadRowQuerySet, seen: Selection) -> int:
    """Only what was open when the file was shown: whoever was unassigned and assigned once more since stays so."""
    zone = operation.company.zone
    since = _assignments(rows.good()).exclude(pk__in=one_of(seen)).select_related("assigned_by")
    reasons = ((assignment.pk, f"Assigned once more {made(assignment, zone)}.") for assignment in since)
    write_reasons(rows, reasons, of="assignment")
    return close(operation, _assignments(rows.good()), Assignment.ClosedReason.UNASSIGNED)


def _change_due_date(operation: Operation, rows: UploadRowQuerySet, seen: Selection) -> int:
    now = rows.good().values_list("assignment", "version")
    changed = [pk for pk, version in now if pk is not None and seen.get(pk) != version]
    reasons = changed_meanwhile(Assignment.objects.filter(pk__in=one_of(changed)).select_related("company"), operation)
    write_reasons(rows, reasons.items(), of="assignment")
    own = rows.good().filter(assignment=OuterRef("pk"))
    able = list(rows.good().values_list("assignment", flat=True))
    return move(operation, able, to=Subquery(own.values("due_on")[:1]))


_DO: dict[str, Callable[[Operation, UploadRowQuerySet, Selection], int]] = {
    Upload.Kind.ASSIGN: _assign,
    Upload.Kind.UNASSIGN: _unassign,
    Upload.Kind.CHANGE_DUE_DATE: _change_due_date,
}
