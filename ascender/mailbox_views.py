"""The demo's mailbox in the browser: everyone's mail, for whoever runs the demo. Outside the demo it does not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assignments.lists import ListQuery
from notifications.frames import framed

from . import mailbox

View = Callable[..., HttpResponseBase]


def demo_page(view: View) -> View:
    """Open to anyone in the demo; 404 for everybody elsewhere."""

    @wraps(view)
    def shown_in_demo(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return require_safe(view)(request, *args, **kwargs)

    return login_not_required(never_cache(shown_in_demo))


@demo_page
def letter_list(request: HttpRequest) -> HttpResponse:
    page = ListQuery.of(request).paged(mailbox.letter_names())
    letters = mailbox.read_letters(page.object_list)
    return render(request, "mailbox/letter_list.html", {"page_obj": page, "letters": letters})


@demo_page
def letter_detail(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "mailbox/letter_detail.html", {"letter": _letter_or_404(name)})


@demo_page
@framed
def letter_html(request: HttpRequest, name: str) -> str:
    """The message's HTML part alone, for the sandboxed frame of `letter_detail`."""
    return _letter_or_404(name).html


def _letter_or_404(name: str) -> mailbox.Letter:
    try:
        return mailbox.read_letter(name)
    except FileNotFoundError:
        raise Http404 from None
