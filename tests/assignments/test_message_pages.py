"""What admins read of messages: the column Email, the ledger, the dialogs that write to people, and Home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from assignments import services
from certifications.models import Certification
from notifications.models import MOMENTS_AWAY, Channel, Notification
from tests.factories import complete, eligible_person

from .conftest import Press, open_assignment
from .pages import ASSIGNED, HTMX, ONE, main_of, read, words
from .presses import DUE_ON, assigned

REMIND, AGAIN = f"{ONE}remind-now/", f"{ONE}send-again/"
REFUSED = "The mail server refused the address: 550 5.1.1 No such mailbox here."
State = Notification.State


def fail(learner: User, kind: str = "assigned") -> None:
    messages = Notification.objects.filter(recipient=learner, kind=kind)
    messages.update(state=State.FAILED, sent_at=None, failure=REFUSED, attempts=1)


def ledger(browser: Client, learner: User) -> str:
    return read(browser, f"{ONE}learners/{learner.pk}/messages/")


def dialog(browser: Client, path: str, *learners: User) -> str:
    """What the dialog says of these people's open assignments."""
    selection = ",".join(open_assignment(learner).selection_value for learner in learners)
    return words(browser.post(path, {"learner": selection}, headers=HTMX).text)


def test_the_list_says_which_message_was_the_last(
    clock: time_machine.Coordinates, browser: Client, lena: User, assign: Press
) -> None:
    assign(lena, due_on=DUE_ON)
    services.sweep()
    assert "Sent : messages to Lena Brandt 1 March 2027" in read(browser, ASSIGNED)
    clock.move_to("2027-03-04T14:00:00Z")
    services.sweep()
    assert "Reminder sent : messages to Lena Brandt 4 March 2027" in read(browser, ASSIGNED)


def test_what_failed_is_shown_until_it_is_sent_again_whatever_came_after(
    clock: time_machine.Coordinates, browser: Client, lena: User, assign: Press
) -> None:
    assign(lena, due_on=DUE_ON)
    fail(lena)
    clock.move_to("2027-03-04T14:00:00Z")
    services.sweep()
    assert Notification.objects.filter(kind="reminder", state=State.SENT).exists()
    assert f"Failed : messages to Lena Brandt {REFUSED}" in read(browser, ASSIGNED)


def test_the_filter_tells_what_to_do(browser: Client, lena: User, assign: Press) -> None:
    assign(lena)
    fail(lena)
    assert "choose Actions, Send again" in read(browser, ASSIGNED, delivery="failed")
    assert "choose Actions, Send again" not in read(browser, ASSIGNED)


def test_where_none_has_failed_it_says_how_many_wait(
    browser: Client, ada: User, sale: Certification, lena: User, team: Any, assign: Press
) -> None:
    assign(lena, team.bo)
    assigned(ada, sale, eligible_person(sale, ada.company))
    said = browser.get(ASSIGNED, {"delivery": "failed"}).text
    assert "No email has failed Emails that are still to be sent: 2." in words(said)
    assert "asc-empty--ok" not in said
    services.sweep()
    said = browser.get(ASSIGNED, {"delivery": "failed"}).text
    assert "No email has failed None about" in words(said)
    assert "asc-empty--ok" in said


def test_the_dialog_of_remind_now_counts_whom_it_reaches_and_whom_not(
    browser: Client, message: Certification, lena: User, team: Any, assign: Press
) -> None:
    assign(lena, team.bo, team.cy)
    complete(team.cy, message)
    services.remind_now(
        by=User.objects.get(first_name="Ada"),
        certification=message,
        assignment_ids=[open_assignment(team.bo).pk],
        op_id="00000000-0000-4000-8000-000000000001",
        at=timezone.now(),
    )
    said = dialog(browser, REMIND, lena, team.bo, team.cy)
    assert "Remind 1 person now of Command of the Message; 3 selected" in said
    assert "1 person gets an email and a bell notification now" in said
    assert "2 of the 3 selected stay as they are Was reminded today already, on" in said
    assert "Has completed it already. Cy Xu" in said

    nobody = dialog(browser, REMIND, team.bo)
    assert "Nobody to remind" in nobody
    assert "Stays as it is Was reminded today already" in nobody
    assert "Cancel" not in nobody


def test_who_is_not_assigned_any_more_is_left_out_of_the_dialog(
    browser: Client, lena: User, team: Any, assign: Press, unassign: Press
) -> None:
    assign(lena, team.bo)
    chosen = [open_assignment(learner).selection_value for learner in (lena, team.bo)]
    unassign(team.bo)
    said = words(browser.post(REMIND, {"learner": ",".join(chosen)}, headers=HTMX).text)
    assert "1 of the 2 selected stays as it is Already unassigned by Ada Ekström" in said


def test_with_nothing_to_send_again_the_dialog_says_so(browser: Client, lena: User, team: Any, assign: Press) -> None:
    assign(lena, team.bo)
    assert "No email to the person selected has failed." in dialog(browser, AGAIN, lena)
    assert "None of the emails to the 2 people selected has failed." in dialog(browser, AGAIN, lena, team.bo)
    fail(lena)
    said = dialog(browser, AGAIN, lena, team.bo)
    assert "Send again to 1 person about Command of the Message; 2 selected When" in said
    assert "Addresses as they are now Lena Brandt lena@meridian.example" in said


