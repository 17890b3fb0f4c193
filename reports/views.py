"""Home, and the Certification Progress report on screen and as a file."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import OWN_PAGES, REPORTS, TEAM_ASSIGNMENTS, PersonRequest, page_of
from accounts.models import User
from assignments.counts import certifications_to_look_after
from assignments.lists import ListQuery, in_force
from assignments.spreadsheets import ROWS_AT_ONCE, download
from certifications.models import Certification
from notifications import services as post_office

from .columns import COLUMNS, SORT_KEYS
from .export import progress_lines
from .filters import ProgressFilter
from .querysets import (
    ProgressQuerySet,
    begun_beside_assignments,
    behind,
    next_assignments,
    progress_of,
    unreached,
    unreached_managers,
)

#: The page counts and shows no more: a company of 100,000 people has 300,000, and nobody turns 400 pages.
MOST_ROWS = 10_000
#: Assignments on Home; Enroll has them all.
NEXT = 5


@dataclass(frozen=True)
class _Asked:
    """What an address asks of the report, and what its reader may see of that."""

    query: ListQuery
    filter: ProgressFilter
    found: ProgressQuerySet

    @classmethod
    def by(cls, request: PersonRequest) -> _Asked:
        user = request.user
        query = ListQuery.of(request, SORT_KEYS, default="first_name")
        filters = ProgressFilter.of(request.GET, certifications=Certification.objects.visible_to(user))
        found = filters.found_in(progress_of(user), on=request.today).matching(query.q)
        return cls(query, filters, found)


@page_of(REPORTS)
@require_safe
def certification_progress(request: PersonRequest) -> HttpResponse:
    asked = _Asked.by(request)
    context = {
        "q": asked.query.q,
        "sort": asked.query.sort,
        "page_obj": asked.query.paged(asked.found.rows(on=request.today), most=MOST_ROWS),
        "columns": COLUMNS,
        "menus": asked.filter.menus,
        "filter_count": in_force(asked.filter.menus),
        "kept": [(name, value) for name, values in request.GET.lists() for value in values],
        "today": request.today,
    }
    return render(request, "reports/certification_progress.html", context)


@page_of(REPORTS)
@require_safe
def certification_progress_csv(request: PersonRequest) -> HttpResponseBase:
    asked = _Asked.by(request)
    rows = asked.query.sorted(asked.found.rows(on=request.today)).iterator(chunk_size=ROWS_AT_ONCE)
    return download(progress_lines(rows, zone=request.company.zone), name=f"certification-progress-{request.today}.csv")


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """Each person's first page. An operator, who has no company's pages, is led to the back office."""
    if isinstance(request.user, User) and request.user.company_id is None:
        return redirect("admin:index")
    return _home_of_a_person(request)


@page_of(OWN_PAGES)
def _home_of_a_person(request: PersonRequest) -> HttpResponse:
    user, today = request.user, request.today
    may_assign = TEAM_ASSIGNMENTS.is_open_to(user)
    context = {
        "today": today,
        "assignments": next_assignments(user)[:NEXT],
        "begun": begun_beside_assignments(user),
        "certifications": certifications_to_look_after(user, on=today) if may_assign else None,
        "channel": post_office.channel_state() if may_assign else None,
        "unreached": unreached(user) if may_assign else None,
        "unreached_managers": unreached_managers(user, at=request.at) if may_assign else 0,
        "behind": behind(user, on=today) if REPORTS.is_open_to(user) else None,
    }
    return render(request, "reports/home.html", context)
