"""The message ledger: everything that one learner was told about one certification, and what is still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from assignments import notices
from assignments.models import Assignment, Learner
from assignments.upcoming import ToCome, messages_to_come
from notifications import services as post_office
from notifications.models import Notification

from .lists import counted_certification, today_of


@dataclass(frozen=True)
class Section:
    """One assignment, what was said of it and what is still to come."""

    assignment: Assignment
    messages: Sequence[Notification]
    to_come: Sequence[ToCome]

    @property
    def has_failed(self) -> bool:
        """Whether there is something to send again."""
        failed = Notification.State.FAILED
        return self.assignment.closed_at is None and any(message.state == failed for message in self.messages)


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def learner_messages(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One section per assignment, the newest first; it survives unassigning."""
    certification = counted_certification(request, slug)
    learner = get_object_or_404(Learner.objects.visible_to(request.user), pk=pk)
    mine = Assignment.objects.visible_to(request.user).of(learner).filter(certification=certification)
    shown = mine.with_progress().select_related("assigned_by", "closed_by", "company")
    assignments = list(shown.order_by("-assigned_at", "-pk"))
    if not assignments:
        raise Http404
    messages = notices.messages_by_assignment(assignments)
    to_come = messages_to_come(mine.open(), company=request.company, today=today_of(request))
    context = {
        "certification": certification,
        "person": learner,
        "sections": [Section(one, messages.get(one.pk, []), to_come.get(one.pk, [])) for one in assignments],
        "channel": post_office.channel_state(),
        "today": today_of(request),
    }
    return render(request, "assignments/message_ledger.html", context)
