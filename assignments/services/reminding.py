"""Queue the reminders whose moment has come: idempotent, late-tolerant, any number of sweeps at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import Company
from accounts.querysets import one_of
from assignments import notices
from assignments.models import Assignment
from assignments.querysets import AssignmentQuerySet
from assignments.reminders import reminded_day

BATCH = 5_000

Days = tuple[date, date]  # the latest local day whose reminders are due, and the local day it is


def queue_reminders(*, at: datetime) -> int:
    """Promise every reminder whose moment is not after the aware instant `at`. Returns how many.

    Open assignments of Plus companies, not completed, the due day not past; once per assignment and
    due day, ever (domain: Messages). What was missed while the system was down is caught up once.
    """
    return sum(_queue_due(zones, days, at) for days, zones in _zones_by_days(at).items())


def _zones_by_days(at: datetime) -> dict[Days, list[str]]:
    """The time zones of all companies, by what day it is there: three groups at the most, usually two."""
    zones = defaultdict(list)
    for name in Company.objects.time_zones():
        zone = ZoneInfo(name)
        zones[reminded_day(zone, at), at.astimezone(zone).date()].append(name)
    return zones


def _queue_due(zones: Iterable[str], days: Days, at: datetime) -> int:
    companies = Company.objects.filter(time_zone__in=zones, plan=Company.Plan.PLUS)
    due = Assignment.objects.open().in_scope().filter(next_reminder_on__lte=days[0], company__in=companies.values("pk"))
    queued = 0
    while True:
        with transaction.atomic():
            batch = _locked(due)
            if not batch:
                return queued
            queued += _queue(Assignment.objects.filter(pk__in=one_of(batch)), today=days[1], at=at)


def _locked(due: AssignmentQuerySet) -> list[int]:
    """Some of the due ones; those that another sweep or a press holds are left to the next sweep."""
    rows = due.order_by("pk").select_for_update(no_key=True, skip_locked=True, of=("self",))
    return list(rows.values_list("pk", flat=True)[:BATCH])


def _queue(batch: AssignmentQuerySet, *, today: date, at: datetime) -> int:
    """Promise those that still make sense, and note for all of them that none is to come any more."""
    queued = notices.promise_reminders(batch.filter(due_on__gte=today).not_completed(), at=at)
    batch.update(next_reminder_on=None)
    return queued
