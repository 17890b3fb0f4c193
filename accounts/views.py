"""A person's own two pages. What they hold is changed by the company's admin, or by the login library's forms."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .access import OWN_PAGES, page_of
from .models import User

PERMISSIONS = ("can_manage_users", "can_manage_assignments", "can_manage_reports")


@page_of(OWN_PAGES)
@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    granted = [User._meta.get_field(name) for name in PERMISSIONS if getattr(request.user, name)]
    return render(request, "accounts/profile.html", {"person": request.user, "permissions": granted})


@page_of(OWN_PAGES)
@require_safe
def account_settings(request: HttpRequest) -> HttpResponse:
    pending = EmailAddress.objects.get_new(request.user)
    return render(request, "accounts/settings.html", {"pending": pending})
