"""The demo's mailbox: mail kept as files, and shown to whoever runs the demo."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from django.urls import reverse

from ascender import mailbox

HTML = '<!doctype html><html><head lang="en"><title>x</title></head><body><a href="/enroll/">Open</a></body></html>'


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    return tmp_path / "mailbox"


@pytest.fixture
def in_demo(settings: Any) -> None:
    settings.DEMO = True


def send(*, to: str = "lena@meridian.example", subject: str = "Value Negotiation: due Mon 1 March 2027") -> int:
    message = EmailMultiAlternatives(
        subject, "Hello Lena, über Größe & <more>", "Ascender <no-reply@ascender.example>", [to] if to else []
    )
    message.attach_alternative(HTML, "text/html")
    return get_connection("ascender.mailbox.EmailBackend").send_messages([message])


def newest() -> mailbox.Letter:
    return mailbox.read_letter(mailbox.letter_names()[0])


def test_a_message_is_kept_with_both_its_parts() -> None:
    assert send() == 1
    letter = newest()
    assert letter.to == "lena@meridian.example"
    assert letter.subject == "Value Negotiation: due Mon 1 March 2027"
    assert letter.text.strip() == "Hello Lena, über Größe & <more>"
    assert letter.html.strip() == HTML


def test_a_message_to_nobody_is_not_sent() -> None:
    assert send(to="") == 0
    assert mailbox.letter_names() == []


def test_the_newest_message_comes_first() -> None:
    for number in range(3):
        send(subject=f"Number {number}")
    found = mailbox.read_letters(mailbox.letter_names())
    assert [letter.subject for letter in found] == ["Number 2", "Number 1", "Number 0"]


def test_a_message_is_seen_as_a_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def refuse(*_: object) -> None:
        assert [file.stat().st_size > 0 for file in folder.iterdir()] == [True]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space left"):
        send()
    assert mailbox.letter_names() == []


@pytest.mark.parametrize("name", ["../private", "20260101T000000.000000Z-00000000", "", ".", "x"])
def test_a_name_leads_nowhere_but_to_a_message(name: str, folder: Path) -> None:
    send()
    (folder.parent / "private.eml").write_text("Subject: not for you\n\n")
    with pytest.raises(FileNotFoundError):
        mailbox.read_letter(name)


# --- In the browser


@pytest.mark.django_db
def test_outside_the_demo_there_is_no_mailbox(client: Client) -> None:
    send()
    name = newest().name
    for url in ("letter_list", "letter_detail", "letter_html"):
        arguments = [] if url == "letter_list" else [name]
        assert client.get(reverse(f"mailbox:{url}", args=arguments)).status_code == 404, url


@pytest.mark.django_db
def test_an_empty_mailbox_says_what_to_do(client: Client, in_demo: None) -> None:
    assert "Assign a certification to somebody" in client.get("/mailbox/").text


@pytest.mark.django_db
def test_the_list_leads_to_each_message(client: Client, in_demo: None) -> None:
    send(subject="<b>One</b>")
    page = client.get("/mailbox/")
    assert "&lt;b&gt;One&lt;/b&gt;" in page.text
    assert f"/mailbox/{newest().name}/" in page.text
    assert "lena@meridian.example" in page.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "rows"), [({}, 25), ({"size": "50"}, 50), ({"size": "100"}, 51), ({"size": "7"}, 25), ({"page": "3"}, 1)]
)
def test_a_page_has_as_many_rows_as_the_pager_is_told(
    client: Client, in_demo: None, query: dict[str, str], rows: int
) -> None:
    for number in range(51):
        send(subject=f"Number {number}")
    assert client.get("/mailbox/", query).text.count('<th role="rowheader"') == rows


@pytest.mark.django_db
def test_a_message_shows_its_text_and_frames_its_html(client: Client, in_demo: None) -> None:
    send()
    page = client.get(f"/mailbox/{newest().name}/")
    assert "über Größe &amp; &lt;more&gt;" in page.text
    assert f'src="/mailbox/{newest().name}/html/"' in page.text
    assert 'sandbox="allow-top-navigation-by-user-activation"' in page.text
    assert "style-src" not in page["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_message_has_a_way_back_to_the_mailbox_on_a_phone_too(client: Client, in_demo: None) -> None:
    """There only the last level but one is shown."""
    send()
    trail = client.get(f"/mailbox/{newest().name}/").text.partition('<ol class="breadcrumb">')[2].partition("</ol>")[0]
    back, here = trail.split("</li>")[:-1]
    assert 'href="/mailbox/"' in back
    assert 'aria-current="page">Value Negotiation: due Mon 1 March 2027' in here


@pytest.mark.django_db
def test_only_the_framed_html_may_carry_styles_and_be_framed_by_us(client: Client, in_demo: None) -> None:
    send()
    page = client.get(f"/mailbox/{newest().name}/html/")
    policy = page["Content-Security-Policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert page["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.django_db
def test_a_link_inside_the_frame_leads_out_of_it(client: Client, in_demo: None) -> None:
    send()
    page = client.get(f"/mailbox/{newest().name}/html/")
    assert '<head lang="en"><base target="_top">' in page.text


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/mailbox/20260101T000000.000000Z-00000000/", "/mailbox/x/html/"])
def test_a_message_that_does_not_exist_is_not_found(client: Client, in_demo: None, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_nothing_can_be_sent_to_the_mailbox_from_a_browser(client: Client, in_demo: None) -> None:
    assert client.post("/mailbox/").status_code == 405
