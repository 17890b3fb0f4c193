"""Enroll → Assignments: what I am to do, by when, how far I am."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import OWN_PAGES, page_of

from ..models import Assignment
from .lists import today_of


@page_of(OWN_PAGES)
@require_safe
def enroll(request: HttpRequest) -> HttpResponse:
    return redirect("enroll-assignments")


@page_of(OWN_PAGES)
@require_safe
def my_assignments(request: HttpRequest) -> HttpResponse:
    mine = Assignment.objects.visible_to(request.user).of(request.user).open().with_progress()
    mine = mine.select_related("certification", "assigned_by").order_by(F("due_on").asc(nulls_last=True), "assigned_at")
    assignments = list(mine)
    context = {
        "to_do": [assignment for assignment in assignments if assignment.completed_at is None],
        "completed": [assignment for assignment in assignments if assignment.completed_at is not None],
        "today": today_of(request.user),
    }
    return render(request, "assignments/my_assignments.html", context)
