"""What a person is told when a request could not be answered."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

SECONDS_TO_RETRY = 5


def server_error(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After when the database is away, full or locked by somebody; 500 for what is our own fault.

    Django calls this while it handles the exception. Nothing has been written: the transaction is gone with it.
    """
    if not isinstance(sys.exception(), (OperationalError, InterfaceError)):
        return defaults.server_error(request)
    busy = render_to_string("503.html")
    return HttpResponse(busy, status=503, headers={"Retry-After": str(SECONDS_TO_RETRY)})
