"""By what the people of each subtab are filtered. The day comes with the scope that a filter is asked in."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Q

from certifications.models import NOT_STARTED, STATUSES

from . import notices
from .filters import Column, Facet, Managers, Scope
from .models import Assignment
from .querysets import REASONS, is_overdue

#: ?delivery=failed
NOT_REACHED = "failed"
EMAIL = {NOT_REACHED: "Did not get the email", "off": "Has switched reminders off"}
DUE = {"none": "No due date", "week": "This week", "overdue": "Overdue"}
#: ?reason=… → the annotation of `with_reasons`
_REASONS = {"waiting": "is_waiting", "training": "lacks_training", "enrollment": "lacks_enrollment"}


def _has_status(status: str, scope: Scope) -> Q:
    return Q(status__isnull=True) if status == NOT_STARTED else Q(status=status)


def _is_due(when: str, scope: Scope) -> Q:
    """This week is the one of the company's today, Monday to Sunday, over or not."""
    if when == "none":
        return Q(due_on__isnull=True)
    if when == "overdue":
        return is_overdue(scope.on)
    monday = scope.on - timedelta(days=scope.on.weekday())
    return Q(due_on__range=(monday, monday + timedelta(days=6)))


def _is_due_between(first: date | None, last: date | None, scope: Scope) -> Q:
    return (Q(due_on__gte=first) if first else Q()) & (Q(due_on__lte=last) if last else Q())


def _has_emails(how: str, scope: Scope) -> Q:
    if how != NOT_REACHED:
        return Q(learner__in=notices.without_reminders())
    failed = notices.not_reached(Assignment.objects.open(), company=scope.company.pk)
    return Q(pk__in=failed.values("pk"))


def _has_reason(reason: str, scope: Scope) -> Q:
    return Q(**{_REASONS[reason]: True})


def _is_enrolled_between(first: date | None, last: date | None, scope: Scope) -> Q:
    """The first and the last day count whole, as the company's clock has them."""
    zone = scope.company.zone
    found = Q(enrolled_at__gte=datetime.combine(first, time.min, tzinfo=zone)) if first else Q()
    if last:
        found &= Q(enrolled_at__lt=datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone))
    return found


def _people(path: str, prefix: str) -> list[Facet]:
    return [
        Column("area", "Functional area", path=f"{prefix}functional_area"),
        Column("region", "Region", path=f"{prefix}region"),
        Column("title", "Title", path=f"{prefix}title"),
        Managers("manager", "Manager and below", path=path),
    ]


ASSIGNED = [
    Facet("status", "Status", STATUSES, _has_status),
    Facet("due", "Due Date", DUE, _is_due, _is_due_between),
    *_people("learner", "learner__"),
    Facet("delivery", "Email", EMAIL, _has_emails),
]
ELIGIBLE = [*_people("pk", ""), Facet("enrolled", "Fast Start since", days=_is_enrolled_between)]
NOT_ELIGIBLE = [
    Facet("reason", "Reason", {value: REASONS[name] for value, name in _REASONS.items()}, _has_reason),
    *_people("pk", ""),
]
