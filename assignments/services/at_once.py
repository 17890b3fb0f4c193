"""Whom the next sweep writes to since due days have moved: the last reminder that has passed is owed then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from accounts.models import Company, User
from accounts.querysets import one_of
from assignments.models import Assignment, AssignmentChange, Operation, ReminderRule
from assignments.notices.keys import reminder_key, team_overdue_key
from assignments.reminders import Days, Plan, days_in, due_days_come, spans
from notifications.models import Notification

from .due_dates import NewDueDate
from .history import Day


@dataclass(frozen=True)
class ToldAtOnce:
    """How many people."""

    learners: int
    managers: int


def reminded_at_once(able: Sequence[int], new: NewDueDate, *, company: Company, at: datetime) -> int:
    """How many of these assignments would bring a reminder with the next sweep, since the moment of it has passed and
    it did not go out before. A query for each day of the plan.
    """
    plan = ReminderRule.objects.plan_of(company.pk)
    return _learners(_to_do(able, new.after()), plan, days_in(company.zone, at))


def told_by_taking_back(*, operation: Operation, able: Sequence[int], at: datetime) -> ToldAtOnce:
    """The same of assignments that would get the due day back that a Change due date took from them, and of their
    managers. What is said of an overdue one is counted too: a due day that comes back may have passed.
    """
    company = operation.company
    plan, days = ReminderRule.objects.plan_of(company.pk), days_in(company.zone, at)
    own = AssignmentChange.objects.filter(operation=operation, assignment=OuterRef("pk"))
    to_do = _to_do(able, Subquery(own.values("due_before")))
    return ToldAtOnce(_learners(to_do, plan, days), _managers(to_do, plan, days))


def _to_do(able: Sequence[int], after: Day) -> QuerySet[Any]:
    return Assignment.objects.filter(pk__in=one_of(able)).not_completed().annotate(due_after=after)


def _learners(to_do: QuerySet[Any], plan: Plan, days: Days) -> int:
    told = Notification.objects.kept().filter(dedupe_key=OuterRef("key"))
    count = 0
    for span in spans(plan.learner, days.reminded):
        afterwards = {F("due_on"): F("due_after")}
        key = reminder_key(span.passed).replace_expressions(afterwards)  # type: ignore[arg-type]  # stubs: Concat
        passed = to_do.filter(_has_come(span.passed, plan, days), due_after__range=(span.first, span.last))
        count += passed.alias(key=key).exclude(Exists(told)).count()
    return count


def _managers(to_do: QuerySet[Any], plan: Plan, days: Days) -> int:
    if not plan.manager:
        return 0
    any_has_come = reduce(or_, (_has_come(days_before, plan, days) for days_before in plan.manager))
    told = Notification.objects.kept().filter(dedupe_key=OuterRef("key"))
    theirs = to_do.filter(any_has_come).values("learner__reports_to")
    managers = User.objects.filter(status=User.Status.ACTIVE, pk__in=theirs)
    count: int = managers.alias(key=team_overdue_key(days.today)).exclude(Exists(told)).count()
    return count


def _has_come(days_before: int, plan: Plan, days: Days) -> Q:
    """`querysets.has_come`, of the due day afterwards. Only a reminder is noted as owed: without one nothing has."""
    if not plan.reminders:
        return Q(pk__in=())
    return Q(due_after__range=due_days_come(days_before, days))
