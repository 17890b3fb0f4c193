"""Team Management → Assignments → Command Series Certifications: the list, and the three subtabs."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from accounts.models import User
from assignments import facets, notices
from assignments.counts import certifications_with_counts, group_sizes
from assignments.filters import MOST_CHOSEN, Filters, Scope
from assignments.lists import ListQuery, SortKeys
from assignments.models import Assignment, Operation
from assignments.subtabs import TABS, Tab
from certifications.models import Certification
from certifications.querysets import steps_of
from notifications import services as post_office
from notifications.models import Notification

from .operations import delivery_of, my_date_instead

CERTIFICATION_KEYS: SortKeys = {
    "title": ("title",),
    "eligible": ("eligible_count",),
    "assigned": ("assigned_count",),
    "completed": ("completed_count",),
    "overdue": ("overdue_count",),
}


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def certification_list(request: PersonRequest) -> HttpResponse:
    query = ListQuery.of(request, CERTIFICATION_KEYS, default="title")
    certifications = certifications_with_counts(request.user, on=request.today)
    recent = Operation.objects.visible_to(request.user).about_a_selection().for_list().newest_first()
    context = {"certifications": query.sorted(certifications), "sort": query.sort, "recent": recent[:5]}
    return render(request, "assignments/certification_list.html", context)


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def certification_detail(request: PersonRequest, slug: str) -> HttpResponse:
    """The address of a certification leads to its first subtab."""
    certification = certification_of(request, slug)
    return redirect(TABS["assigned"].url(certification))


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def subtab(request: PersonRequest, slug: str, tab: str) -> HttpResponse:
    certification = certification_of(request, slug)
    return render(request, TABS[tab].template, subtab_context(request, certification, TABS[tab]))


def subtab_context(request: PersonRequest, certification: Certification, tab: Tab) -> dict[str, Any]:
    """Everything a subtab shows, the result of the last press included where the address names one."""
    query = ListQuery.of(request, tab.keys, default=tab.default_sort)
    filters = filters_of(request, tab, request.GET)
    rows: Any = tab.rows(request.user, certification, query.q)
    sizes = group_sizes(request.user, certification)
    tab_size: int = getattr(sizes, tab.size)
    page = query.paged(filters.narrow(rows), count=None if query.q or filters.in_force() else tab_size)
    if tab.shows_delivery:
        messages = notices.last_messages(page)
        for assignment in page:
            assignment.message = messages.get(assignment.pk)
    operation = _operation_on(request, certification)
    asked = [(each.name, each.value) for _, each in filters.in_force()]
    asks_who_failed = asked == [("delivery", facets.NOT_REACHED)]
    none_failed = asks_who_failed and not query.q and not page.object_list
    return {
        "certification": certification,
        "tabs": [(each, each.url(certification), getattr(sizes, each.size)) for each in TABS.values()],
        "sizes": sizes,
        "tab": tab,
        "tab_url": tab.url(certification),
        "q": query.q,
        "sort": query.sort,
        "page_obj": page,
        "tab_size": tab_size,
        "channel": post_office.channel_state(),
        "none_failed": none_failed,
        "emails_waiting": _emails_waiting(request.user, certification) if none_failed else 0,
        "today": request.today,
        "operation": operation,
        "delivery": operation and delivery_of(operation),
        "my_date_instead": operation and my_date_instead(operation, request.user),
    } | _shown_filters(request, filters, rows)


def _emails_waiting(user: User, certification: Certification) -> int:
    """How many emails about its open assignments are still to be sent."""
    opened = Assignment.objects.visible_to(user).open().filter(certification=certification)
    return Notification.objects.about(notices.about(opened)).unsettled().count()


def filters_of(request: PersonRequest, tab: Tab, given: QueryDict) -> Filters:
    """The filters of the subtab that an address has in force."""
    return Filters.of(given, tab.facets, Scope(request.company, request.today))


def _shown_filters(request: PersonRequest, filters: Filters, rows: QuerySet[Any]) -> dict[str, Any]:
    """The menus, the pills and where each leads when it is taken away."""
    in_force, opened = filters.in_force(), request.GET.get("open", "")
    pills = [(facet, each, _without(request.GET, (each.name, each.value))) for facet, each in in_force]
    return {
        "menus": filters.menus(rows, opened=opened),
        "opened": opened,
        "pills": pills,
        "cut": filters.cut,
        "most_chosen": MOST_CHOSEN,
        "clear_url": _without(request.GET, *((each.name, each.value) for _, each in in_force)),
        "shows_failed": facets.NOT_REACHED in filters.values_of("delivery"),
    }


def _without(given: QueryDict, *taken: tuple[str, str]) -> str:
    """The same list from its first page, without these values of its address."""
    gone = {"page", "open", "operation"}
    kept = [(name, value) for name, values in given.lists() for value in values if name not in gone]
    return "?" + urlencode([pair for pair in kept if pair not in taken])


def _operation_on(request: PersonRequest, certification: Certification) -> Operation | None:
    """The press of this certification that the address names, to show what came of it."""
    try:
        op_id = uuid.UUID(request.GET.get("operation", ""))
    except ValueError:
        return None
    found = Operation.objects.visible_to(request.user).for_result().about_a_selection()
    return found.filter(op_id=op_id, certification=certification).first()


def certification_of(request: PersonRequest, slug: str) -> Certification:
    """The certification in scope with its `steps_total`, or 404."""
    certifications = Certification.objects.visible_to(request.user).select_related("program")
    return get_object_or_404(certifications.annotate(steps_total=steps_of(OuterRef("pk"))), slug=slug)
