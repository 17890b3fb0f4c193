"""Team Management → Assignments → Upcoming messages: what will be sent in the next days, by day and person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from assignments.lists import ListQuery
from assignments.models import Assignment, Learner
from assignments.upcoming import DAYS_AHEAD, Upcoming

#: ?to=managers
LEARNERS, MANAGERS = "learners", "managers"


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def upcoming(request: PersonRequest) -> HttpResponse:
    """Two lists, to learners and to managers; a search is for the names of those who get something."""
    query = ListQuery.of(request)
    to = MANAGERS if request.GET.get("to") == MANAGERS else LEARNERS
    learners, managers = _to_learners(request, query.q), _to_managers(request, query.q)
    per_day = {LEARNERS: dict(learners.per_day()), MANAGERS: Counter(row["on"] for row in managers)}
    rows: Any = {LEARNERS: learners.to_learners(), MANAGERS: managers}[to]
    page = query.paged(rows, count=sum(per_day[to].values()))
    context = {
        "q": query.q,
        "to": to,
        "counts": [(name, sum(found.values())) for name, found in per_day.items()],
        "page_obj": page,
        "per_day": sorted(per_day[to].items()),
        "days": list(_by_day(page, per_day[to])),
        "days_ahead": DAYS_AHEAD,
        "city": request.company.zone_city,
        "today": request.today,
    }
    return render(request, "assignments/upcoming.html", context)


def _to_learners(request: PersonRequest, q: str) -> Upcoming:
    assignments = Assignment.objects.visible_to(request.user)
    if q:
        assignments = assignments.filter(learner__in=Learner.objects.visible_to(request.user).matching(q))
    return Upcoming(assignments, company=request.company, at=request.at)


def _to_managers(request: PersonRequest, q: str) -> list[dict[str, Any]]:
    everything = Upcoming(Assignment.objects.visible_to(request.user), company=request.company, at=request.at)
    rows = everything.to_managers()
    if not q or not rows:
        return rows
    matching = set(Learner.objects.visible_to(request.user).matching(q).values_list("pk", flat=True))
    return [row for row in rows if row["pk"] in matching]


def _by_day(
    rows: Iterable[dict[str, Any]], per_day: dict[date, int]
) -> Iterator[tuple[date, int, list[dict[str, Any]]]]:
    """The rows of a page by their day, with how many there are on that day on all pages together."""
    for on, of_the_day in groupby(rows, key=lambda row: row["on"]):
        yield on, per_day.get(on, 0), list(of_the_day)
