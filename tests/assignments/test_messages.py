"""What is told to whom: each row of the Messages table, in both parts of the email and in the bell."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from accounts import services as people
from accounts.models import Company, User
from assignments import services
from assignments.models import Assignment
from certifications import services as training
from certifications.models import Certification
from notifications import services as post_office
from notifications.bell import Bell
from notifications.models import Notification
from tests.factories import CertificationFactory, complete, eligible_person, enroll

from .presses import DUE_ON, NOW, TODAY, assign, assigned, change_due_date, moved, open_assignment, unassign

pytestmark = pytest.mark.django_db
Mails = list[EmailMultiAlternatives]
#: Five days before DUE_ON, eight in the morning in New York.
REMINDED_AT = datetime(2027, 3, 4, 13, 0, tzinfo=UTC)
LINK = "http://127.0.0.1:8000/enroll/certifications/command-of-the-message/"


def html_of(mail: EmailMultiAlternatives) -> str:
    [(content, kind)] = mail.alternatives
    assert kind == "text/html"
    return str(content)


def read(mail: EmailMultiAlternatives) -> str:
    """The words of the HTML part."""
    shown = re.sub(r"<style.*?</style>|<title.*?</title>|<[^>]+>", " ", html_of(mail), flags=re.DOTALL)
    return " ".join(unescape(shown).split())


def sent(mailoutbox: Mails, *, at: datetime = NOW) -> EmailMultiAlternatives:
    """The only email that a sweep at that moment sends."""
    mailoutbox.clear()
    services.sweep(at=at)
    [mail] = mailoutbox
    return mail


def bell_of(person: User) -> list[str]:
    return [" ".join(re.sub(r"<[^>]+>", "", entry.text).split()) for entry in Bell(person).newest]


# assigned: on assigning


def test_both_parts_say_who_asks_what_until_when_and_where(
    ada: User, lena: User, message: Certification, mailoutbox: Mails
) -> None:
    assign(ada, message, lena, due_on=DUE_ON)
    mail = sent(mailoutbox)
    assert (mail.to, mail.subject) == (
        ["lena@meridian.example"],
        "Command of the Message: assigned, due Tue 9 March 2027",
    )
    for part in (mail.body, read(mail)):
        assert "Hello Lena" in part
        assert "Ada Ekström asks you to complete" in part
        assert "It has 6 steps." in part
        assert re.search(r"Due Date:? Tue 9 March 2027", part)
        assert re.search(r"Reminder:? Thu 4 March 2027, if it is not complete by then", part)
        assert re.search(r"Assignment Name:? Spring round", part)
        assert re.search(r"Assigned by:? Ada Ekström, Mon 1 March 2027", part)
        assert "The due day ends at midnight in New York." in part
        assert "because Ada Ekström assigned a certification to lena@meridian.example" in part
    assert LINK in mail.body
    assert f'href="{LINK}"' in html_of(mail)


def test_the_bell_says_it_at_once_before_any_email(ada: User, lena: User, message: Certification) -> None:
    assign(ada, message, lena, due_on=DUE_ON)
    assert bell_of(lena) == ["Command of the Message was assigned to you by Ada Ekström, due Tue 9 March 2027."]
    assert Bell(lena).unread == 1


def test_everyone_assigned_gets_an_email_of_their_own(
    ada: User, lena: User, meridian: Company, message: Certification, mailoutbox: Mails
) -> None:
    assign(ada, message, lena, eligible_person(message, meridian, email="bo@meridian.example"))
    assert services.sweep().sent == 2
    assert sorted(mail.to for mail in mailoutbox) == [["bo@meridian.example"], ["lena@meridian.example"]]
    assert not [mail for mail in mailoutbox if mail.cc or mail.bcc]


def test_without_a_due_date_no_day_is_spoken_of(
    ada: User, lena: User, message: Certification, mailoutbox: Mails
) -> None:
    assign(ada, message, lena, name=message.title)
    mail = sent(mailoutbox)
    assert mail.subject == "Command of the Message is assigned to you"
    for part in (mail.body, read(mail)):
        assert not re.search(r"Due Date|Reminder|due day|Assignment Name|None", part)
    assert bell_of(lena) == ["Command of the Message was assigned to you by Ada Ekström."]


def test_inside_the_window_the_message_carries_the_day_and_no_reminder(
    ada: User, lena: User, message: Certification, mailoutbox: Mails
) -> None:
    assign(ada, message, lena, due_on=TODAY + timedelta(days=5))
    mail = sent(mailoutbox)
    for part in (mail.body, read(mail)):
        assert "Sat 6 March 2027" in part
        assert "Reminder" not in part


def test_an_email_that_is_late_speaks_of_the_day_as_past(
    ada: User, lena: User, message: Certification, mailoutbox: Mails, clock: time_machine.Coordinates
) -> None:
    assign(ada, message, lena, due_on=TODAY)
    clock.shift(timedelta(days=1))
    mail = sent(mailoutbox, at=NOW + timedelta(days=1))
    assert mail.subject == "Command of the Message: assigned, was due Mon 1 March 2027"
    for part in (mail.body, read(mail)):
        assert "Its due day has ended; you can still complete it." in part
        assert "ends at midnight" not in part


def test_who_has_completed_is_told_too(ada: User, lena: User, message: Certification, mailoutbox: Mails) -> None:
    complete(lena, message)
    assign(ada, message, lena)
    for part in (mail := sent(mailoutbox)).body, read(mail):
        assert "You have done all its steps already, so nothing is left to do." in part


def test_who_has_completed_is_promised_no_reminder(
    ada: User, lena: User, message: Certification, mailoutbox: Mails
) -> None:
    complete(lena, message)
    assign(ada, message, lena, due_on=DUE_ON)
    for part in (mail := sent(mailoutbox)).body, read(mail):
        assert "Tue 9 March 2027" in part
        assert "Reminder" not in part


def test_what_was_done_before_counts(ada: User, lena: User, message: Certification, mailoutbox: Mails) -> None:
    complete(lena, message, steps=2)
    assign(ada, message, lena)
    assert "It has 6 steps; the 2 that you have done before count." in sent(mailoutbox).body


@pytest.mark.parametrize(("due_on", "says"), [(date(2027, 4, 1), "Thu 1 April 2027"), (None, "is assigned to you")])
def test_it_shows_the_due_day_as_it_is_when_it_is_sent(
    ada: User, lena: User, message: Certification, mailoutbox: Mails, due_on: date | None, says: str
) -> None:
    moved(ada, assigned(ada, message, lena, due_on=DUE_ON), due_on)
    mail = sent(mailoutbox)
    assert says in mail.subject
    assert "9 March" not in mail.subject + mail.body + read(mail)


def test_it_never_promises_a_reminder_for_a_day_that_has_passed(
    ada: User, lena: User, message: Certification, mailoutbox: Mails
) -> None:
    """The due day has moved near, and a worker is quicker than the sweep that queues the reminder."""
    moved(ada, assigned(ada, message, lena, due_on=DUE_ON), TODAY + timedelta(days=2))
    post_office.deliver_due(at=NOW)
    [mail] = mailoutbox
    assert "Wed 3 March 2027" in mail.body
    assert "Reminder" not in mail.body + read(mail)


def test_days_are_those_of_the_company(sam: User, message: Certification, mailoutbox: Mails) -> None:
    assign(sam, message, eligible_person(message, sam.company), due_on=DUE_ON)
    assert "Assigned by: Sam Tuala, Tue 2 March 2027" in sent(mailoutbox).body
    assert "midnight in Auckland" in mailoutbox[0].body


def test_it_goes_to_the_address_that_the_person_has_when_it_is_sent(
    ada: User, lena: User, message: Certification, mailoutbox: Mails
) -> None:
    assign(ada, message, lena)
    people.change_email(person=lena, email="lena.brandt@meridian.example")
    assert sent(mailoutbox).to == ["lena.brandt@meridian.example"]


def test_a_long_title_stays_first_in_a_short_subject(ada: User, mailoutbox: Mails) -> None:
    long = CertificationFactory(title="Negotiating " * 9, companies=[ada.company])
    person = eligible_person(long, ada.company)
    assign(ada, long, person, due_on=DUE_ON)
    assert len(sent(mailoutbox).subject) < 70
    assert mailoutbox[0].subject.startswith("Negotiating")
    assert mailoutbox[0].subject.endswith("due Tue 9 March 2027")


def test_names_are_text_in_both_parts(ada: User, lena: User, message: Certification, mailoutbox: Mails) -> None:
    assign(ada, message, lena, name='<b>Q1</b> & "more"')
    mail = sent(mailoutbox)
    assert 'Assignment Name: <b>Q1</b> & "more"' in mail.body
    assert "<b>Q1</b>" not in html_of(mail)
    assert '<b>Q1</b> & "more"' in unescape(html_of(mail))


def test_the_bells_line_leads_to_the_certification(
    ada: User, lena: User, message: Certification, client_of: Callable[[User], Client]
) -> None:
    assign(ada, message, lena)
    page = client_of(lena).post(f"/notifications/{Notification.objects.get().pk}/open/")
    assert page["Location"] == "/enroll/certifications/command-of-the-message/"


def test_assigned_anew_a_new_message_is_promised(
    ada: User, lena: User, message: Certification, mailoutbox: Mails
) -> None:
    first = assigned(ada, message, lena)
    sent(mailoutbox)
    unassign(ada, message, first)
    assign(ada, message, lena)
    assert sent(mailoutbox).to == ["lena@meridian.example"]
    assert [note.kind for note in Notification.objects.order_by("pk")] == ["assigned", "assigned"]


# assigned: still wanted while the assignment is open and the person Active


def _unassigned(ada: User, lena: User, made: Assignment) -> None:
    unassign(ada, made.certification, made)


def _deactivated(ada: User, lena: User, made: Assignment) -> None:
    people.deactivate(person=lena, by=ada, at=NOW)


def _withdrawn(ada: User, lena: User, made: Assignment) -> None:
    training.withdraw(person=lena, program=made.certification.program, by=None, at=NOW)


@pytest.mark.parametrize("event", [_unassigned, _deactivated, _withdrawn])
def test_closed_before_it_is_sent_it_is_cancelled_and_leaves_the_bell(
    ada: User, lena: User, message: Certification, mailoutbox: Mails, event: Callable[..., None]
) -> None:
    event(ada, lena, assigned(ada, message, lena, due_on=DUE_ON))
    assert str(services.sweep()) == "reminders queued 0 · emails sent 0 · later 0 · failed 0"
    assert (mailoutbox, Notification.objects.get().state, bell_of(lena)) == ([], "cancelled", [])


@pytest.mark.parametrize("event", [_unassigned, _deactivated, _withdrawn])
def test_closed_while_a_worker_has_it_in_hand_the_worker_finds_out(
    ada: User, lena: User, message: Certification, mailoutbox: Mails, event: Callable[..., None], settings: Any
) -> None:
    """Cancelling reaches what waits; what is in hand is asked about just before it is sent."""
    made = assigned(ada, message, lena)
    Notification.objects.update(next_attempt_at=NOW + timedelta(hours=1))
    event(ada, lena, made)
    Notification.objects.update(state="pending", cancelled_at=None, next_attempt_at=NOW)
    assert services.sweep().sent == 0
    assert (mailoutbox, Notification.objects.get().state, bell_of(lena)) == ([], "cancelled", [])


def test_what_was_read_before_it_was_cancelled_stays_in_the_bell(ada: User, lena: User, message: Certification) -> None:
    made = assigned(ada, message, lena)
    post_office.mark_read(notification=Notification.objects.get(), at=NOW)
    unassign(ada, message, made)
    assert len(bell_of(lena)) == 1


def test_completing_or_a_lowered_plan_does_not_cancel_it(
    ada: User, lena: User, meridian: Company, message: Certification, mailoutbox: Mails
) -> None:
    assign(ada, message, lena)
    complete(lena, message)
    meridian.plan = Company.Plan.TEAM
    people.save_company(company=meridian)
    assert sent(mailoutbox).to == ["lena@meridian.example"]


def test_unassigning_changing_a_due_date_and_completing_send_nothing(
    ada: User, lena: User, message: Certification, mailoutbox: Mails
) -> None:
    made = assigned(ada, message, lena)
    sent(mailoutbox)
    change_due_date(ada, message, made, due_on=date(2027, 6, 1))
    complete(lena, message)
    unassign(ada, message, made)
    assert str(services.sweep()) == "reminders queued 0 · emails sent 0 · later 0 · failed 0"
    assert Notification.objects.count() == 1


# reminder: what it says


@pytest.fixture
def reminded(ada: User, lena: User, message: Certification, mailoutbox: Mails) -> User:
    """Lena, who got the message, has done two steps, and whose reminder is due at REMINDED_AT."""
    assign(ada, message, lena, due_on=DUE_ON)
    services.sweep()
    complete(lena, message, steps=2)
    mailoutbox.clear()
    return lena


def test_both_parts_of_the_reminder_say_what_is_left_until_when(reminded: User, mailoutbox: Mails) -> None:
    mail = sent(mailoutbox, at=REMINDED_AT)
    assert (mail.to, mail.subject) == (
        ["lena@meridian.example"],
        "Command of the Message: reminder, due Tue 9 March 2027",
    )
    for part in (mail.body, read(mail)):
        assert "due in 5 days" in part
        assert "4 of its 6 steps are left." in part
        assert re.search(r"Due Date:? Tue 9 March 2027", part)
        assert re.search(r"Steps left:? 4 of 6", part)
        assert re.search(r"Assigned by:? Ada Ekström, Mon 1 March 2027", part)
        assert "Go on with Command of the Message" in part
        assert "The due day ends at midnight in New York." in part
    assert LINK in mail.body
    assert f'href="{LINK}"' in html_of(mail)


def test_the_bell_has_the_reminder_before_the_message(reminded: User, clock: time_machine.Coordinates) -> None:
    clock.move_to(REMINDED_AT)
    services.sweep()
    assert bell_of(reminded) == [
        "Command of the Message is due Tue 9 March 2027: 4 of 6 steps left.",
        "Command of the Message was assigned to you by Ada Ekström, due Tue 9 March 2027.",
    ]


@pytest.mark.parametrize(
    ("deed", "says"),
    [
        pytest.param(lambda by, made: moved(by, made, None), "{} is assigned to you: 4 of 6 steps left.", id="cleared"),
        pytest.param(
            lambda by, made: moved(by, made, date(2027, 4, 30)),
            "{} is due Fri 30 April 2027: 4 of 6 steps left.",
            id="moved",
        ),
        pytest.param(
            lambda by, made: unassign(by, made.certification, made), "This assignment of {} has ended.", id="unassigned"
        ),
        pytest.param(lambda by, made: complete(made.learner, made.certification), "{} is complete.", id="completed"),
    ],
)
def test_what_the_bell_says_stays_true(
    ada: User,
    reminded: User,
    message: Certification,
    clock: time_machine.Coordinates,
    deed: Callable[[User, Assignment], object],
    says: str,
) -> None:
    clock.move_to(REMINDED_AT)
    services.sweep()
    deed(ada, open_assignment(reminded, message))
    assert bell_of(reminded)[0] == says.format("Command of the Message")


def test_the_bell_tells_an_assignment_that_has_ended_from_the_one_that_followed(
    ada: User, reminded: User, message: Certification, clock: time_machine.Coordinates
) -> None:
    clock.move_to(REMINDED_AT)
    services.sweep()
    unassign(ada, message, open_assignment(reminded, message))
    clock.shift(timedelta(minutes=1))
    assign(ada, message, reminded, at=REMINDED_AT + timedelta(minutes=1))
    assert bell_of(reminded) == [
        "Command of the Message was assigned to you by Ada Ekström.",
        "This assignment of Command of the Message has ended.",
        "Command of the Message was assigned to you by Ada Ekström; this assignment has ended.",
    ]


def test_the_bell_says_that_a_day_has_passed(reminded: User, clock: time_machine.Coordinates) -> None:
    clock.move_to(REMINDED_AT)
    services.sweep()
    clock.shift(timedelta(days=6))
    assert bell_of(reminded)[0] == "Command of the Message was due Tue 9 March 2027: 4 of 6 steps left."


def test_who_has_not_begun_is_asked_to_begin(ada: User, lena: User, message: Certification, mailoutbox: Mails) -> None:
    assign(ada, message, lena, due_on=DUE_ON)
    services.sweep()
    mail = sent(mailoutbox, at=REMINDED_AT)
    for part in (mail.body, read(mail)):
        assert "none of its 6 steps is done yet." in part
        assert "Begin Command of the Message" in part


# Given up: the assigned message after three days, the reminder with its due day


def answering(monkeypatch: pytest.MonkeyPatch, code: int, words: bytes) -> None:
    """A mail server that says this to every recipient."""

    def answer(*_: object) -> int:
        raise smtplib.SMTPRecipientsRefused({"lena@meridian.example": (code, words)})

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", answer)


@pytest.fixture
def busy_server(mailoutbox: Mails, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that asks to come back later."""
    answering(monkeypatch, 450, b"Mailbox busy")


