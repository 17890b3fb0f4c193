"""Assignments with their progress, and the plans of reminders."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Self

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from accounts.access import TEAM_ASSIGNMENTS
from accounts.models import User
from accounts.querysets import one_of
from assignments import models
from assignments.reminders import Plan
from certifications.models import CertificationEnrollment, CompanyCertification
from certifications.querysets import progress, steps_done, steps_of


class AssignmentQuerySet(QuerySet["models.Assignment"]):
    def visible_to(self, user: User) -> Self:
        """The company's for who may assign, their own among them; else the person's own. Of certifications in scope."""
        is_all = TEAM_ASSIGNMENTS.is_open_to(user)
        return (self.filter(company=user.company_id) if is_all else self.filter(learner=user.pk)).in_scope()

    def in_scope(self) -> Self:
        return self.filter(is_in_scope())

    def with_scope(self) -> Self:
        """Annotates `is_in_scope`: whether the certification still exists for the company."""
        return self.annotate(is_in_scope=is_in_scope())

    def of(self, learner: User) -> Self:
        return self.filter(learner=learner.pk)

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def completed(self) -> Self:
        return self.filter(_is_completed())

    def not_completed(self) -> Self:
        return self.exclude(_is_completed())

    def for_learner(self, learner: User) -> Self:
        """The person's own open ones as they read them: with their progress, the next due first."""
        mine = self.visible_to(learner).of(learner).open().with_progress()
        return mine.select_related("certification", "assigned_by").order_by(
            F("due_on").asc(nulls_last=True), "assigned_at"
        )

    def without_successor(self) -> Self:
        """Those after which their learner was not assigned to the same certification once more."""
        own = {"learner": OuterRef("learner"), "certification": OuterRef("certification")}
        return self.filter(~Exists(models.Assignment.objects.filter(**own, pk__gt=OuterRef("pk"))))

    def selected(self, ids: Collection[int], *, company: int, certification: int | None) -> Self:
        """Those of these ids that are the company's and of that certification: all others are unknown."""
        return self.filter(company=company, certification=certification, pk__in=one_of(ids))

    def overdue(self, *, on: date) -> Self:
        """Open ones whose due day is before `on`, the company's local day, and that are not completed."""
        return self.open().filter(is_overdue(on))

    def with_progress(self) -> Self:
        """Annotates `status` (NULL: Not started), `started_at`, `completed_at`, `steps_done`, `steps_total`."""
        return self.annotate(**_progress())

    def locked(self) -> Self:
        """Holds the rows to the end of the transaction. All who hold several take them in this one order."""
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))


def is_overdue(on: date) -> Q:
    """Of an open assignment."""
    return Q(due_on__lt=on) & ~Q(_is_completed())


# Composed once each, since most pages ask for them and they are the same for everybody: composing the question for one
# person takes Django longer than PostgreSQL takes to answer it.


@cache
def is_in_scope() -> Exists:
    """Of a row with a company and a certification: whether the certification exists for the company."""
    own = {"company": OuterRef("company"), "certification": OuterRef("certification")}
    return Exists(CompanyCertification.objects.filter(**own))


@cache
def _is_completed() -> Exists:
    completed = CertificationEnrollment.objects.completed()
    return Exists(completed.filter(user=OuterRef("learner"), certification=OuterRef("certification")))


@cache
def _progress() -> dict[str, Combinable]:
    own = {"person": OuterRef("learner"), "certification": OuterRef("certification")}
    return {
        "status": progress("status", **own),
        "started_at": progress("started_at", **own),
        "completed_at": progress("completed_at", **own),
        "steps_done": steps_done(**own),
        "steps_total": steps_of(OuterRef("certification")),
    }


class ReminderRuleQuerySet(QuerySet["models.ReminderRule"]):
    def plan_of(self, company: int) -> Plan:
        """The company's plan; one query."""
        return self.plans_of([company])[company]

    def plans_of(self, companies: Collection[int]) -> dict[int, Plan]:
        """The plan of each of these companies, by its id; one query."""
        chosen: dict[int, dict[str, list[int]]] = {}
        for rule in self.filter(company__in=one_of(companies)).order_by("-days_before"):
            days = chosen.setdefault(rule.company_id, {"learner": [], "manager": []})
            days[rule.audience].append(rule.days_before)
        return {
            company: Plan(**{audience: tuple(days) for audience, days in chosen[company].items()})
            if company in chosen
            else Plan()
            for company in companies
        }
