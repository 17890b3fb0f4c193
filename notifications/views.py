"""The bell's pages: the full list, opening one, marking them read; and the one that an email's link leads to."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from . import services, switches
from .access import page_of_a_company, reader
from .bell import Bell, entries
from .models import Notification

SIZES = ("25", "50", "100")


@page_of_a_company
@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    size = request.GET.get("size", "")
    shown = Notification.objects.visible_to(reader(request)).in_bell().unread_first()
    page = Paginator(shown, int(size) if size in SIZES else 25).get_page(request.GET.get("page"))
    return render(request, "notifications/notification_list.html", {"page_obj": page, "entries": entries(page)})


@page_of_a_company
@require_http_methods(["GET", "HEAD", "POST"])
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    notification = get_object_or_404(Notification.objects.visible_to(reader(request)), pk=pk)
    if request.method != "POST":  # reached by logging in again: back to the list
        return _list_again(request)
    services.mark_read(notification=notification, at=timezone.now())
    for entry in entries([notification]):
        if entry.path:
            return redirect(entry.path)
    messages.warning(request, "What this notification was about is no longer there.")
    return _list_again(request)


@page_of_a_company
@require_http_methods(["GET", "HEAD", "POST"])
def notification_read(request: HttpRequest, pk: int) -> HttpResponse:
    notification = get_object_or_404(Notification.objects.visible_to(reader(request)), pk=pk)
    if request.method != "POST":  # reached by logging in again: back to the list
        return _list_again(request)
    services.mark_read(notification=notification, at=timezone.now())
    messages.success(request, "Marked as read.")
    return _list_again(request)


@page_of_a_company
@require_http_methods(["GET", "HEAD", "POST"])
def read_all(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":  # reached by logging in again: back to the list
        return _list_again(request)
    read = services.mark_all_read(user=reader(request), at=timezone.now())
    messages.success(request, f"{read} marked as read." if read else "Everything was read already.")
    return _list_again(request)


def _list_again(request: HttpRequest) -> HttpResponse:
    """The full list, on the page from which it was pressed."""
    asked = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(reverse("notifications") + asked)


@page_of_a_company
@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone: pages that stay open ask for it from time to time, and say how many unread they show.

    204: it is still as many.
    """
    shown = Bell(reader(request))
    if request.GET.get("unread") == str(shown.unread):
        return HttpResponse(status=204)
    return render(request, "notifications/_bell.html", {"bell": shown})


@page_of_a_company
@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """What the bell shows when it is opened."""
    return render(request, "notifications/_newest.html", {"newest": Bell(reader(request)).newest})


# Safe without a form's token: mail programs post here with no page and no cookies of ours (RFC 8058), and what is
# permitted is said by the signed link alone. Nobody's login counts here, so there is none to be misused.
@csrf_exempt
@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def emails_off(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it changes nothing: programs that look for viruses open every link."""
    named = switches.named_by(token)
    if named is None:
        raise Http404
    person, kind = named
    if request.method == "POST":
        services.switch_emails(person=person, off=[kind.name], at=timezone.now())
    context = {
        "kind": kind,
        "token": token,
        "is_off": switches.is_off(person, kind),
        "beginning": switches.beginning_of_address(person),
    }
    return render(request, "notifications/emails_off.html", context)
