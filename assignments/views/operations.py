"""What came of a press: numbers, who was skipped and why, how far the emails have got."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from assignments import notices
from assignments.models import Operation

from .lists import operations_of


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def operation_detail(request: PersonRequest, op_id: uuid.UUID) -> HttpResponse:
    operation = get_object_or_404(operations_of(request.user).pressed(), op_id=op_id)
    return render(request, "assignments/operation_detail.html", _result_of(operation))


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def operation_delivery(request: PersonRequest, op_id: uuid.UUID) -> HttpResponse:
    """The part of the result that changes while the emails go out."""
    operation = get_object_or_404(operations_of(request.user).pressed(), op_id=op_id)
    return render(request, "assignments/_operation_delivery.html", _result_of(operation))


def _result_of(operation: Operation) -> dict[str, Any]:
    return {"operation": operation, "delivery": notices.delivery_of(operation)}
