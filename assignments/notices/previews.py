"""The emails that one assignment brings, before any is promised: written by what writes them when they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Q

from accounts.models import User
from accounts.querysets import one_of
from assignments.models import Assignment
from assignments.reminders import TIME_OF_DAY, Plan, reminded_day, shifted
from notifications import kinds, letters
from notifications.models import Notification, SwitchedOff

from .keys import ASSIGNED, TEAM_OVERDUE, kind_of_day, reminder_key_of, team_overdue_key_of
from .managers import Team


@dataclass(frozen=True)
class Preview:
    """One email as it would go out at the aware instant `at`. `which` tells it from the others of its assignment."""

    which: str
    recipient: User
    days_before: int | None  # the due day; below zero: after it; None: on assigning
    at: datetime
    is_to_come: bool
    is_declined: bool  # its reader has switched such emails off, and finds it in the bell alone
    letter: letters.Letter

    @property
    def is_to_manager(self) -> bool:
        return self.which.startswith(TEAM_OVERDUE)

    @property
    def html(self) -> str:
        [(content, _)] = self.letter.alternatives
        return str(content)


def previews_of(assignment: Assignment, plan: Plan, *, at: datetime) -> list[Preview]:
    """What an open assignment brings by the plan, in the order of the days.

    It comes `as_told`, and of the days that have passed with those that were or will be written about. One that is not
    saved is assigned `at`, that email is the first, and what has passed by then is there and not to come. Everything
    but the days is as it is now. Six queries at the most.
    """
    found = [*_Writer(assignment, plan, at).all()]
    return sorted(found, key=lambda each: (each.days_before is not None, each.at, each.is_to_manager))


class _Writer:
    def __init__(self, assignment: Assignment, plan: Plan, at: datetime) -> None:
        self._assignment = assignment
        self._plan = plan
        self._now = at
        zone = assignment.company.zone
        # By what assigning and changing a plan note as the next occasion.
        self._passed = reminded_day(zone, at) if assignment.pk else assignment.company.day_at(at)

    def all(self) -> Iterator[Preview]:
        if self._assignment.pk is None:
            yield from self._written(ASSIGNED, None, self._assignment.learner, self._now, {})
        for before, day in self._days(self._plan.learner):
            context = {"due_on": str(self._assignment.due_on)}
            yield from self._written(kind_of_day(before), before, self._assignment.learner, self._eight(day), context)
        manager = self._assignment.learner.reports_to
        if manager is not None and self._assignment.completed_at is None:
            for before, day in self._days(self._plan.manager):
                yield from self._written(TEAM_OVERDUE, before, manager, self._eight(day), self._about_team(day))

    def _days(self, occasions: tuple[int, ...]) -> list[tuple[int, date]]:
        """The occasions for which the calendar has a day."""
        due_on = self._assignment.due_on
        if due_on is None:
            return []
        days = [(before, shifted(due_on, -before)) for before in occasions]
        return [(before, day) for before, day in days if (due_on - day).days == before]

    def _eight(self, day: date) -> datetime:
        return datetime.combine(day, TIME_OF_DAY, tzinfo=self._assignment.company.zone)

    def _written(
        self, name: str, before: int | None, recipient: User, at: datetime, context: dict[str, Any]
    ) -> Iterator[Preview]:
        """The email, unless it would not be wanted when its moment comes, or that passed without it."""
        is_to_come = before is None or at.date() > self._passed
        if not is_to_come and self._assignment.pk and not self._was_promised(name, before, at.date()):
            return
        kind = kinds.named(name)
        notification = Notification(kind=name, recipient=recipient, context=context)
        subject = self._teams[at.date()] if name == TEAM_OVERDUE else self._assignment
        if kind.still_wanted(notification, subject, at):
            yield Preview(
                which=name if before is None else f"{name}-{abs(before)}",
                recipient=recipient,
                days_before=before,
                at=at,
                is_to_come=is_to_come,
                is_declined=(recipient.pk, name) in self._switched_off,
                letter=letters.compose(notification, kind, subject, at),
            )

    def _was_promised(self, name: str, before: int | None, day: date) -> bool:
        """Whether it was on a day that has passed, or will be with the next sweep."""
        noted = self._assignment.next_reminder_on
        return (noted is not None and noted <= day) or self._key(name, before, day) in self._promised

    @cached_property
    def _promised(self) -> set[str]:
        days = [(kind_of_day(before), before, day) for before, day in self._days(self._plan.learner)]
        days += [(TEAM_OVERDUE, before, day) for before, day in self._days(self._plan.manager)]
        keys = [self._key(*each) for each in days if each[2] <= self._passed]
        return set(Notification.objects.kept().filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))

    def _key(self, name: str, before: int | None, day: date) -> str:
        if name == TEAM_OVERDUE:
            return team_overdue_key_of(self._assignment.learner.reports_to_id or 0, day)  # 0: nobody's
        return reminder_key_of(self._assignment, before or 0)

    @cached_property
    def _switched_off(self) -> set[tuple[int, str]]:
        learner = self._assignment.learner
        return SwitchedOff.objects.of(pk for pk in (learner.pk, learner.reports_to_id) if pk)

    def _about_team(self, day: date) -> dict[str, Any]:
        manager = self._assignment.learner.reports_to_id
        return {"manager": manager, "day": str(day), "due_by": str(self._plan.due_by(day))}

    @cached_property
    def _teams(self) -> dict[date, Team]:
        """The manager's team as it is by each of the days, this assignment included."""
        days = [day for _, day in self._days(self._plan.manager)]
        asked = [Notification(pk=day.toordinal(), context=self._about_team(day)) for day in days]
        teams = kinds.named(TEAM_OVERDUE).subjects(asked)
        if self._assignment.pk is None:
            place = self._place_among(one for team in teams.values() for one in team.overdue)
            teams = {day: _joined(team, self._assignment, place) for day, team in teams.items()}
        return {date.fromordinal(day): team for day, team in teams.items()}

    def _place_among(self, overdue: Iterable[Assignment]) -> int:
        """How many are named before this one. The database compares, since it is the database that sorts them."""
        due_on, learner = self._assignment.due_on, self._assignment.learner
        on_the_day = Q(due_on=due_on, learner__first_name=learner.first_name, learner__last_name__lte=learner.last_name)
        on_the_day |= Q(due_on=due_on, learner__first_name__lt=learner.first_name)
        others = Assignment.objects.filter(pk__in=one_of({one.pk for one in overdue}))
        return others.filter(Q(due_on__lt=due_on) | on_the_day).count()


def _joined(team: Team, assignment: Assignment, place: int) -> Team:
    return replace(team, overdue=[*team.overdue[:place], assignment, *team.overdue[place:]])
