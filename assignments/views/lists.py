"""Team Management → Assignments → Command Series Certifications: the list, and the three subtabs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from accounts.models import User
from assignments import notices
from assignments.lists import ListQuery, SortKeys
from assignments.models import Assignment, Learner, Operation
from assignments.querysets import REASONS, AssignmentQuerySet, OperationQuerySet, certifications_with_counts
from certifications.models import Certification
from notifications import services as post_office

#: ?delivery=failed
NOT_REACHED = "failed"
CERTIFICATION_KEYS: SortKeys = {
    "title": ("title",),
    "eligible": ("eligible_count",),
    "assigned": ("assigned_count",),
    "completed": ("completed_count",),
    "overdue": ("overdue_count",),
}


@dataclass(frozen=True)
class Tab:
    """One of the three groups of a certification. `rows` asks for it, `count` names its annotated size."""

    name: str
    label: str
    count: str
    keys: SortKeys
    default_sort: str
    rows: Callable[[User, Certification, str], QuerySet[Any]]
    shows_delivery: bool = False

    @property
    def template(self) -> str:
        return f"assignments/{self.name.replace('-', '_')}_list.html"

    def url(self, certification: Certification) -> str:
        return reverse(f"team-certification-{self.name}", args=[certification.slug])


def _assigned(user: User, certification: Certification, q: str) -> AssignmentQuerySet:
    rows = Assignment.objects.visible_to(user).open().filter(certification=certification)
    if q:
        rows = rows.filter(learner__in=Learner.objects.visible_to(user).matching(q).values("pk"))
    return rows.with_progress().select_related("learner", "assigned_by")


def _eligible(user: User, certification: Certification, q: str) -> QuerySet[Any]:
    people = Learner.objects.visible_to(user).matching(q).eligible_for(certification)
    return people.with_preparation(certification).select_related("reports_to")


def _not_eligible(user: User, certification: Certification, q: str) -> QuerySet[Any]:
    people = Learner.objects.visible_to(user).matching(q).not_eligible_for(certification)
    return people.with_preparation(certification).select_related("reports_to")


_PERSON: SortKeys = {
    "learner": ("first_name", "last_name"),
    "title": ("title",),
    "area": ("functional_area",),
    "region": ("region",),
    "manager": ("reports_to__first_name", "reports_to__last_name"),
    "trained": ("trained_on",),
}

TABS = {
    tab.name: tab
    for tab in [
        Tab(
            name="assigned",
            label="Assigned",
            count="assigned_count",
            keys={
                "learner": ("learner__first_name", "learner__last_name"),
                "name": ("name",),
                "due": ("due_on",),
                "progress": ("steps_done",),
                "status": ("completed_at", "started_at"),
                "assigned": ("assigned_at",),
            },
            default_sort="due",
            rows=_assigned,
            shows_delivery=True,
        ),
        Tab(
            name="eligible",
            label="Eligible for Assignment",
            count="eligible_count",
            keys={**_PERSON, "enrolled": ("enrolled_at",), "progress": ("steps_done",)},
            default_sort="learner",
            rows=_eligible,
        ),
        Tab(
            name="not-eligible",
            label="Not Eligible",
            count="not_eligible_count",
            keys={**_PERSON, "reason": tuple(REASONS)},
            default_sort="learner",
            rows=_not_eligible,
        ),
    ]
}


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def certification_list(request: PersonRequest) -> HttpResponse:
    query = ListQuery.of(request, CERTIFICATION_KEYS, default="title")
    certifications = certifications_with_counts(request.user, on=today_of(request))
    recent = Operation.objects.visible_to(request.user).pressed().select_related("made_by", "certification")[:5]
    context = {"certifications": query.sorted(certifications), "sort": query.sort, "recent": recent}
    return render(request, "assignments/certification_list.html", context)


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def certification_detail(request: PersonRequest, slug: str) -> HttpResponse:
    """The address of a certification leads to its first subtab."""
    certification = counted_certification(request, slug)
    return redirect(TABS["assigned"].url(certification))


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def subtab(request: PersonRequest, slug: str, tab: str) -> HttpResponse:
    certification = counted_certification(request, slug)
    return render(request, TABS[tab].template, subtab_context(request, certification, TABS[tab]))


def subtab_context(request: PersonRequest, certification: Certification, tab: Tab) -> dict[str, Any]:
    """Everything a subtab shows, the result of the last press included where the address names one."""
    query = ListQuery.of(request, tab.keys, default=tab.default_sort)
    rows: Any = tab.rows(request.user, certification, query.q)
    delivery = _delivery_filter(request, certification) if tab.shows_delivery else {}
    if delivery.get("chosen"):
        rows = notices.not_reached(rows, company=request.company.pk)
    page = query.paged(rows, count=None if query.q or delivery.get("chosen") else getattr(certification, tab.count))
    if tab.shows_delivery:
        messages = notices.last_messages(page)
        for assignment in page:
            assignment.message = messages.get(assignment.pk)
    operation = _operation_on(request, certification)
    return {
        "certification": certification,
        "tabs": [(each, each.url(certification), getattr(certification, each.count)) for each in TABS.values()],
        "tab": tab,
        "tab_url": tab.url(certification),
        "q": query.q,
        "sort": query.sort,
        "page_obj": page,
        "delivery_filter": delivery,
        "channel": post_office.channel_state(),
        "today": today_of(request),
        "operation": operation,
        "delivery": operation and notices.delivery_of(operation),
    }


def _delivery_filter(request: PersonRequest, certification: Certification) -> dict[str, Any]:
    """What the menu of the filter shows, with how many there are."""
    assigned = _assigned(request.user, certification, "")
    count = notices.not_reached(assigned, company=request.company.pk).count()
    return {
        "choices": [(NOT_REACHED, f"Did not get the email ({count:,})")],
        "chosen": [NOT_REACHED] if NOT_REACHED in request.GET.getlist("delivery") else [],
        "count": count,
    }


def _operation_on(request: PersonRequest, certification: Certification) -> Operation | None:
    """The press of this certification that the address names, to show what came of it."""
    try:
        op_id = uuid.UUID(request.GET.get("operation", ""))
    except ValueError:
        return None
    return operations_of(request.user).pressed().filter(op_id=op_id, certification=certification).first()


def counted_certification(request: PersonRequest, slug: str) -> Certification:
    """The certification in scope with the sizes of its groups, or 404."""
    found = certifications_with_counts(request.user, on=today_of(request)).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def operations_of(user: User) -> OperationQuerySet:
    """The company's operations, with what their result shows."""
    return Operation.objects.visible_to(user).select_related("company", "certification__program", "made_by")


def today_of(request: PersonRequest) -> date:
    """The day it is where the reader's company is."""
    return request.company.day_at(timezone.now())
