"""How messages about assignments, and those to managers about their people, stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from assignments.models import Assignment, AssignmentChange, Operation
from assignments.querysets import AssignmentQuerySet, LearnerQuerySet
from assignments.reminders import end_of_day
from notifications.models import Notification, SwitchedOff
from notifications.querysets import NotificationQuerySet

from .keys import (
    ABOUT_A_DUE_DAY,
    ABOUT_ASSIGNMENT,
    REMIND_NOW,
    TEAM_OVERDUE,
    about_assignment,
    assigned_key,
    assignment_of,
    remind_now_key,
)


def about(assignments: AssignmentQuerySet) -> QuerySet[Assignment, str]:
    """What all messages of these assignments are about, as the post office names it."""
    return assignments.order_by().annotate(about=about_assignment("pk")).values_list("about", flat=True)


def messages_by_assignment(assignments: Iterable[Assignment]) -> dict[int, list[Notification]]:
    """All messages of each assignment, the oldest first; one query."""
    names = {f"{ABOUT_ASSIGNMENT}{assignment.pk}": assignment.pk for assignment in assignments}
    found: dict[int, list[Notification]] = defaultdict(list)
    for message in Notification.objects.filter(about__in=names).order_by("created_at", "pk"):
        found[names[message.about]].append(message)
    return found


def not_reached(assignments: AssignmentQuerySet, *, company: int) -> AssignmentQuerySet:
    """Those of a company's assignments of which an email was given up and has not been sent again since.

    Asked from the few that failed, by their own index: the assignments may be a hundred thousand.
    """
    failed = Notification.objects.failed().in_lane(str(company)).filter(about__startswith=ABOUT_ASSIGNMENT)
    return assignments.filter(pk__in=failed.annotate(assignment=assignment_of("about")).values("assignment"))


def without_reminders() -> QuerySet[SwitchedOff, Any]:
    """The people, of whichever company, who have switched off emails about a due day."""
    return SwitchedOff.objects.filter(kind__in=ABOUT_A_DUE_DAY).values("recipient")


def messages_to_managers(people: LearnerQuerySet, *, company: int) -> NotificationQuerySet:
    """All that these people of a company were told of those who report to them, by the company's own index."""
    return Notification.objects.in_lane(str(company)).filter(kind=TEAM_OVERDUE, recipient__in=people.values("pk"))


def managers_not_reached(people: LearnerQuerySet, *, company: int, since: datetime) -> LearnerQuerySet:
    """Those of a company's people of whom the last message about their team that was not taken back was given up.

    `since` is the aware instant after which it was promised: nobody can send it again, so it has to end some day.
    """
    failed = Notification.objects.failed().in_lane(str(company)).filter(kind=TEAM_OVERDUE, created_at__gt=since)
    later = Notification.objects.kept().filter(
        kind=TEAM_OVERDUE, about=OuterRef("about"), created_at__gt=OuterRef("created_at")
    )
    return people.filter(pk__in=failed.exclude(Exists(later)).values("recipient"))


def reminded_on(assignments: AssignmentQuerySet, *, day: date, zone: ZoneInfo) -> dict[int, Notification]:
    """By which message whom of these was reminded on a local day; by assignment; four queries.

    What its reader had no email of counts for nothing here: an admin who writes by hand is to reach them. But one by
    hand that failed does, since there is no second on its day: it is sent again.
    """
    midnight = datetime.combine(day, time.min, tzinfo=zone)
    of_the_day = Notification.objects.filter(created_at__gte=midnight, created_at__lt=end_of_day(day, zone)).in_bell()
    names = dict(assignments.annotate(about=about_assignment("pk")).values_list("about", "pk"))
    by_plan = of_the_day.about(about(assignments)).filter(kind__in=ABOUT_A_DUE_DAY)
    automatic = by_plan.exclude(state__in=[Notification.State.DECLINED, Notification.State.FAILED])
    keyed = assignments.annotate(key=remind_now_key(day))
    keys = dict(keyed.values_list("key", "pk"))
    pressed = of_the_day.keyed(keyed.values_list("key", flat=True))
    return {keys[message.dedupe_key]: message for message in pressed} | {
        names[message.about]: message for message in automatic
    }


def last_messages(assignments: Iterable[Assignment]) -> dict[int, Notification]:
    """Of each assignment the last message that was given up, else the last one that was not taken back; one query."""
    state = Notification.State
    found = messages_by_assignment(assignments).items()
    wanted = {pk: [one for one in those if one.state != state.CANCELLED] for pk, those in found}
    failed = {pk: [one for one in those if one.state == state.FAILED] for pk, those in found}
    return {pk: (failed[pk] or those)[-1] for pk, those in wanted.items() if those}


def reminded_at(assignments: AssignmentQuerySet, *, at: datetime) -> AssignmentQuerySet:
    """Those of whom a press at exactly that moment reminded their learner."""
    reminded = Notification.objects.filter(kind=REMIND_NOW, tried_since=at)
    return assignments.annotate(about=about_assignment("pk")).filter(about__in=reminded.values("about"))


def delivery_of(operation: Operation) -> dict[str, int]:
    """How far the emails that an operation promised have got, as `delivery_counts` has it; one query."""
    return _promised_in(operation).delivery_counts()


def _promised_in(operation: Operation) -> NotificationQuerySet:
    """An assignment message by its name, others by their moment: that is what a press of today leaves in them."""
    if operation.kind in (Operation.Kind.ASSIGN, Operation.Kind.TAKE_BACK):
        opened = Assignment.objects.filter(opened_in=operation)
        return Notification.objects.keyed(opened.annotate(key=assigned_key("pk")).values_list("key", flat=True))
    changed = AssignmentChange.objects.filter(operation=operation).annotate(about=about_assignment("assignment_id"))
    of_this_moment = Notification.objects.about(changed.values("about")).filter(tried_since=operation.made_at)
    is_reminding = operation.kind == Operation.Kind.REMIND_NOW
    return of_this_moment.filter(kind=REMIND_NOW) if is_reminding else of_this_moment
