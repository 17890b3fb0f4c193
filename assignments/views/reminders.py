"""Team Management → Assignments → Reminders: on which days the company's people are written to."""

from __future__ import annotations

from http.client import UNPROCESSABLE_ENTITY

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from assignments import services
from assignments.errors import ChangedMeanwhile, RefusedOperation, RepeatedWithOtherContent
from assignments.forms import ReminderForm
from assignments.models import Assignment, Operation, ReminderRule

SENT_BEFORE = (
    "This form was sent before with other content: nothing was changed. Look at the reminders, then choose again."
)


@page_of(TEAM_ASSIGNMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: PersonRequest) -> HttpResponse:
    if request.method == "POST":
        return _change(request)
    return _show(request, ReminderForm.showing(ReminderRule.objects.plan_of(request.company.pk)))


def _change(request: PersonRequest) -> HttpResponse:
    form = ReminderForm(request.POST)
    if form.is_unreadable:
        return _show_present(request, form.unreadable)
    if not form.is_valid():
        return _show(request, form, status=UNPROCESSABLE_ENTITY)
    try:
        services.change_reminders(
            by=request.user,
            plan=form.plan,
            seen=form.cleaned_data["seen"],
            op_id=form.cleaned_data["op_id"],
            at=request.at,
        )
    except ChangedMeanwhile as refusal:
        return _show_present(request, str(refusal))
    except RepeatedWithOtherContent:  # the way back to the form after it was saved
        return _show_present(request, SENT_BEFORE)
    except RefusedOperation as refusal:
        form.add_error(None, str(refusal))
        return _show(request, form, status=UNPROCESSABLE_ENTITY)
    messages.success(request, _saved(_concerned(request)))
    return redirect("team-reminders")


def _show_present(request: PersonRequest, refusal: str) -> HttpResponse:
    """The plan of now in a form that can be saved, instead of the one that was refused."""
    present = ReminderForm.showing(ReminderRule.objects.plan_of(request.company.pk))
    return _show(request, present, refusal=refusal, status=UNPROCESSABLE_ENTITY)


def _saved(concerned: int) -> str:
    if not concerned:
        return "Saved."
    those = "1 open assignment that is" if concerned == 1 else f"{concerned:,} open assignments that are"
    has = "has" if concerned == 1 else "have"
    return f"Saved. From now on it applies to the {those} not complete and {has} a due date, too."


def _show(request: PersonRequest, form: ReminderForm, *, refusal: str = "", status: int = 200) -> HttpResponse:
    changes = Operation.objects.visible_to(request.user).filter(kind=Operation.Kind.CHANGE_REMINDERS)
    context = {
        "form": form,
        "refusal": refusal,
        "last_change": changes.select_related("made_by").newest_first().first(),
        "concerned": _concerned(request),
        "city": request.company.zone_city,
    }
    return render(request, "assignments/reminders.html", context, status=status)


def _concerned(request: PersonRequest) -> int:
    """How many assignments have reminders to come, or had some already."""
    return Assignment.objects.visible_to(request.user).open().filter(due_on__isnull=False).not_completed().count()
