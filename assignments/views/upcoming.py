"""Team Management → Assignments → Upcoming messages: what will be sent in the next days, by day and person."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from assignments.lists import SIZES, ListQuery
from assignments.models import Assignment, Learner
from assignments.upcoming import DAYS_AHEAD, Upcoming

from .lists import today_of


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def upcoming(request: PersonRequest) -> HttpResponse:
    query = ListQuery.of(request, {"on": ("on",)}, default="on")
    assignments = Assignment.objects.visible_to(request.user)
    if query.q:
        assignments = assignments.filter(learner__in=Learner.objects.visible_to(request.user).matching(query.q))
    messages = Upcoming(assignments, company=request.company, at=timezone.now())
    per_day = messages.per_day()
    paginator = Paginator(messages.to_learners(), query.size if query.size in SIZES else SIZES[0])
    paginator.count = sum(count for _, count in per_day)
    context = {
        "q": query.q,
        "page_obj": paginator.get_page(query.page),
        "per_day": per_day,
        "most": max((count for _, count in per_day), default=0),
        "managers": messages.to_managers(),
        "days_ahead": DAYS_AHEAD,
        "today": today_of(request),
    }
    return render(request, "assignments/upcoming.html", context)
