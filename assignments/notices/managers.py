"""The message to managers: which of their people are overdue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.access import TEAM_ASSIGNMENTS, is_manager
from accounts.models import User
from assignments.models import Assignment
from assignments.reminders import end_of_day
from notifications import kinds
from notifications.models import Notification

from .keys import TEAM_OVERDUE, day


@dataclass(frozen=True)
class Team:
    """A manager, and the open assignments of their direct reports that are overdue, the oldest due day first."""

    manager: User
    overdue: Sequence[Assignment]


def _teams(notifications: Sequence[Notification]) -> Mapping[int, Team]:
    """The teams that the notifications are about, as they are now; two queries."""
    managers = User.objects.select_related("company").in_bulk({each.context["manager"] for each in notifications})
    late: dict[int | None, list[Assignment]] = defaultdict(list)
    latest = max((_due_by(each) for each in notifications), default=date.min)
    for assignment in _not_done(list(managers), due_by=latest):
        late[assignment.learner.reports_to_id].append(assignment)
    return {
        each.pk: Team(
            managers[each.context["manager"]],
            [one for one in late[each.context["manager"]] if one.due_on and one.due_on <= _due_by(each)],
        )
        for each in notifications
        if each.context["manager"] in managers
    }


def _not_done(managers: Sequence[int], *, due_by: date) -> Sequence[Assignment]:
    open_ones = Assignment.objects.open().in_scope().not_completed().filter(due_on__lte=due_by)
    rows = open_ones.filter(learner__reports_to__in=managers, learner__status=User.Status.ACTIVE)
    return list(
        rows.select_related("learner", "certification")
        .with_progress()
        .order_by("due_on", "learner__first_name", "learner__last_name", "pk")
    )


def _due_by(notification: Notification) -> date:
    return date.fromisoformat(notification.context["due_by"])


def _still_wanted(notification: Notification, team: Team, at: datetime) -> bool:
    manager = team.manager
    return bool(team.overdue) and manager.status == User.Status.ACTIVE and TEAM_ASSIGNMENTS.is_on_plan_of(manager)


def _manages(person: User) -> bool:
    return TEAM_ASSIGNMENTS.is_on_plan_of(person) and is_manager(person)


def _ends_at(notification: Notification, team: Team) -> datetime:
    """With its day: the next one names the same people."""
    return end_of_day(date.fromisoformat(notification.context["day"]), team.manager.own_company.zone)


def _describe(notification: Notification, team: Team, at: datetime) -> dict[str, Any]:
    company = team.manager.own_company
    return {
        "recipient": team.manager,
        "company_name": company.name,
        "overdue": team.overdue,
        "people_count": len({assignment.learner_id for assignment in team.overdue}),
        "today": company.day_at(at),
        "zone_name": company.zone_city,
        "url": settings.SITE_URL + _path(notification, team),
    }


def _path(notification: Notification, team: Team) -> str:
    return reverse("report-certification-progress") + "?overdue=yes"


MANAGER_KINDS = [
    kinds.Kind(
        name=TEAM_OVERDUE,
        templates="assignments/email/team_overdue",
        subjects=_teams,
        still_wanted=_still_wanted,
        ends_at=_ends_at,
        describe=_describe,
        path=_path,
        place=day,
        optional_as="Messages about your team’s overdue certifications",
        concerns=_manages,
    ),
]
