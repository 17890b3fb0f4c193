"""Forms that are open stay good when somebody comes back by a link from elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

KEPT = "csrf"


class KeptCsrfMiddleware:
    """Remembers a session's CSRF secret; between the sessions and Django's own middleware for CSRF.

    The CSRF cookie is Strict, so a browser leaves it out for a link from another site, such as an email in
    webmail. Django would make a new secret then, and whatever is open in other tabs would be refused. Only for
    reading: what changes something needs the cookie itself. Noted with what is saved of the session anyway, such as
    the login, which makes the secret.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kept = request.session.get(KEPT)
        if kept and request.method == "GET":
            request.COOKIES.setdefault(settings.CSRF_COOKIE_NAME, kept)
        response = self.get_response(request)
        secret = request.META.get("CSRF_COOKIE")
        if secret and request.session.modified and request.user.is_authenticated:
            request.session[KEPT] = secret
        return response
