"""What can be done for the person of each line of a file, and why not: the same rules as for what is ticked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import CharField, Count, F, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from accounts.querysets import one_of
from assignments import lengths
from assignments.models import Assignment, Learner, Operation, Upload, UploadRow
from assignments.querysets import UploadRowQuerySet

from .due_dates import DUE_ALREADY, WITHOUT_ALREADY
from .skipped import not_assigned

NOT_ASSIGNED = "Is not assigned."
OVER = "The due date is over."

REPEATED = "The same person is in an earlier line."
CONTRADICTED = "Another line says something else about the same person."
#: The day that a line means, however it is written; a line without a fault that has none means no day. As text, since
#: what is NULL would not be counted.
_DAY = Coalesce(Cast("due_on", CharField()), Value(""))
#: What two lines about the same person may not disagree in.
SAYS: dict[Upload.Kind, tuple[str | Coalesce, ...]] = {
    Upload.Kind.ASSIGN: (_DAY, "name"),
    Upload.Kind.CHANGE_DUE_DATE: (_DAY,),
    Upload.Kind.UNASSIGN: (),
}


def note_repeated(upload: Upload, rows: UploadRowQuerySet) -> None:
    """Of lines that say the same of a person the first one counts, of lines that disagree none: nobody could tell
    which of them was meant. `rows` are those without a fault.
    """
    several = rows.order_by().values("email").annotate(times=Count("pk")).filter(times__gt=1)
    for says in SAYS[Upload.Kind(upload.kind)]:
        said = rows.order_by().values("email").annotate(different=Count(says, distinct=True)).filter(different__gt=1)
        rows.filter(email__in=list(said.values_list("email", flat=True))).update(fault=CONTRADICTED)
    first: dict[str, int] = {}
    # Asked for by their addresses, usually none: without figures of the new lines a join of the two would be a loop.
    emails = list(several.values_list("email", flat=True))
    lines = rows.filter(email__in=emails).order_by("line").values_list("email", "pk")
    later = [pk for email, pk in lines if first.setdefault(email, pk) != pk]
    UploadRow.objects.filter(pk__in=one_of(later)).update(fault=REPEATED)


def judge(upload: Upload, *, at: datetime) -> None:
    """Note for each line without a fault why nothing can be done, or nothing where it can. Inside a transaction."""
    rows = UploadRow.objects.filter(upload=upload, fault="")
    rows.update(reason="", assignment=None, version=None)
    # No word that would tell a stranger's address from one that nobody has.
    rows.filter(learner=None).update(reason=f"Nobody in {upload.company.name} has this address.")
    known = rows.filter(learner__isnull=False)
    if upload.kind == Upload.Kind.ASSIGN:
        _judge_assigning(upload, known, at)
    else:
        _judge_open_ones(upload, known)
    if upload.kind != Upload.Kind.UNASSIGN:
        _judge_days(upload, known.good(), today=upload.company.day_at(at))


def _judge_assigning(upload: Upload, rows: UploadRowQuerySet, at: datetime) -> None:
    """Whoever uploaded it: they may have lost the permission since, and a colleague may press."""
    known = list(rows.values_list("learner", flat=True))
    learners = Learner.objects.filter(company=upload.company_id, pk__in=one_of(known))
    certification = upload.certification
    able = list(learners.eligible_for(certification).values_list("pk", flat=True))
    operation = Operation(kind=Operation.Kind.ASSIGN, company=upload.company, certification=certification, made_at=at)
    left = not_assigned(operation, learners.exclude(pk__in=one_of(able)))
    write_reasons(rows, ((person["id"], person["reason"]) for person in left))


def _judge_open_ones(upload: Upload, rows: UploadRowQuerySet) -> None:
    opened = Assignment.objects.open().filter(certification=upload.certification_id, learner=OuterRef("learner"))
    rows.update(assignment=Subquery(opened.values("pk")[:1]), version=Subquery(opened.values("version")[:1]))
    rows.filter(assignment=None).update(reason=NOT_ASSIGNED)


def _judge_days(upload: Upload, rows: UploadRowQuerySet, *, today: date) -> None:
    rows.filter(due_on__lt=today).update(reason=OVER)
    if upload.kind == Upload.Kind.CHANGE_DUE_DATE:
        same = rows.good().filter(assignment__due_on=F("due_on"))
        none = rows.good().filter(assignment__due_on=None, due_on=None)
        for found, reason in ((same, DUE_ALREADY), (none, WITHOUT_ALREADY)):
            pks = list(found.values_list("pk", flat=True))
            UploadRow.objects.filter(pk__in=one_of(pks)).update(reason=reason)


def write_reasons(rows: UploadRowQuerySet, reasons: Iterable[tuple[int, str]], *, of: str = "learner") -> None:
    """One statement for each reason that there is. They are given by the id of a row's learner or assignment."""
    found: dict[str, list[int]] = {}
    for pk, reason in reasons:
        found.setdefault(reason, []).append(pk)
    for reason, ids in found.items():
        rows.filter(**{f"{of}__in": one_of(ids)}).update(reason=reason[: lengths.REASON])
