"""Set, move or clear the due day of assignments as they were seen."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Case, DateField, F, Value, When
from django.db.models.functions import Cast, ExtractIsoWeekDay
from django.db.models.lookups import Exact

from accounts.days import day
from accounts.models import User
from accounts.querysets import one_of
from assignments import notices
from assignments.boxes import Selection
from assignments.errors import InvalidMove
from assignments.models import Assignment, AssignmentChange, Operation, ReminderRule
from assignments.querysets import AssignmentQuerySet, day_of, next_occasion
from assignments.reminders import reminded_day, shifted
from certifications.models import Certification

from .history import Day, record_changes
from .operations import begin, check_due_on, check_press, finish, lock
from .rehearsal import Rehearsal, unforeseen_first
from .skipped import Reasons, assignments_left_as_they_are

#: How far one press moves due days, in either direction.
MOST_DAYS_MOVED = 365
DUE_ALREADY = "Due on that day already."
WITHOUT_ALREADY = "Without a due date already."
_SATURDAY, _SUNDAY = 6, 7


@dataclass(frozen=True)
class NewDueDate:
    """What becomes of due days: `due_on` for everybody, None for no due day; or, with `days`, each its own moved.

    `days` later, below zero: earlier; with `to_working_day` one that would be a Saturday or a Sunday
    goes on to the Monday. With `spare_completed` who has completed the certification keeps theirs.
    """

    due_on: date | None = None
    days: int | None = None
    to_working_day: bool = False
    spare_completed: bool = False

    def after(self) -> Day:
        """The due day afterwards, as an expression over an assignment; NULL where the calendar has none."""
        if self.days is None:
            return Value(self.due_on, DateField())
        on = [(_SATURDAY, 2), (_SUNDAY, 1)] if self.to_working_day else []
        return Case(
            When(due_on__gt=shifted(date.max, -abs(self.days) - 2), then=Value(None, DateField())),
            *(
                When(Exact(ExtractIsoWeekDay(_later(self.days)), each), then=_later(self.days + more))
                for each, more in on
            ),
            default=_later(self.days),
        )

    def why_not(self, due_on: date | None, after: date | None, *, today: date) -> str:
        """Why an assignment due on `due_on` does not get the day `after`; empty where nothing is against it."""
        if self.days is None and due_on == after:
            return DUE_ALREADY if due_on else WITHOUT_ALREADY
        if self.days is None:
            return ""
        if due_on is None:
            return "Has no due date that could be moved."
        if after is None:
            return "The calendar has no day so far ahead."
        if after == due_on:
            return "Due on a working day already."
        return f"Would be due on {day(after)}, which is over." if after < today else ""

    def check(self) -> None:
        """Raises `InvalidMove`."""
        if self.days is not None and (self.due_on or not -MOST_DAYS_MOVED <= self.days <= MOST_DAYS_MOVED):
            raise InvalidMove(f"Due dates can be moved by up to {MOST_DAYS_MOVED} days.")
        if self.days == 0 and not self.to_working_day:
            raise InvalidMove("Choose by how many days, for example 7, or -7 for a week earlier.")


def _later(days: int) -> Cast:
    """So many days after the due day: an instant for PostgreSQL, unless it is told that it is a day."""
    return Cast(day_of(-days), DateField())


@transaction.atomic
def change_due_date(
    *,
    by: User,
    certification: Certification,
    seen: Selection,
    new: NewDueDate,
    op_id: uuid.UUID,
    at: datetime,
    reason: str = "",
    foreseen: Collection[int] | None = None,
) -> Operation:
    """Give the selected open assignments the `new` due date. Nobody is told; reminders follow.

    `seen` maps the assignment to the version that was on the admin's screen: what somebody changed
    meanwhile stays as they left it. `foreseen` are those of which the dialog said that they stay as
    they are. Returns the operation, the same one for a repeated press. Raises a `RefusedOperation`.
    """
    company = check_press(by=by, certification=certification, selected=list(seen))
    new.check()
    asked = {"by": by.pk, "certification": certification.pk, "seen": sorted(seen.items()), "reason": reason}
    operation, is_new = begin(
        kind=Operation.Kind.CHANGE_DUE_DATE,
        company=company,
        op_id=op_id,
        asked=asked | asdict(new),
        by=by,
        at=at,
        certification=certification,
        due_on=new.due_on,
        moved_by_days=new.days,
        to_working_day=new.to_working_day,
        reason=reason,
    )
    if is_new:
        check_due_on(new.due_on, company=company, at=at)
        assignments = Assignment.objects.selected(seen, company=company.pk, certification=certification.pk)
        lock(assignments)
        able, reasons = _judge(assignments, seen, new, today=company.day_at(at))
        moved = move(operation, able, to=new.after())
        skipped = assignments_left_as_they_are(operation, assignments, seen, changed=able, known=reasons)
        # What follows from the choice itself is no news, whether or not the dialog had been asked again after it.
        as_seen = (pk for pk, version in assignments.values_list("pk", "version") if seen[pk] == version)
        known = None if foreseen is None else reasons.keys() & as_seen | set(foreseen)
        finish(operation, requested=len(seen), changed=moved, skipped=unforeseen_first(skipped, known))
    return operation


def rehearse_change_due_date(
    *, by: User, certification: Certification, seen: Selection, new: NewDueDate | None, at: datetime
) -> Rehearsal:
    """What `change_due_date` would do at this moment, as far as it is known without a `new` one; nothing is written."""
    company = by.own_company
    operation = Operation(kind=Operation.Kind.CHANGE_DUE_DATE, company=company, certification=certification, made_at=at)
    assignments = Assignment.objects.selected(seen, company=company.pk, certification=certification.pk)
    able, reasons = _judge(assignments, seen, new, today=company.day_at(at))
    return Rehearsal(able, assignments_left_as_they_are(operation, assignments, seen, changed=able, known=reasons))


def _judge(
    assignments: AssignmentQuerySet, seen: Selection, new: NewDueDate | None, *, today: date
) -> tuple[list[int], Reasons]:
    """The ids of those that can have it, open and as they were seen; and why it cannot be given to others, where
    the reason is not that somebody changed them meanwhile.
    """
    opened = assignments.open().order_by("pk")
    if new is None:
        return [pk for pk, version in opened.values_list("pk", "version") if seen[pk] == version], {}
    done = set(opened.completed().values_list("pk", flat=True)) if new.spare_completed else set()
    able: list[int] = []
    reasons: Reasons = {}
    rows = opened.annotate(due_after=new.after()).values_list("pk", "version", "due_on", "due_after")
    for pk, version, due_on, due_after in rows:
        why_not = "Has completed it already." if pk in done else new.why_not(due_on, due_after, today=today)
        if why_not:
            reasons[pk] = why_not
        elif seen[pk] == version:
            able.append(pk)
    return able, reasons


def move(operation: Operation, able: Sequence[int], *, to: Day) -> int:
    """Give each of them a due day, or none; `to` is an expression over the assignment."""
    assignments = Assignment.objects.filter(pk__in=one_of(able))
    _keep_what_was(operation, assignments, to)
    plan = ReminderRule.objects.plan_of(operation.company_id)
    reminded = reminded_day(operation.company.zone, operation.made_at)
    noted = next_occasion(plan, to, after=reminded, has_moved=True)
    return assignments.update(due_on=to, next_reminder_on=noted, version=F("version") + 1)


def _keep_what_was(operation: Operation, assignments: AssignmentQuerySet, to: Day) -> None:
    """Keep the day before and after, and take back the reminders of the day that was."""
    record_changes(operation, assignments, AssignmentChange.Kind.DUE_DATE, due_before=F("due_on"), due_after=to)
    notices.cancel_reminders(operation)
