"""Which notification an event deserves, whether it is still wanted, and what it says (domain: Messages)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat, JSONObject
from django.urls import reverse

from accounts.models import User
from accounts.templatetags.days import zone_city
from notifications import kinds
from notifications import services as post_office
from notifications.models import Notification

from .models import Assignment, AssignmentChange, Operation
from .querysets import AssignmentQuerySet
from .reminders import DAYS_BEFORE, end_of_day, reminded_day

ASSIGNED = "assigned"
REMINDER = "reminder"

#: An assignment message that could not be delivered for so long is given up and shown as failed.
ASSIGNED_TRIED_FOR = timedelta(days=3)


def promise_assigned(operation: Operation) -> int:
    """One message to each learner whom the operation assigned."""
    opened = Assignment.objects.filter(opened_in=operation).annotate(
        key=assigned_key("pk"), about=JSONObject(assignment=F("pk"))
    )
    return post_office.promise(
        kind=ASSIGNED,
        lane=str(operation.company_id),
        rows=opened.values_list("learner_id", "key", "about"),
        at=operation.made_at,
    )


def promise_reminders(assignments: AssignmentQuerySet, *, at: datetime) -> int:
    """One reminder for each of these assignments and its due day, unless there was one already."""
    rows = assignments.annotate(
        key=reminder_key("pk", "due_on"),
        about=JSONObject(assignment=F("pk"), due_on=Cast("due_on", CharField())),
    )
    return sum(
        post_office.promise(
            kind=REMINDER,
            lane=str(company),
            rows=rows.filter(company=company).values_list("learner_id", "key", "about"),
            at=at,
        )
        for company in assignments.order_by().values_list("company", flat=True).distinct()
    )


def cancel_for_closed(operation: Operation) -> None:
    """Take back what the assignments that the operation closed had still to say."""
    closed = Assignment.objects.filter(closed_in=operation)
    post_office.cancel(keys=closed.annotate(key=assigned_key("pk")).values_list("key", flat=True), at=operation.made_at)
    cancel_reminders(operation)


def cancel_reminders(operation: Operation) -> None:
    """Take back the reminders of the due days that the operation did away with."""
    changes = AssignmentChange.objects.filter(operation=operation, due_before__isnull=False)
    keys = changes.annotate(key=reminder_key("assignment", "due_before"))
    post_office.cancel(keys=keys.values_list("key", flat=True), at=operation.made_at)


def assigned_key(assignment: str) -> Concat:
    return Concat(Value(f"{ASSIGNED}:"), Cast(assignment, CharField()))


def reminder_key(assignment: str, due_on: str) -> Concat:
    """reminder:<assignment>:<due day>:<days before>; both engines write a day as YYYY-MM-DD."""
    about = Cast(assignment, CharField()), Value(":"), Cast(due_on, CharField())
    return Concat(Value(f"{REMINDER}:"), *about, Value(f":{DAYS_BEFORE}"))


def delivery_of(operation: Operation) -> dict[str, int]:
    """How far the emails have got that an operation promised: `sent`, `waiting`, `failed`, `cancelled`."""
    opened = Assignment.objects.filter(opened_in=operation)
    return post_office.delivery_counts(keys=opened.annotate(key=assigned_key("pk")).values_list("key", flat=True))


def _subjects(notifications: Sequence[Notification]) -> Mapping[int, Assignment]:
    """The assignments that the notifications are about, by the notification's pk; one query."""
    about = {notification.pk: notification.context["assignment"] for notification in notifications}
    assignments = (
        Assignment.objects.filter(pk__in=set(about.values()))
        .select_related("company", "certification", "learner", "assigned_by")
        .in_scope()
        .with_progress()
        .in_bulk()
    )
    return {pk: assignments[assignment] for pk, assignment in about.items() if assignment in assignments}


def _is_for_somebody(assignment: Assignment) -> bool:
    return assignment.closed_at is None and assignment.learner.status == User.Status.ACTIVE


def _assigned_still_wanted(notification: Notification, assignment: Assignment, at: datetime) -> bool:
    return _is_for_somebody(assignment)


def _reminder_still_wanted(notification: Notification, assignment: Assignment, at: datetime) -> bool:
    return (
        _is_for_somebody(assignment)
        and assignment.completed_at is None
        and assignment.due_on == _due_day_of(notification)
        and assignment.due_on >= assignment.company.day_at(at)
        and assignment.company.is_plus
    )


def _due_day_of(reminder: Notification) -> date:
    return date.fromisoformat(reminder.context["due_on"])


def _assigned_ends_at(notification: Notification, assignment: Assignment) -> datetime:
    return notification.created_at + ASSIGNED_TRIED_FOR


def _reminder_ends_at(notification: Notification, assignment: Assignment) -> datetime:
    return end_of_day(_due_day_of(notification), assignment.company.zone)


def _describe(notification: Notification, assignment: Assignment, at: datetime) -> dict[str, Any]:
    company, by = assignment.company, assignment.assigned_by
    today = company.day_at(at)
    due_on = assignment.due_on
    return {
        "recipient": assignment.learner,
        "company_name": company.name,
        "certification_title": assignment.certification.title,
        "assignment_name": assignment.name,
        "steps_done": assignment.steps_done,
        "steps_total": assignment.steps_total,
        "steps_left": assignment.steps_total - assignment.steps_done,
        "assigned_by_name": by.full_name if by else company.name,
        "assigned_on": company.day_at(assignment.assigned_at),
        "due_on": due_on,
        "days_left": (due_on - today).days if due_on else None,
        "reminder_on": _reminder_to_come(assignment, at),
        "today": today,
        "zone_name": zone_city(company.time_zone),
        "url": settings.SITE_URL + _path(notification, assignment),
    }


def _reminder_to_come(assignment: Assignment, at: datetime) -> date | None:
    """The day of the next reminder; none for one whose moment has passed and that goes out with the next sweep."""
    reminder_on = assignment.next_reminder_on
    return reminder_on if reminder_on and reminder_on > reminded_day(assignment.company.zone, at) else None


def _path(notification: Notification, assignment: Assignment) -> str:
    return reverse("enroll-certification", args=[assignment.certification.slug])


KINDS = [
    kinds.Kind(
        name=ASSIGNED,
        templates="assignments/email/assigned",
        subjects=_subjects,
        still_wanted=_assigned_still_wanted,
        ends_at=_assigned_ends_at,
        describe=_describe,
        path=_path,
    ),
    kinds.Kind(
        name=REMINDER,
        templates="assignments/email/reminder",
        subjects=_subjects,
        still_wanted=_reminder_still_wanted,
        ends_at=_reminder_ends_at,
        describe=_describe,
        path=_path,
    ),
]
