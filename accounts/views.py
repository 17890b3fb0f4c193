"""A person's own two pages. What they hold is changed by an operator, or by the login library's forms; which emails
they get, by themselves.
"""

from __future__ import annotations

from http.client import UNPROCESSABLE_ENTITY

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from notifications import services as post_office
from notifications.switches import switches_of

from .access import OWN_PAGES, PersonRequest, page_of
from .forms import EmailsForm


@page_of(OWN_PAGES)
@require_safe
def profile(request: PersonRequest) -> HttpResponse:
    return render(request, "accounts/profile.html", {"person": request.user})


@page_of(OWN_PAGES)
@require_http_methods(["GET", "HEAD", "POST"])
def account_settings(request: PersonRequest) -> HttpResponse:
    person = request.user
    form = EmailsForm(request.POST if request.method == "POST" else None, switches=switches_of(person))
    if form.is_valid():
        post_office.switch_emails(person=person, off=form.unwanted, on=form.cleaned_data["wanted"], at=request.at)
        messages.success(request, "Saved. It counts from the next email on.")
        return redirect("account-settings")
    context = {"form": form, "pending": EmailAddress.objects.get_new(person)}
    return render(request, "accounts/settings.html", context, status=UNPROCESSABLE_ENTITY if form.is_bound else 200)
