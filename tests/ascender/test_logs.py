"""The log: one line per event, with the request, the person and the company."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ascender.logs import LineFormatter, WhoAskedFilter
from notifications.models import Notification
from notifications.switches import link_of


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What goes to stdout, with everything from INFO on."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(WhoAskedFilter())
    handler.setFormatter(LineFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_request_leaves_one_line_that_names_who_asked(client: Client, ada: User, lines: io.StringIO) -> None:
    client.force_login(ada)
    answer = client.get("/account/profile/?q=private", headers={"X-Request-ID": "from-the-proxy-1"})
    (line,) = [line for line in lines.getvalue().splitlines() if "ascender.requests" in line]
    assert f"request=from-the-proxy-1 person={ada.pk} company={ada.company_id} GET /account/profile/ 200" in line
    assert "private" not in line
    assert answer["X-Request-ID"] == "from-the-proxy-1"


@pytest.mark.parametrize("forged", ["short", "a b c d e f g h", "x" * 65, "line-one\nline-two"])
def test_an_id_that_could_forge_a_line_is_replaced(client: Client, lines: io.StringIO, forged: str) -> None:
    answer = client.get("/static/nothing.css", headers={"X-Request-ID": forged})
    assert len(answer["X-Request-ID"]) == 32
    assert forged not in lines.getvalue()


@pytest.mark.django_db
def test_a_link_that_permits_something_is_not_in_the_log(client: Client, ada: User, lines: io.StringIO) -> None:
    links = [
        link_of(Notification(recipient=ada, kind="reminder")).removeprefix(settings.SITE_URL),
        reverse("account_reset_password_from_key", kwargs={"uidb36": "1a", "key": "d4k2zo-0123456789abcdef"}),
        reverse("account_confirm_email", args=["MTc:1uQ9xY:sig-na_ture"]),
    ]
    for link in links:
        for path in (link, link.removesuffix("/"), f"{link}more/"):
            client.get(path)
    logging.getLogger("django.server").info('"GET %s HTTP/1.1" 200 9', quote(links[2]))
    told = lines.getvalue()
    for link in links:
        for spelt in (link, quote(link)):
            assert spelt.split("/")[-2] not in told
    assert "GET /notifications/off/…/ 200" in told
    assert "GET /accounts/password/reset/key/…/ 200" in told
    assert "GET /accounts/confirm-email/… 301" in told
    assert "WARNING django.request" in told
    assert "Not Found: /accounts/confirm-email/…/more/" in told


def test_what_django_says_about_a_refusal_names_its_request(client: Client, lines: io.StringIO) -> None:
    client.get("/no/such/page/", headers={"X-Request-ID": "from-the-proxy-2"})
    refusal = lines.getvalue().splitlines()[-1]
    assert "WARNING django.request request=from-the-proxy-2" in refusal


def test_an_event_outside_any_request_names_nobody(lines: io.StringIO) -> None:
    logging.getLogger("ascender.requests").info("swept")
    assert "request=- person=- company=- swept" in lines.getvalue()


def test_an_event_with_line_breaks_is_still_one_line(lines: io.StringIO) -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        logging.getLogger("ascender.requests").exception("it\r\nfailed")
    assert len(lines.getvalue().splitlines()) == 1
    assert r"it\r\nfailed\nTraceback" in lines.getvalue()


def test_probes_do_not_fill_the_log(client: Client, lines: io.StringIO) -> None:
    client.get("/livez")
    assert lines.getvalue() == ""
