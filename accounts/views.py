"""A person's own two pages. What they hold is changed by the company's admin, or by the login library's forms."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .access import OWN_PAGES, PersonRequest, page_of


@page_of(OWN_PAGES)
@require_safe
def profile(request: PersonRequest) -> HttpResponse:
    return render(request, "accounts/profile.html", {"person": request.user})


@page_of(OWN_PAGES)
@require_safe
def account_settings(request: PersonRequest) -> HttpResponse:
    pending = EmailAddress.objects.get_new(request.user)
    return render(request, "accounts/settings.html", {"pending": pending})
