"""The bell's pages: the full list, opening one, marking them read."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from . import services
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
@require_POST
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    notification = get_object_or_404(Notification.objects.visible_to(reader(request)), pk=pk)
    services.mark_read(notification=notification, at=timezone.now())
    for entry in entries([notification]):
        if entry.path:
            return redirect(entry.path)
    messages.warning(request, "What this notification was about is no longer there.")
    return redirect("notifications")


@page_of_a_company
@require_POST
def notification_read(request: HttpRequest, pk: int) -> HttpResponse:
    notification = get_object_or_404(Notification.objects.visible_to(reader(request)), pk=pk)
    services.mark_read(notification=notification, at=timezone.now())
    messages.success(request, "Marked as read.")
    return redirect("notifications")


@page_of_a_company
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    read = services.mark_all_read(user=reader(request), at=timezone.now())
    messages.success(request, f"{read} marked as read." if read else "Everything was read already.")
    return redirect("notifications")


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
