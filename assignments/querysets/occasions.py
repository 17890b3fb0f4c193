"""The days on which something is said of a due day, by the company's plan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, DateField, ExpressionWrapper, F, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from assignments.reminders import Days, Plan, due_days_come, shifted


def day_of(days_before: int) -> ExpressionWrapper[Any]:
    """The day of an occasion of an assignment."""
    return ExpressionWrapper(F("due_on") - timedelta(days_before), output_field=DateField())


def next_occasion(plan: Plan, due: Combinable, *, after: date, has_moved: bool = False) -> Cast:
    """The day of the first occasion of a due day that is later than `after`; NULL where none is to come.

    Where the due day `has_moved`, it is the day of the last reminder that is not later, if there is one: it is due at
    once, since nothing else tells the learner of the new day.
    """
    due = Cast(due, DateField())  # to PostgreSQL NULL less some days is no day, but an interval
    branches, owed = [], None
    for before in plan.occasions:  # the one ahead of all first: true of most, and `due` may be dear
        noted = before if owed is None else owed
        is_ahead = Q(GreaterThan(due, shifted(after, before)))
        if noted < 0:  # the calendar may have no day for it
            is_ahead &= Q(LessThanOrEqual(due, shifted(date.max, noted)))
        branches.append(When(is_ahead, then=due - timedelta(noted)))
        if has_moved and before in plan.reminders:
            owed = before
    none_to_come = Value(None, DateField()) if owed is None else due - timedelta(owed)
    return Cast(Case(*branches, default=none_to_come, output_field=DateField()), DateField())


def has_come(days_before: int, days: Days) -> Q:
    """That the day of an occasion has come since what was noted, and is not too long ago."""
    return Q(due_on__range=due_days_come(days_before, days), next_reminder_on__lte=day_of(days_before))
