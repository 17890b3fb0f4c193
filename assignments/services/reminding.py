"""Queue the reminders whose moment has come: idempotent, late-tolerant, any number of sweeps at once."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import F

from accounts.models import Company
from accounts.querysets import CompanyQuerySet, one_of
from assignments import notices
from assignments.models import Assignment, ReminderRule
from assignments.querysets import AssignmentQuerySet, has_come, next_occasion
from assignments.reminders import (
    DAYS_CAUGHT_UP,
    MOST_DAYS_AFTER,
    MOST_DAYS_BEFORE,
    Days,
    Plan,
    days_in,
    shifted,
    spans,
)
from notifications import failpoints

logger = logging.getLogger(__name__)

BATCH = 5_000


def queue_reminders(*, at: datetime) -> int:
    """Promise every reminder whose moment is not after the aware instant `at`. Returns how many.

    Open assignments of Plus companies, not completed; once per assignment, due day and day of the
    company's plan, ever. What was missed while the system was down is caught up once: of several
    missed ones only the last, a reminder not after the due day.
    """
    plus = Company.objects.on_plus()
    return sum(_queue_due(plus.filter(time_zone__in=zones), days, at) for days, zones in _zones_by_days(at).items())


def queue_reminders_of(company: Company, *, at: datetime) -> int:
    """The same for one company."""
    only = Company.objects.on_plus().filter(pk=company.pk)
    return _queue_due(only, days_in(company.zone, at), at)


def _zones_by_days(at: datetime) -> dict[Days, list[str]]:
    """The time zones of all companies, by what day it is there: three groups at the most, usually two."""
    zones = defaultdict(list)
    for name in Company.objects.time_zones():
        try:
            zones[days_in(ZoneInfo(name), at)].append(name)
        except ZoneInfoNotFoundError:  # known where the company was saved, and not here: the others go on
            logger.exception("No reminders for companies in %s: this machine does not know that time zone.", name)
    return zones


def _queue_due(companies: CompanyQuerySet, days: Days, at: datetime) -> int:
    # What nobody is written to any more, whatever is caught up: the rows of companies that have left Plus, and of
    # certifications out of scope, would be read again in each sweep for ever.
    oldest = shifted(days.reminded, -MOST_DAYS_BEFORE - MOST_DAYS_AFTER - DAYS_CAUGHT_UP - 1)
    coming = Assignment.objects.filter(next_reminder_on__range=(oldest, days.reminded))
    due = coming.open().in_scope().filter(company__in=companies.values("pk"))
    queued = 0
    while True:
        with transaction.atomic():
            batch = _locked(due)
            if not batch:
                return queued
            queued += _queue(Assignment.objects.filter(pk__in=one_of(batch)), days, at)
            failpoints.reach("queued")


def _locked(due: AssignmentQuerySet) -> list[int]:
    """Some of the due ones; those that another sweep or a press holds are left to the next sweep.

    In no order: nobody is waited for, and sorting would read all that are due for each batch.
    """
    rows = due.order_by().select_for_update(no_key=True, skip_locked=True, of=("self",))
    return list(rows.values_list("pk", flat=True)[:BATCH])


def _queue(batch: AssignmentQuerySet, days: Days, at: datetime) -> int:
    """Promise what still makes sense, and note for each of them which occasion is the next."""
    queued = 0
    for plan, assignments in _by_plan(batch):
        to_do = assignments.not_completed()
        queued += _promise_to_learners(to_do, plan, days, at)
        queued += _promise_to_managers(to_do, plan, days, at)
        assignments.update(next_reminder_on=next_occasion(plan, F("due_on"), after=days.reminded))
    return queued


def _by_plan(batch: AssignmentQuerySet) -> Iterator[tuple[Plan, AssignmentQuerySet]]:
    """Read when the rows are locked: whoever changes a plan waits for them, and then has the last word.

    Sorted, since two sweeps that write to the same managers would otherwise wait for each other for ever.
    """
    companies = defaultdict(list)
    present = set(batch.order_by().values_list("company", flat=True).distinct())
    for company, plan in ReminderRule.objects.plans_of(present).items():
        companies[plan].append(company)
    return ((plan, batch.filter(company__in=one_of(companies[plan]))) for plan in sorted(companies))


def _promise_to_learners(assignments: AssignmentQuerySet, plan: Plan, days: Days, at: datetime) -> int:
    """Of the days that have come since the last sweep only the last one is written about."""
    return sum(
        notices.promise_reminders(
            assignments.filter(has_come(span.passed, days), due_on__range=(span.first, span.last)),
            days_before=span.passed,
            at=at,
        )
        for span in spans(plan.learner, days.reminded)
    )


def _promise_to_managers(assignments: AssignmentQuerySet, plan: Plan, days: Days, at: datetime) -> int:
    """One message names all who are late by the end of that day, so it is enough that the day of one of them has come.

    By `today`, and not by the last day whose reminder moment has passed: what is caught up in the small hours is the
    one message of that day, and those whose day it is would not be named in any.
    """
    if not plan.manager:
        return 0
    any_has_come = reduce(or_, (has_come(days_before, days) for days_before in plan.manager))
    due_by = plan.due_by(days.today)
    return notices.promise_team_overdue(assignments.filter(any_has_come), today=days.today, due_by=due_by, at=at)
