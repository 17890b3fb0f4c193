"""Enroll, as far as it is about assignments: what I am to do, by when, how far I am."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import OWN_PAGES, PersonRequest, page_of
from assignments.models import Assignment
from certifications.views import certification_page


@page_of(OWN_PAGES)
@require_safe
def enroll(request: PersonRequest) -> HttpResponse:
    return redirect("enroll-assignments")


@page_of(OWN_PAGES)
@require_safe
def my_assignments(request: PersonRequest) -> HttpResponse:
    assignments = list(Assignment.objects.for_learner(request.user))
    context = {
        "to_do": [assignment for assignment in assignments if assignment.completed_at is None],
        "completed": [assignment for assignment in assignments if assignment.completed_at is not None],
        "today": request.today,
    }
    return render(request, "assignments/my_assignments.html", context)


@page_of(OWN_PAGES)
@require_safe
def my_certification(request: PersonRequest, slug: str) -> HttpResponse:
    """The certification's page as the floor below makes it, with what is assigned of it."""
    page = certification_page(request.user, slug, just_completed=request.GET.get("completed", ""))
    mine = Assignment.objects.visible_to(request.user).of(request.user).open().select_related("assigned_by")
    page |= {"assignment": mine.filter(certification=page["certification"]).first(), "today": request.today}
    return render(request, "assignments/my_certification.html", page)
