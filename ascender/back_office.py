"""The operators' pages: Django's own, behind our doors."""

from __future__ import annotations

from functools import wraps
from typing import Any
from urllib.parse import unquote

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator


class BackOffice(AdminSite):
    site_header = site_title = "Ascender back office"
    index_title = "Back office"
    enable_nav_sidebar = False

    # Django's own forms for logging in and for another password know no limits; ours do, and tell the owner.
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return secure_admin_login(super().login)(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return super().admin_view(_without_nul(view), cacheable)


def _without_nul(view: Any) -> Any:
    """Filters hand on to the database what an address says, and PostgreSQL takes no NUL in a text."""

    @wraps(view)
    def judged(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "\0" in unquote(request.META.get("QUERY_STRING", "")):
            raise BadRequest("a NUL in the address")
        return view(request, *args, **kwargs)

    return judged