def test_an_assigned_message_is_tried_for_three_days(busy_server: None, ada: User, lena: User, message) -> None:
    assign(ada, message, lena)
    assert services.sweep(at=NOW + timedelta(days=3) - timedelta(hours=1)).later == 1
    assert services.sweep(at=NOW + timedelta(days=3) - timedelta(seconds=5)).failed == 1
    assert "Mailbox busy" in Notification.objects.get().failure


def test_a_reminder_is_tried_until_its_due_day_ends(busy_server: None, reminded: User) -> None:
    end_of_due_day = datetime(2027, 3, 10, 5, 0, tzinfo=UTC)
    Notification.objects.filter(kind="assigned").update(state="sent", sent_at=NOW)
    assert services.sweep(at=end_of_due_day - timedelta(minutes=2)).later == 1
    assert services.sweep(at=end_of_due_day - timedelta(seconds=5)).failed == 1


def test_a_reminder_for_the_last_of_all_days_is_tried_again_too(
    busy_server: None, ada: User, sam: User, lena: User, message: Certification
) -> None:
    for by, person in ((ada, lena), (sam, eligible_person(message, sam.company))):
        assign(by, message, person, due_on=date.max)
    Notification.objects.update(state="sent", sent_at=NOW)
    at = datetime(9999, 12, 27, 12, 0, tzinfo=UTC)
    swept = services.sweep(at=at)
    assert (swept.reminders, swept.later, swept.failed) == (2, 2, 0)


def test_a_refused_address_fails_and_is_kept_with_the_reason(
    ada: User, lena: User, message: Certification, mailoutbox: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, 550, b"No such mailbox")
    assign(ada, message, lena)
    assert str(services.sweep()) == "reminders queued 0 · emails sent 0 · later 0 · failed 1"
    assert "No such mailbox" in Notification.objects.get().failure
    assert bell_of(lena) != []


def test_a_person_of_two_certifications_hears_of_each(
    ada: User, lena: User, message: Certification, sale: Certification, mailoutbox: Mails
) -> None:
    enroll(lena, sale.program)
    for certification in (message, sale):
        assign(ada, certification, lena)
    services.sweep()
    assert {mail.subject for mail in mailoutbox} == {
        "Command of the Message is assigned to you",
        "Command of the Sale is assigned to you",
    }