def test_nobody_reminded_is_told_with_the_reason(
    clock: time_machine.Coordinates, browser: Client, lena: User, assign: Press
) -> None:
    assign(lena)
    chosen = open_assignment(lena).selection_value
    pressed = {"learner": chosen, "op_id": "00000000-0000-4000-8000-000000000001"}
    browser.post(REMIND, pressed)
    clock.shift(60)
    again = browser.post(REMIND, pressed | {"op_id": "00000000-0000-4000-8000-000000000002"}, follow=True)
    told = "Nobody was reminded 1 skipped, nothing changed for them Lena Brandt Was reminded today already"
    assert told in main_of(again)


def test_the_ledger_offers_to_send_again_once_however_many_have_failed(
    clock: time_machine.Coordinates, browser: Client, lena: User, assign: Press
) -> None:
    assign(lena, due_on=DUE_ON)
    assert "Send again" not in ledger(browser, lena)
    fail(lena)
    clock.move_to("2027-03-04T14:00:00Z")
    services.queue_reminders(at=timezone.now())
    fail(lena, "reminder")
    page = ledger(browser, lena)
    assert page.count(REFUSED) == 2
    assert page.count("Send again") == 1


def test_the_ledger_says_why_an_email_waits_and_until_when(browser: Client, lena: User, assign: Press) -> None:
    assign(lena)
    Notification.objects.update(attempts=2, failure="The mail server is busy.", next_attempt_at="2027-03-01T15:20:00Z")
    page = ledger(browser, lena)
    assert "Waiting Assignment · in the bell, not read yet The mail server is busy." in page
    assert "The next try is on Mon 1 March 2027, 10:20." in page


def test_the_ledger_keeps_what_was_taken_back_with_its_closed_assignment(
    browser: Client, lena: User, assign: Press, unassign: Press
) -> None:
    assign(lena)
    unassign(lena)
    page = ledger(browser, lena)
    assert "Closed" in page
    assert "Not sent Assignment · no longer wanted since Mon 1 March 2027, 10:00" in page
    assert "Nothing more is to come" not in page


@pytest.mark.parametrize("is_closed", [False, True])
def test_the_ledger_says_that_old_messages_are_no_longer_kept(
    clock: time_machine.Coordinates,
    client_of: Callable[[User], Client],
    ada: User,
    lena: User,
    assign: Press,
    unassign: Press,
    is_closed: bool,
) -> None:
    operation = assign(lena)
    services.sweep()
    if is_closed:
        unassign(lena)
    clock.shift(timedelta(days=399))
    services.sweep()
    assert "no longer kept" not in ledger(client_of(ada), lena)
    assert "Emails 1 of 1" in read(client_of(ada), f"/team/assignments/operations/{operation.op_id}/")
    clock.shift(timedelta(days=2))
    services.sweep()
    assert not Notification.objects.exists()
    page = ledger(client_of(ada), lena)
    assert "Messages older than 400 days are no longer kept." in page
    assert "Nothing was sent" not in page
    assert "Emails" not in read(client_of(ada), f"/team/assignments/operations/{operation.op_id}/")


@pytest.mark.parametrize(
    ("due_on", "is_done", "says"),
    [
        (None, False, "Nothing more is to come: reminders need a due date."),
        (DUE_ON, True, "Nothing more is to come: it is complete."),
        (DUE_ON, False, "To come Reminder · 5 days before the due date, if it is not complete by then"),
    ],
)
def test_the_ledger_says_what_is_to_come_or_why_nothing_is(
    browser: Client, message: Certification, lena: User, assign: Press, due_on: Any, is_done: bool, says: str
) -> None:
    assign(lena, due_on=due_on)
    if is_done:
        complete(lena, message)
    assert says in ledger(browser, lena)


def test_a_closed_channel_is_told_where_emails_are_looked_up(browser: Client, lena: User, assign: Press) -> None:
    operation = assign(lena)
    Channel.objects.create(name="email", pauses=1)
    for path in (ASSIGNED, f"/team/assignments/operations/{operation.op_id}/", "/"):
        assert "No email goes out at the moment." in read(browser, path), path
    assert "No email goes out at the moment." in ledger(browser, lena)


def test_a_mail_server_that_has_been_away_for_a_moment_only_is_not_told(
    browser: Client, lena: User, assign: Press
) -> None:
    assign(lena)
    away = Channel.objects.create(name="email", pauses=1, is_away=True)
    assert "No email goes out" not in read(browser, ASSIGNED)
    away.pauses = MOMENTS_AWAY
    away.save()
    assert "No email goes out at the moment. The mail server cannot be reached." in read(browser, ASSIGNED)


def test_a_learner_is_not_told_of_the_channel(client: Client, lena: User) -> None:
    Channel.objects.create(name="email", pauses=1)
    client.force_login(lena)
    assert "No email goes out" not in read(client, "/")


def test_home_has_one_banner_for_all_certifications(
    browser: Client, ada: User, message: Certification, sale: Certification, lena: User, assign: Press
) -> None:
    assign(lena)
    other = eligible_person(sale, ada.company)
    assigned(ada, sale, other)
    fail(lena)
    fail(other)
    page = read(browser, "/")
    assert "1 person did not get an email about Command of the Message" in page
    assert "1 person did not get an email about Command of the Sale" in page
    assert page.count("The list says why.") == 1
