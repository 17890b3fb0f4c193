"""The message ledger: everything that one learner was told about one certification, and what is still to come."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from assignments import notices
from assignments.models import Assignment, Learner
from assignments.upcoming import messages_to_come

from .lists import counted_certification, today_of


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def learner_messages(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One section per assignment, the newest first; it survives unassigning."""
    certification = counted_certification(request, slug)
    learner = get_object_or_404(Learner.objects.visible_to(request.user), pk=pk)
    mine = Assignment.objects.visible_to(request.user).of(learner).filter(certification=certification)
    assignments = list(mine.select_related("assigned_by", "closed_by", "company").order_by("-assigned_at", "-pk"))
    if not assignments:
        raise Http404
    messages = notices.messages_by_assignment(assignments)
    to_come = messages_to_come(mine.open(), company=request.company, today=today_of(request))
    context = {
        "certification": certification,
        "person": learner,
        "sections": [(one, messages.get(one.pk, []), to_come.get(one.pk, [])) for one in assignments],
        "today": today_of(request),
    }
    return render(request, "assignments/message_ledger.html", context)
