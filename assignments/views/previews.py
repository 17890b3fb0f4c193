"""Every email that an assignment would bring, as it would look for one learner, before anything is sent.

The page is a GET. What leads to it is a POST, since a selection may be too long for an address, and the
token of a form has no place in one.
"""

from __future__ import annotations

from http.client import UNPROCESSABLE_ENTITY
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from assignments import notices, previews
from assignments.boxes import selection_of
from assignments.errors import InvalidDueDate
from assignments.forms import PlanForm, PreviewForm, ticked
from assignments.models import Assignment, Learner, ReminderRule
from assignments.reminders import Plan, days_in
from certifications.models import Certification
from notifications.frames import framed

from .lists import certification_of


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def preview(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    return _page(request, _look(request, certification_of(request, slug), pk, request.GET))


@page_of(TEAM_ASSIGNMENTS)
@require_safe
@framed
def html_part(request: PersonRequest, slug: str, pk: int, which: str) -> str:
    """One of the emails, for its frame in the page."""
    for each in _look(request, certification_of(request, slug), pk, request.GET)["previews"]:
        if each.which == which:
            return str(each.html)
    raise Http404


@page_of(TEAM_ASSIGNMENTS)
def of_selection(request: PersonRequest, slug: str) -> HttpResponse:
    """From the Assign dialog, as it is filled in: leads to the emails to the first of the selected."""
    certification = certification_of(request, slug)
    eligible = reverse("team-certification-eligible", args=[slug])
    if request.method != "POST":  # reached by logging in again: back to the list
        return redirect(eligible)
    try:
        person = previews.first_eligible(request.user, certification, list(selection_of(ticked(request))))
    except ValidationError as error:
        return _nothing(request, error.messages[0], back=eligible)
    if person is None:
        return _nothing(request, "None of the selected people can be assigned now.", back=eligible)
    found = _look(request, certification, person.pk, request.POST)
    if found["form"] is None or found["form"].errors:
        return _page(request, found)
    typed = found["form"].cleaned_data
    return _lead(certification, person.pk, name=typed["name"], due_on=typed["due_on"] or "")


@page_of(TEAM_ASSIGNMENTS)
def of_plan(request: PersonRequest) -> HttpResponse:
    """From the reminders, as they are filled in: leads to the emails to somebody whom they concern."""
    reminders = reverse("team-reminders")
    if request.method != "POST":
        return redirect(reminders)
    form = PlanForm(request.POST)
    if not form.is_valid():
        return _nothing(request, " ".join(form.faults), back=reminders)
    example = previews.example_of(form.plan, user=request.user, today=request.today)
    if example is None:
        why = "Nobody is assigned or can be assigned yet, so there is nobody to show them for."
        return _nothing(request, why, back=reminders)
    asked = PlanForm.address_of(form.plan) | ({"due_on": example.due_on} if example.due_on else {})
    return _lead(example.certification, example.learner.pk, **asked)


def _look(request: PersonRequest, certification: Certification, pk: int, asked: QueryDict) -> dict[str, Any]:
    """Everything the page shows: the emails of the open assignment, else of one as it is asked for, if that can be."""
    person = get_object_or_404(previews.people(request.user, certification), pk=pk)
    saved = ReminderRule.objects.plan_of(request.company.pk)
    plan = PlanForm.asked(asked, saved=saved)
    assignment = previews.the_open_one(request.user, person, certification)
    form = None if assignment or person.reasons else _form(request, certification, asked, saved)
    emails: list[notices.Preview] = []
    if plan.is_valid():
        shown = assignment or (form and _as_if_assigned(request, person, certification, form, plan.plan))
        emails = notices.previews_of(shown, plan.plan, at=request.at) if shown else []
    return {
        "certification": certification,
        "person": person,
        "assignment": assignment,
        "form": form,
        "plan": plan,
        "is_plan_saved": plan.is_valid() and plan.plan == saved,
        "previews": emails,
    }


def _form(request: PersonRequest, certification: Certification, asked: QueryDict, plan: Plan) -> PreviewForm:
    form = PreviewForm({"name": certification.title} | asked.dict())
    form.say_when(days=days_in(request.company.zone, request.at), city=request.company.zone_city, plan=plan)
    return form


def _as_if_assigned(
    request: PersonRequest,
    person: Learner,
    certification: Certification,
    form: PreviewForm,
    plan: Plan,
) -> Assignment | None:
    if not form.is_valid():
        return None
    typed = {"name": form.cleaned_data["name"], "due_on": form.cleaned_data["due_on"]}
    try:
        return previews.as_if_assigned(person, certification, by=request.user, plan=plan, at=request.at, **typed)
    except InvalidDueDate as refusal:
        form.add_error("due_on", str(refusal))
        return None


def _page(request: PersonRequest, found: dict[str, Any]) -> HttpResponse:
    is_refused = found["plan"].errors or (found["form"] and found["form"].errors)
    return render(request, "assignments/preview.html", found, status=UNPROCESSABLE_ENTITY if is_refused else 200)


def _nothing(request: PersonRequest, why: str, *, back: str) -> HttpResponse:
    return render(request, "assignments/preview_nothing.html", {"why": why, "back": back}, status=UNPROCESSABLE_ENTITY)


def _lead(certification: Certification, pk: int, **asked: Any) -> HttpResponse:
    return redirect(f"{reverse('team-preview', args=[certification.slug, pk])}?{urlencode(asked)}")
