"""Who may open what: one area per row of the access table, one decorator for its pages.

Checked in this order, on every page and every POST: not logged in, the login page, by Django's middleware;
the plan too small, 404; the permission missing, 403; then the page itself answers 404 to an object of another
company, out of scope or unknown, all three alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from .models import Company, User

View = Callable[..., HttpResponseBase]


class PersonRequest(HttpRequest):
    """A request that `page_of` has let in: it is somebody of a company who asks.

    `at` is the one moment of all that is asked and said, in UTC, and `today` the company's day then.
    """

    user: User
    company: Company
    at: datetime
    today: date
    htmx: HtmxDetails


@dataclass(frozen=True)
class Area:
    """A part of the product that is open to some people of a company."""

    needs_plus: bool
    permits: Callable[[User], bool]

    def is_on_plan_of(self, user: User) -> bool:
        """Whether the company's plan has this area at all. An operator has no company, so never."""
        return user.company is not None and (user.company.is_plus or not self.needs_plus)

    def is_open_to(self, user: User) -> bool:
        return self.is_on_plan_of(user) and self.permits(user)


def is_manager(user: User) -> bool:
    """Whether anybody reports to them; one query."""
    return User.objects.filter(reports_to=user).exists()


OWN_PAGES = Area(needs_plus=False, permits=lambda user: True)
TEAM_ASSIGNMENTS = Area(needs_plus=True, permits=lambda user: user.can_manage_assignments)
REPORTS = Area(needs_plus=True, permits=lambda user: user.can_manage_reports or is_manager(user))


def page_of(area: Area) -> Callable[[View], View]:
    """Open a view to those whom `area` is open to, in the order that the module describes."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User) or not area.is_on_plan_of(user):
                raise Http404
            if not area.permits(user):
                raise PermissionDenied
            return view(_let_in(request, user), *args, **kwargs)

        return guarded

    return decorate


def _let_in(request: HttpRequest, user: User) -> PersonRequest:
    person_request = cast(PersonRequest, request)
    person_request.company = user.own_company
    person_request.at = timezone.now()
    person_request.today = person_request.company.day_at(person_request.at)
    return person_request
