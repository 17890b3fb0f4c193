"""Enroll, as far as it is about learning: what is open to me, how far I am, what is missing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import OWN_PAGES, PersonRequest, page_of
from accounts.lost_presses import say_that_nothing_was_changed
from accounts.models import User

from . import services
from .errors import StepNotOpen
from .models import Certification, CertificationEnrollment, FastStartProgram

COMPLETED = CertificationEnrollment.Status.COMPLETED


@page_of(OWN_PAGES)
@require_safe
def certification_list(request: PersonRequest) -> HttpResponse:
    mine: list[Any] = list(
        Certification.objects.visible_to(request.user).with_standing_of(request.user).select_related("program")
    )
    groups = {
        "to_do": [each for each in mine if each.is_open and each.status != COMPLETED],
        "completed": [each for each in mine if each.status == COMPLETED],
        "not_open": [each for each in mine if not each.is_open],
    }
    return render(request, "certifications/certification_list.html", groups)


def certification_page(user: User, slug: str, *, just_completed: str = "") -> dict[str, Any]:
    """What the certification's page shows to one learner; the floor above adds what is assigned of it."""
    visible = Certification.objects.visible_to(user).with_standing_of(user).select_related("program")
    certification: Any = get_object_or_404(visible, slug=slug)
    steps: list[Any] = list(certification.steps.with_completion_by(user).order_by("position"))
    left = certification.steps_total - certification.steps_done
    done = [step for step in steps if step.completed_at]
    return {
        "certification": certification,
        "steps": steps,
        "next_step": next((step for step in steps if certification.is_open and not step.completed_at), None),
        "just_completed": next((step for step in done if str(step.pk) == just_completed), None),
        # The one that completed it: an older page may be opened again, and steps may be added afterwards.
        "last_completed": None if left else max(done, key=lambda step: step.completed_at, default=None),
        "steps_left": left,
    }


@page_of(OWN_PAGES)
@require_http_methods(["GET", "HEAD", "POST"])
def step_complete(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    certification = get_object_or_404(Certification.objects.visible_to(request.user), slug=slug)
    step = get_object_or_404(certification.steps.select_related("certification__program"), pk=pk)
    page = reverse("enroll-certification", args=[slug])
    if request.method != "POST":  # reached by logging in again: back to the steps
        say_that_nothing_was_changed(request)
        return redirect(page)
    try:
        services.complete_step(person=request.user, step=step, at=request.at)
    except StepNotOpen as refusal:
        messages.error(request, str(refusal))
        return redirect(page)
    return redirect(f"{page}?completed={step.pk}")


@page_of(OWN_PAGES)
@require_safe
def program_list(request: PersonRequest) -> HttpResponse:
    visible = FastStartProgram.objects.visible_to(request.user).with_certifications_for(request.user)
    programs: list[Any] = list(visible.with_standing_of(request.user))
    groups = {
        "mine": [program for program in programs if program.is_enrolled],
        "others": [program for program in programs if not program.is_enrolled],
    }
    return render(request, "certifications/program_list.html", groups)
