"""Team Management → Assignments → Messages to managers: what was sent to them, waits or failed, and why."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from assignments import notices
from assignments.lists import ListQuery
from assignments.models import Learner, ReminderRule
from notifications import services as post_office

#: ?delivery=failed
ALL, FAILED = "", "failed"


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def manager_messages(request: PersonRequest) -> HttpResponse:
    """All of them, or those that failed, the newest first; a search is for the managers."""
    query = ListQuery.of(request)
    people = Learner.objects.visible_to(request.user).matching(query.q)
    told = notices.messages_to_managers(people, company=request.company.pk)
    lists = {ALL: told, FAILED: told.failed()}
    counts = {name: found.count() for name, found in lists.items()}
    delivery = FAILED if request.GET.get("delivery") == FAILED else ALL
    shown = lists[delivery].newest().select_related("recipient")
    context = {
        "q": query.q,
        "delivery": delivery,
        "counts": list(counts.items()),
        "page_obj": query.paged(shown, count=counts[delivery]),
        "is_switched_on": bool(ReminderRule.objects.plan_of(request.company.pk).manager),
        "channel": post_office.channel_state(),
    }
    return render(request, "assignments/manager_messages.html", context)
