"""The messages to learners: assigned, reminder, overdue, remind now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.access import TEAM_ASSIGNMENTS
from accounts.models import User
from assignments.models import Assignment
from assignments.querysets import AssignmentQuerySet
from assignments.reminders import end_of_day, reminded_day
from notifications import kinds
from notifications.models import Notification

from .keys import ASSIGNED, OVERDUE, REMIND_NOW, REMINDER, day, occasion

#: An assignment message, or one about an overdue certification, that could not be delivered for so long is given up
#: and shown as failed.
TRIED_FOR = timedelta(days=3)


def _subjects(notifications: Sequence[Notification]) -> Mapping[int, Assignment]:
    """The assignments that the notifications are about, by the notification's pk; one query."""
    about = {notification.pk: notification.context["assignment"] for notification in notifications}
    assignments = as_told(Assignment.objects.filter(pk__in=set(about.values()))).in_bulk()
    return {pk: assignments[assignment] for pk, assignment in about.items() if assignment in assignments}


def as_told(assignments: AssignmentQuerySet) -> AssignmentQuerySet:
    """With all that the messages to their learners say of them."""
    related = assignments.select_related("company", "certification", "learner", "assigned_by")
    return related.with_scope().with_progress()


def _is_for_somebody(assignment: Assignment) -> bool:
    return assignment.closed_at is None and assignment.learner.status == User.Status.ACTIVE and assignment.is_in_scope


def _is_to_do(notification: Notification, assignment: Assignment) -> bool:
    """Whether what was said of the due day is still true."""
    return (
        _is_for_somebody(assignment)
        and assignment.completed_at is None
        and assignment.due_on == _due_day_of(notification)
        and assignment.company.is_plus
    )


def _assigned_still_wanted(notification: Notification, assignment: Assignment, at: datetime) -> bool:
    return _is_for_somebody(assignment)


def _reminder_still_wanted(notification: Notification, assignment: Assignment, at: datetime) -> bool:
    return _is_to_do(notification, assignment) and _due_day_of(notification) >= assignment.company.day_at(at)


def _overdue_still_wanted(notification: Notification, assignment: Assignment, at: datetime) -> bool:
    return _is_to_do(notification, assignment)


def _remind_now_still_wanted(notification: Notification, assignment: Assignment, at: datetime) -> bool:
    return _is_for_somebody(assignment) and assignment.completed_at is None and assignment.company.is_plus


def _due_day_of(reminder: Notification) -> date:
    return date.fromisoformat(reminder.context["due_on"])


def _ends_at(notification: Notification, assignment: Assignment) -> datetime:
    return notification.tried_since + TRIED_FOR


def _reminder_ends_at(notification: Notification, assignment: Assignment) -> datetime:
    return end_of_day(_due_day_of(notification), assignment.company.zone)


def _describe(notification: Notification, assignment: Assignment, at: datetime) -> dict[str, Any]:
    company, by = assignment.company, assignment.assigned_by
    return {
        "recipient": assignment.learner,
        "company_name": company.name,
        "certification_title": assignment.certification.title,
        "assignment_name": assignment.name,
        "is_assigned": assignment.closed_at is None,
        "is_completed": assignment.completed_at is not None,
        "steps_done": assignment.steps_done,
        "steps_total": assignment.steps_total,
        "steps_left": assignment.steps_total - assignment.steps_done,
        "assigned_by_name": by.full_name if by else company.name,
        "assigned_on": company.day_at(assignment.assigned_at),
        "due_on": assignment.due_on,
        "reminder_on": _reminder_to_come(assignment, at),
        "today": company.day_at(at),
        "zone_name": company.zone_city,
        "reminded_by_name": notification.context.get("by", ""),
        "url": f"{settings.SITE_URL}{_path(notification, assignment) or ''}",
    }


def _reminder_to_come(assignment: Assignment, at: datetime) -> date | None:
    """The day of the next reminder, not after the due day; none for one that goes out with the next sweep, nor for who
    has completed: the day stays noted, and nothing is sent on it.
    """
    reminder_on, due_on = assignment.next_reminder_on, assignment.due_on
    if reminder_on is None or due_on is None or assignment.completed_at is not None:
        return None
    return reminder_on if reminded_day(assignment.company.zone, at) < reminder_on <= due_on else None


def _path(notification: Notification, assignment: Assignment) -> str | None:
    return reverse("enroll-certification", args=[assignment.certification.slug]) if assignment.is_in_scope else None


_kind = partial(kinds.Kind, subjects=_subjects, describe=_describe, path=_path)

LEARNER_KINDS = [
    _kind(
        name=ASSIGNED,
        templates="assignments/email/assigned",
        still_wanted=_assigned_still_wanted,
        ends_at=_ends_at,
    ),
    _kind(
        name=REMINDER,
        templates="assignments/email/reminder",
        still_wanted=_reminder_still_wanted,
        ends_at=_reminder_ends_at,
        place=occasion,
        optional_as="Reminders before and on a due date",
        concerns=TEAM_ASSIGNMENTS.is_on_plan_of,
    ),
    _kind(
        name=REMIND_NOW,
        templates="assignments/email/remind_now",
        still_wanted=_remind_now_still_wanted,
        ends_at=_ends_at,
        place=day,
    ),
    _kind(
        name=OVERDUE,
        templates="assignments/email/overdue",
        still_wanted=_overdue_still_wanted,
        ends_at=_ends_at,
        place=occasion,
        optional_as="Reminders after a due date has passed",
        concerns=TEAM_ASSIGNMENTS.is_on_plan_of,
    ),
]
