"""The HTML part of an email as a page of its own, for a sandboxed frame: our pages refuse the styles it carries."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_sameorigin


def framed(html_part: Callable[..., str]) -> Callable[..., HttpResponseBase]:
    """Make a view of what returns an email's HTML part. Only our own pages may frame it, and no script runs in it."""

    @xframe_options_sameorigin
    @csp_replace(
        {
            "default-src": [NONE],
            "img-src": [SELF, "data:"],
            # Mail readers know no other styles than those inside the message.
            "style-src": [UNSAFE_INLINE],
            "form-action": [NONE],
            "base-uri": [NONE],
            "frame-ancestors": [SELF],
        }
    )
    @wraps(html_part)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(_leading_out_of_the_frame(html_part(request, *args, **kwargs)))

    return page


def _leading_out_of_the_frame(html: str) -> str:
    """Make links open in the whole window: our pages refuse to be framed."""
    base = '<base target="_top">'
    with_base, found = re.subn(r"<head\b[^>]*>", lambda head: head.group() + base, html, count=1, flags=re.IGNORECASE)
    return with_base if found else base + html
