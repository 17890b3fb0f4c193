"""What every template may ask about the reader."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .access import REPORTS, TEAM_ASSIGNMENTS
from .models import User


def company_pages(request: HttpRequest) -> dict[str, object]:
    """`company_pages`: which of the company's areas the menu shows to this reader. Parts of pages have no menu."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    return {"company_pages": SimpleLazyObject(lambda: _open_to(user))}


def _open_to(user: User) -> dict[str, bool]:
    return {"team": TEAM_ASSIGNMENTS.is_open_to(user), "reports": REPORTS.is_open_to(user)}
