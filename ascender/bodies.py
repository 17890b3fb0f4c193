"""How much of a request is read at all."""

from __future__ import annotations

from collections.abc import Callable
from http.client import REQUEST_ENTITY_TOO_LARGE

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from assignments.tables import MOST_BYTES

#: Bytes of a body: the largest file, and what its form says around it.
MOST_SENT = MOST_BYTES + 1_000_000


class BoundedBodyMiddleware:
    """Refuses what is too large by the length that it says it has; before all that looks into a form.

    A form is read for its token before anything asks who sends it, and a file in it is written to the disk while it
    is read. Of a body that says no length nothing is ever read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            raise BadRequest("a length that is no number") from None
        if length <= MOST_SENT:
            return self.get_response(request)
        page = render_to_string("413.html", {"megabytes": MOST_BYTES // 1_000_000})
        return HttpResponse(page, status=REQUEST_ENTITY_TOO_LARGE)
