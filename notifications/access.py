"""Who may open the bell's pages: every person of a company, each their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]


def page_of_a_company(view: View) -> View:
    """An operator, who belongs to no company: 404. Who is not logged in comes no further than the middleware.

    The post office is the lowest floor, and knows neither plans nor permissions; its pages need none.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request.user, "company_id", None) is None:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def reader(request: HttpRequest) -> AbstractBaseUser:
    """Whose bell it is; the guard has let nobody else in."""
    return cast(AbstractBaseUser, request.user)
