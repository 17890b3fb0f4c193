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
from assignments.forms import UNREADABLE, PressForm
from assignments.models import Operation

from .operations import is_out_of_scope, operations_of, scope_of, taken_back_in

#: Who stays as they are, by name; the others are a number.
SHOWN = 100


@page_of(TEAM_ASSIGNMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: PersonRequest, op_id: uuid.UUID) -> HttpResponse:
    operation = get_object_or_404(operations_of(request.user), op_id=op_id)
    if request.method != "POST":
        return _show(request, operation)
    form = PressForm(request.POST)
    if not form.is_valid():
        return _show(request, operation, why=UNREADABLE)
    try:
        taking = services.take_back(
            by=request.user, operation=operation, op_id=form.cleaned_data["op_id"], at=request.at
        )
    except RefusedOperation as refusal:
        return _show(request, operation, why=str(refusal))
    return redirect("team-operation", taking.op_id)


def _show(request: PersonRequest, operation: Operation, *, why: str = "") -> HttpResponse:
    """What would happen now; `why` nothing happened."""
    taking = taken_back_in(operation)
    is_gone = is_out_of_scope(operation, scope_of(request.user))
    is_open = operation.can_be_taken_back and taking is None and not is_gone
    rehearsal = services.rehearse_take_back(operation=operation, at=request.at) if is_open else None
    context: dict[str, Any] = {
        "operation": operation,
        "taken_back_in": taking,
        "is_out_of_scope": is_gone,
        "rehearsal": rehearsal,
        "shown": SHOWN,
        "form": PressForm.opened(),
        "why": why,
    }
    if rehearsal and operation.kind == Operation.Kind.CHANGE_DUE_DATE:
        context["told"] = services.told_by_taking_back(operation=operation, able=rehearsal.able, at=request.at)
    return render(request, "assignments/take_back.html", context, status=UNPROCESSABLE_ENTITY if why else 200)
