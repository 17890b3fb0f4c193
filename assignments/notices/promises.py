"""Promise and take back, each set at once; called inside the transaction of the change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat, JSONObject

from accounts.models import User
from assignments.models import Assignment, AssignmentChange, Operation
from assignments.querysets import AssignmentQuerySet
from notifications import services as post_office

from .keys import (
    ABOUT_A_DUE_DAY,
    ABOUT_TEAM,
    ASSIGNED,
    REMIND_NOW,
    TEAM_OVERDUE,
    about_assignment,
    assigned_key,
    kind_of_day,
    remind_now_key,
    reminder_key,
    team_overdue_key,
)

_LANE = Cast("company_id", CharField())


def promise_assigned(operation: Operation) -> int:
    """One message to each learner whom the operation assigned."""
    opened = Assignment.objects.filter(opened_in=operation)
    rows = _to_learners(opened, key=assigned_key("pk"), context=JSONObject(assignment=F("pk")))
    return post_office.promise(kind=ASSIGNED, rows=rows, at=operation.made_at)


def promise_reminders(assignments: AssignmentQuerySet, *, days_before: int, at: datetime) -> int:
    """One message to the learner of each of these, unless there was one for this due day and distance already."""
    context = JSONObject(assignment=F("pk"), due_on=Cast("due_on", CharField()))
    rows = _to_learners(assignments, key=reminder_key(days_before), context=context)
    return post_office.promise(kind=kind_of_day(days_before), rows=rows, at=at)


def promise_team_overdue(assignments: AssignmentQuerySet, *, today: date, due_by: date, at: datetime) -> int:
    """One message to each manager whose direct reports have one of these, unless there was one `today`.

    It will name all of their people who are not done with what was due by then.
    """
    managers = User.objects.filter(status=User.Status.ACTIVE, pk__in=assignments.values("learner__reports_to"))
    rows = managers.annotate(
        key=team_overdue_key(today),
        context=JSONObject(manager=F("pk"), day=Value(str(today)), due_by=Value(str(due_by))),
        lane=_LANE,
        about=Concat(Value(ABOUT_TEAM), Cast("pk", CharField())),
    )
    return post_office.promise(kind=TEAM_OVERDUE, rows=rows.values_list("pk", "key", "context", "lane", "about"), at=at)


def promise_remind_now(assignments: AssignmentQuerySet, *, by: User, today: date, at: datetime) -> int:
    """One message to the learner of each of these, unless they got one `today` already."""
    context = JSONObject(assignment=F("pk"), by=Value(by.full_name))
    rows = _to_learners(assignments, key=remind_now_key(today), context=context)
    return post_office.promise(kind=REMIND_NOW, rows=rows, at=at)


def _to_learners(assignments: AssignmentQuerySet, *, key: Concat, context: JSONObject) -> QuerySet[Any, Any]:
    """What the post office takes: one promise to the learner of each assignment, in the company's lane."""
    rows = assignments.annotate(key=key, context=context, lane=_LANE, about=about_assignment("pk"))
    return rows.values_list("learner_id", "key", "context", "lane", "about")


def cancel_for_closed(operation: Operation) -> None:
    """Take back what the assignments that the operation closed had still to say."""
    closed = Assignment.objects.filter(closed_in=operation).annotate(about=about_assignment("pk"))
    post_office.cancel(about=closed.values_list("about", flat=True), at=operation.made_at)


def cancel_reminders(operation: Operation) -> None:
    """Take back the reminders of the due days that the operation did away with."""
    changes = AssignmentChange.objects.filter(operation=operation, due_before__isnull=False)
    about = changes.annotate(about=about_assignment("assignment_id")).values_list("about", flat=True)
    post_office.cancel(about=about, kinds=ABOUT_A_DUE_DAY, at=operation.made_at)
