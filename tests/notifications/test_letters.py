"""How an email reads, what stands at its head, and that nobody can smuggle anything in."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest
from django.template.loader import render_to_string

from accounts.models import User
from notifications import letters, services

from .conftest import GREETING, NOON, promise, told
from .sink import Sink

pytestmark = pytest.mark.django_db


def email_to(person: User, sink: Sink) -> EmailMessage:
    promise(person)
    services.deliver_due(at=NOON)
    return sink.messages[-1]


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def reminder(person: User) -> dict[str, Any]:
    promise(person)
    return GREETING.describe(told(person), person, NOON)


def test_the_text_says_who_what_by_when_why_and_where(rosa: User, sink: Sink) -> None:
    text = part(email_to(rosa, sink), "plain")
    assert "Hello Rosa, Ada Ekström asks you to complete the certification Command of the Message." in text
    assert "It has 6 steps; the 2 that you have done before count." in text
    assert "Due Date: Tue 9 March 2027" in text
    assert "Reminder: Thu 4 March 2027" in text
    assert "Assigned by: Ada Ekström, Mon 1 March 2027" in text
    assert "http://127.0.0.1:8000/enroll/certifications/command-of-the-message/" in text
    assert "The due day ends at midnight in New York." in text
    assert "You get this because Ada Ekström assigned a certification to rosa@meridian.example." in text


def test_the_html_says_the_same_in_one_column_with_one_button(rosa: User, sink: Sink) -> None:
    html = part(email_to(rosa, sink), "html")
    assert "Command of the Message is assigned to you</h1>" in html
    assert "<b>Tue 9 March 2027</b>" in html
    assert "Ada Ekström, Mon 1 March 2027" in html
    assert html.count("<a ") == 1
    assert 'href="http://127.0.0.1:8000/enroll/certifications/command-of-the-message/"' in html
    assert "You get this because" in html
    assert "<img" not in html
    assert len(html) < 100_000


def test_the_reminder_says_what_is_left_and_by_when(rosa: User) -> None:
    variables = reminder(rosa)
    text = render_to_string("assignments/email/reminder.txt", variables)
    html = render_to_string("assignments/email/reminder.html", variables)
    assert "Command of the Message is due in 8 days, and 4 of its 6 steps are left." in text
    assert "Due Date: Tue 9 March 2027" in text
    assert "Steps left: 4 of 6" in text
    assert "4 of 6" in html
    assert "<b>Tue 9 March 2027</b>" in html
    subject = letters.one_line(render_to_string("assignments/email/reminder.subject.txt", variables))
    assert subject == "Command of the Message: reminder, due Tue 9 March 2027"


def test_without_a_due_day_no_day_is_spoken_of(rosa: User) -> None:
    variables = reminder(rosa) | {"due_on": None, "reminder_on": None}
    for template in ("assigned.txt", "assigned.html"):
        mail = render_to_string(f"assignments/email/{template}", variables)
        assert "Due" not in mail
        assert "due day" not in mail
    subject = letters.one_line(render_to_string("assignments/email/assigned.subject.txt", variables))
    assert subject == "Command of the Message is assigned to you"


def test_the_head_says_that_a_machine_wrote_it(rosa: User, sink: Sink) -> None:
    message = email_to(rosa, sink)
    assert message["From"] == "Ascender <no-reply@ascender.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "Command of the Message: assigned, due Tue 9 March 2027"


def test_the_message_id_comes_from_the_promise(rosa: User, ada: User, sink: Sink) -> None:
    """The same for a copy, another one for another promise, and nothing of the key to be read in it."""
    first, second = email_to(rosa, sink), email_to(ada, sink)
    assert first["Message-ID"] == letters.message_id(told(rosa).dedupe_key)
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Message-ID"].endswith("@127.0.0.1>")
    assert "greeting" not in first["Message-ID"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\u2028", "\x85", "\x0b"])
def test_a_title_cannot_begin_another_header(rosa: User, sink: Sink, line_end: str) -> None:
    User.objects.filter(pk=rosa.pk).update(region=f"Sale{line_end}Bcc: eve@harbor.example")
    message = email_to(rosa, sink)
    assert message["Bcc"] is None
    assert message["Subject"].startswith("Sale Bcc: eve@harbor.example")


def test_a_long_title_leaves_room_for_the_day(rosa: User, sink: Sink) -> None:
    User.objects.filter(pk=rosa.pk).update(region="Everything there is to know about selling " * 1)
    subject = email_to(rosa, sink)["Subject"]
    assert len(subject) < 70
    assert subject.endswith("due Tue 9 March 2027")


def test_a_subject_that_runs_on_is_cut() -> None:
    assert letters.one_line("x" * 200) == "x" * 68 + "…"


def test_html_in_a_name_is_shown_not_obeyed(rosa: User, sink: Sink) -> None:
    User.objects.filter(pk=rosa.pk).update(region="<img src=x> & more")
    message = email_to(rosa, sink)
    assert "&lt;img src=x&gt; &amp; more" in part(message, "html")
    assert "<img src=x> & more" in part(message, "plain")
    assert message["Subject"].startswith("<img src=x> & more")


def test_the_bell_says_it_in_one_line(rosa: User) -> None:
    promise(rosa)
    line = letters.bell_line(told(rosa), GREETING, rosa, NOON)
    assert line.strip() == "<b>Command of the Message</b> was assigned to you by Ada Ekström, due Tue 9 March 2027."
