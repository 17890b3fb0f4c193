"""How a promise reads: one line in the bell, and an email with a text and an HTML part."""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from . import switches
from .kinds import Kind
from .models import Notification

LONGEST_SUBJECT = 69


class Letter(EmailMultiAlternatives):
    """An email that is written out as bytes once, ahead of time: between the last question whether it may go and the
    mail server nothing takes long.
    """

    def write_out(self) -> None:
        message = super().message()
        # The longest line there may be (RFC 5322, section 2.1.1): a link that begins on a line of its own is not
        # found by every mail program.
        message.policy = message.policy.clone(max_line_length=998)
        # Lines end as they travel (RFC 5321, section 2.3.8).
        self._content = message.as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own has it

    def message(self) -> Any:  # type: ignore[override]  # the part of it that is asked for
        return _WrittenOut(self._content) if hasattr(self, "_content") else super().message()


class _WrittenOut:
    """As much of a message as a mail backend asks for."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def as_bytes(self, unixfrom: bool = False, linesep: str = "\r\n") -> bytes:
        return self._content


def compose(notification: Notification, kind: Kind, subject: Any, at: datetime) -> Letter:
    """The email as it reads at the aware instant `at`, to the address that the person has now."""
    off_url = switches.link_of(notification) if kind.optional_as else ""
    variables = kind.describe(notification, subject, at) | {"off_url": off_url}
    message = Letter(
        subject=one_line(render_to_string(f"{kind.templates}.subject.txt", variables)),
        body=_paragraphs(render_to_string(f"{kind.templates}.txt", variables)),
        to=[notification.recipient.email],
        headers={
            "Message-ID": message_id(notification.dedupe_key),
            # RFC 3834: what answers mails by itself shall leave this one alone.
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        }
        | _switching_off(off_url),
    )
    message.attach_alternative(render_to_string(f"{kind.templates}.html", variables), "text/html")
    return message


def _switching_off(url: str) -> dict[str, str]:
    """With these a mail program has a button of its own, which posts to the link (RFC 2369, RFC 8058)."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if url else {}


def bell_line(notification: Notification, kind: Kind, subject: Any, at: datetime) -> SafeString:
    """The one line of the bell, as HTML. Whoever changes the text makes a page escape it a second time."""
    return render_to_string(f"{kind.templates}.bell.html", kind.describe(notification, subject, at))


def one_line(text: str) -> str:
    """A subject: short, and without what could begin another header."""
    words = " ".join(text.split())
    return Truncator("".join(sign for sign in words if sign.isprintable())).chars(LONGEST_SUBJECT)


def _paragraphs(text: str) -> str:
    """At most one empty line between them, whatever the template's tags have left."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def message_id(dedupe_key: str) -> str:
    """The same promise has the same Message-ID, so that a copy after a crash is known as one."""
    return f"<{sha256(dedupe_key.encode()).hexdigest()[:40]}@{settings.SITE_HOST}>"
