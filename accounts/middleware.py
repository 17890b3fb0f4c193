"""What holds for every answer to somebody who is logged in."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from .models import User


class CompanyTimeZoneMiddleware:
    """Every instant on a page is shown in the time zone of the reader's company."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or user.company is None:
            return self.get_response(request)
        with timezone.override(user.company.zone):
            return self.get_response(request)


class NothingIsKeptMiddleware:
    """Browsers keep no page of anybody's: after logging out of a shared computer, Back shows nobody's names.

    Behind the middleware that asks who it is, so that it is known here even when the database has gone since.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True, private=True)
        return response
