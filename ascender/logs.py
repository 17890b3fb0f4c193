"""One line per event on stdout, each naming the request, the person and the company it belongs to."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse

log = logging.getLogger("ascender.requests")

REQUEST_ID_HEADER = "X-Request-ID"
ACCEPTABLE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
QUIET_PATHS = ("/livez", "/readyz")
# Whoever has the rest of such a link may do what it says: choose a password, say.
LINKS_THAT_PERMIT = re.compile(r"(/accounts/password/reset/key/|/accounts/confirm-email/|/notifications/off/)[^/\s]+")

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
_request_id: ContextVar[str] = ContextVar("request_id", default="-")


def note_task(task_id: str) -> None:
    """From here on, this thread's lines carry the id of a Celery task."""
    _request_id.set(task_id)


def forget_who_asks(**_: object) -> None:
    _request.set(None)
    _request_id.set("-")


# Not sooner: Django logs an answer of 400 and above when all middleware is through.
request_finished.connect(forget_who_asks)


class RequestLogMiddleware:
    """Gives each request an id (the proxy's, where it sends one), answers with it, and logs one line at the end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        _request.set(request)
        _request_id.set(_id_for(request))
        response = self.get_response(request)
        response[REQUEST_ID_HEADER] = _request_id.get()
        _log_answer(request, response, milliseconds=(time.perf_counter() - started) * 1000)
        return response


def _id_for(request: HttpRequest) -> str:
    given = request.headers.get(REQUEST_ID_HEADER, "")
    return given if ACCEPTABLE_REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _log_answer(request: HttpRequest, response: HttpResponse, *, milliseconds: float) -> None:
    level = logging.DEBUG if request.path in QUIET_PATHS else logging.INFO
    # The path without its query: what people search for is nobody's business here.
    log.log(level, "%s %s %s %.0f ms", request.method, request.path, response.status_code, milliseconds)


class WhoAskedFilter(logging.Filter):
    """Adds `request_id`, `person` and `company` to every record, without ever asking the database."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django keeps the user here once somebody has asked for it; asking ourselves could query, and log, and so on.
        user = getattr(_request.get(), "_cached_user", None)
        record.request_id = _request_id.get()
        record.person = getattr(user, "pk", None) or "-"
        record.company = getattr(user, "company_id", None) or "-"
        return True


class LineFormatter(logging.Formatter):
    """One event, one line: line breaks are written as `\\n`, so nobody can forge a line of ours.

    Links that permit something are cut short here, since Django and its traces write paths too.
    """

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s "
            "request=%(request_id)s person=%(person)s company=%(company)s %(message)s"
        )

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 (the standard library's name)
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record).replace("\r", "\\r").replace("\n", "\\n")
        return LINKS_THAT_PERMIT.sub(r"\1…", line)
