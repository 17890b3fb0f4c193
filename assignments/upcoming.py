"""What will be sent: the plan's occasions from each assignment's next one on, by the day arithmetic that sends them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, DateField, IntegerField, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import Company, User

from .models import Assignment, ReminderRule
from .notices.keys import kind_of_day
from .querysets import AssignmentQuerySet, day_of, has_come
from .reminders import Days, Plan, days_in, due_days_come, shifted, spans

DAYS_AHEAD = 30


@dataclass(frozen=True)
class ToCome:
    """One message that is to come, if nothing changes until then."""

    on: date
    days_before: int

    @property
    def kind(self) -> str:
        return kind_of_day(self.days_before)

    @property
    def is_reminder(self) -> bool:
        return self.days_before >= 0


def messages_to_come(assignments: AssignmentQuerySet, *, company: Company, today: date) -> dict[int, list[ToCome]]:
    """What the learner of each of these open assignments of one company will get, by assignment, the next first.

    One whose day has passed goes out with the next sweep, so `today`. Two queries.
    """
    plan = ReminderRule.objects.plan_of(company.pk)
    found: dict[int, list[ToCome]] = defaultdict(list)
    for assignment in assignments.not_completed().filter(next_reminder_on__isnull=False):
        found[assignment.pk] = _of_one(assignment, plan, today)
    return found


def _of_one(assignment: Assignment, plan: Plan, today: date) -> list[ToCome]:
    due_on, noted = assignment.due_on, assignment.next_reminder_on
    if due_on is None or noted is None:
        return []
    days = [(shifted(due_on, -before), before) for before in plan.learner]
    late = [
        ToCome(today, before)
        for day, before in days
        if noted <= day < today and due_on >= due_days_come(before, Days(today, today))[0]
    ]
    return [*late[-1:], *(ToCome(day, before) for day, before in days if day >= max(noted, today))]


class Upcoming:
    """What a company's people will get in the next days, if nobody completes and nothing changes until then.

    `assignments` are the open ones that are asked about, of one company. `at` is an aware instant.
    """

    def __init__(self, assignments: AssignmentQuerySet, *, company: Company, at: datetime) -> None:
        self._to_do = assignments.open().not_completed().in_scope().filter(company=company)
        self._plan = ReminderRule.objects.plan_of(company.pk)
        self._days = days_in(company.zone, at)
        self.last_day = shifted(self._days.today, DAYS_AHEAD)

    def to_learners(self) -> QuerySet[Any, Any]:
        """One row per message: `on`, `days_before`, the learner, the certification; by day and name. One query."""
        parts = [part.values(*_SHOWN) for part in self._parts(self._plan.learner)]
        if not parts:
            return self._to_do.none().values()
        return parts[0].union(*parts[1:], all=True).order_by("on", "learner__first_name", "learner__last_name", "pk")

    def to_managers(self) -> list[dict[str, Any]]:
        """One row per message: `on`, the manager, and how many people become overdue for it; by day and name."""
        found: Counter[tuple[Any, ...]] = Counter()
        for part in self._parts(self._plan.manager):
            managed = part.filter(learner__reports_to__status=User.Status.ACTIVE)
            for row in managed.values_list("on", *_MANAGER).annotate(people=Count("learner", distinct=True)):
                found[row[:-1]] += row[-1]
        names = ("on", "pk", "first_name", "last_name")
        ordered = sorted(found.items(), key=lambda item: (item[0][0], item[0][2], item[0][3], item[0][1]))
        return [dict(zip(names, key, strict=True)) | {"people": people} for key, people in ordered]

    def per_day(self) -> list[tuple[date, int]]:
        """How many messages learners get on each of the days on which there are any."""
        found: Counter[date] = Counter()
        for part in self._parts(self._plan.learner):
            found.update(dict(part.order_by().values_list("on").annotate(Count("pk"))))
        return sorted((+found).items())  # the database counts none where all rows have one day

    def _parts(self, occasions: tuple[int, ...]) -> Iterator[QuerySet[Any, Any]]:
        """For each occasion those that have it ahead, and those that get it with the next sweep."""
        for before in occasions:
            days = (shifted(self._days.reminded, before + 1), shifted(self.last_day, before))
            ahead = self._to_do.filter(due_on__range=days, next_reminder_on__lte=day_of(before))
            yield ahead.annotate(on=Cast(day_of(before), DateField()), days_before=Value(before, IntegerField()))
        for span in spans(occasions, self._days.reminded):
            # The day that is noted, too, since an index knows it: there are few or none.
            come = self._to_do.filter(next_reminder_on__lte=self._days.reminded)
            due = come.filter(has_come(span.passed, self._days), due_on__range=(span.first, span.last))
            today = Value(self._days.today, DateField())
            yield due.annotate(on=today, days_before=Value(span.passed, IntegerField()))


_SHOWN = (
    "on",
    "days_before",
    "pk",
    "due_on",
    "learner",
    "learner__first_name",
    "learner__last_name",
    "learner__email",
    "certification__slug",
    "certification__title",
)
_MANAGER = ("learner__reports_to", "learner__reports_to__first_name", "learner__reports_to__last_name")
