"""Take back: first what it would do and for whom not, then the press."""

from __future__ import annotations

import uuid
from http.client import UNPROCESSABLE_ENTITY
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from assignments import services
from assignments.errors import RefusedOperation
from assignments.forms import PressForm
from assignments.models import Operation

#: Who stays as they are, by name; the others are a number.
SHOWN = 100


@page_of(TEAM_ASSIGNMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: PersonRequest, op_id: uuid.UUID) -> HttpResponse:
    operation = _operation(request, op_id)
    if request.method != "POST":
        return _show(request, operation)
    form = PressForm(request.POST)
    if not form.is_valid():
        return _show(request, operation, why=form.unreadable)
    try:
        taking = services.take_back(
            by=request.user, operation=operation, op_id=form.cleaned_data["op_id"], at=request.at
        )
    except RefusedOperation as refusal:
        # Asked once more: somebody may have taken it back meanwhile.
        return _show(request, _operation(request, op_id), why=str(refusal))
    return redirect("team-operation", taking.op_id)


def _operation(request: PersonRequest, op_id: uuid.UUID) -> Operation:
    return get_object_or_404(Operation.objects.visible_to(request.user).for_result(), op_id=op_id)


def _show(request: PersonRequest, operation: Operation, *, why: str = "") -> HttpResponse:
    """What would happen now; `why` nothing happened."""
    rehearsal = services.rehearse_take_back(operation=operation, at=request.at) if operation.can_be_taken_back else None
    context: dict[str, Any] = {
        "operation": operation,
        "rehearsal": rehearsal,
        "shown": SHOWN,
        "form": PressForm.opened(),
        "why": why,
    }
    if rehearsal and operation.kind == Operation.Kind.CHANGE_DUE_DATE:
        context["told"] = services.told_by_taking_back(operation=operation, able=rehearsal.able, at=request.at)
    return render(request, "assignments/take_back.html", context, status=UNPROCESSABLE_ENTITY if why else 200)
