"""The names of promises: the same one is made once, and all that is said of one thing is found together.

Both engines write a day as YYYY-MM-DD.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import BigIntegerField, CharField, Value
from django.db.models.functions import Cast, Concat, Substr

from assignments.models import Assignment
from notifications.models import Notification

ASSIGNED = "assigned"
REMINDER = "reminder"
OVERDUE = "overdue"
TEAM_OVERDUE = "team_overdue"
REMIND_NOW = "remind_now"

ABOUT_ASSIGNMENT = "assignment:"
ABOUT_TEAM = "team:"

#: What is said about one due day, and untrue when it moves.
ABOUT_A_DUE_DAY = [REMINDER, OVERDUE]


def occasion(message: Notification) -> tuple[Any, int]:
    """The `place` of what is said about a due day: how far that is behind us on the day of the company's plan."""
    kind, assignment, due_on, days = message.dedupe_key.split(":")
    return (assignment, due_on), int(days) if kind == OVERDUE else -int(days)


def day(message: Notification) -> tuple[str, str]:
    """The `place` of what is said once a day: by an admin, or to a manager."""
    return message.about, message.dedupe_key.rpartition(":")[2]


def kind_of_day(days_before: int) -> str:
    """What a learner is sent on a day of the company's plan."""
    return REMINDER if days_before >= 0 else OVERDUE


def about_assignment(assignment: str) -> Concat:
    """What all messages of one assignment are about."""
    return Concat(Value(ABOUT_ASSIGNMENT), Cast(assignment, CharField()))


def assignment_of(about: str) -> Cast:
    """The way back: the assignment's id, for rows whose `about` begins with `ABOUT_ASSIGNMENT`."""
    return Cast(Substr(about, len(ABOUT_ASSIGNMENT) + 1), BigIntegerField())


def assigned_key(assignment: str) -> Concat:
    """assigned:<assignment>"""
    return Concat(Value(f"{ASSIGNED}:"), Cast(assignment, CharField()))


def reminder_key(days_before: int) -> Concat:
    """reminder:<assignment>:<due day>:<days before>, or overdue:<assignment>:<due day>:<days after>."""
    about = Cast("pk", CharField()), Value(":"), Cast("due_on", CharField())
    return Concat(Value(f"{kind_of_day(days_before)}:"), *about, Value(f":{abs(days_before)}"))


def reminder_key_of(assignment: Assignment, days_before: int) -> str:
    """The same of one that is at hand."""
    return f"{kind_of_day(days_before)}:{assignment.pk}:{assignment.due_on}:{abs(days_before)}"


def remind_now_key(day: date) -> Concat:
    """remind_now:<learner>:<day>: once a day per person, whoever presses and for whichever certification."""
    return Concat(Value(f"{REMIND_NOW}:"), Cast("learner_id", CharField()), Value(f":{day}"))


def team_overdue_key(day: date) -> Concat:
    """team_overdue:<manager>:<day>: one message a day, however many people it is about."""
    return Concat(Value(f"{TEAM_OVERDUE}:"), Cast("pk", CharField()), Value(f":{day}"))


def team_overdue_key_of(manager: int, day: date) -> str:
    """The same of one whose id is at hand."""
    return f"{TEAM_OVERDUE}:{manager}:{day}"
