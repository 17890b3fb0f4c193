"""Send again and Remind now: to whom, how often, and who is left out by name."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from accounts import services as people
from accounts.models import User
from assignments import notices, services
from assignments.errors import NotPermitted
from assignments.models import AssignmentChange, Operation
from certifications.models import Certification
from notifications.models import Notification
from tests.factories import complete, eligible_person, enroll

from . import presses
from .conftest import Press, open_assignment
from .presses import DUE_ON, reasons

Mails = list[EmailMessage]
State = Notification.State


@pytest.fixture
def press(ada: User, message: Certification) -> Callable[..., Operation]:
    """`press(services.remind_now, lena)`: Ada presses it for what these people have open, now."""

    def pressed(service: Any, *learners: User, **asked: Any) -> Operation:
        ids = [open_assignment(learner).pk for learner in learners]
        usual = {"by": ada, "certification": message, "assignment_ids": ids, "op_id": uuid.uuid4()}
        operation: Operation = service(**{"at": timezone.now()} | usual | asked)
        return operation

    return pressed


def fail(*learners: User) -> None:
    Notification.objects.filter(recipient__in=learners).update(
        state=State.FAILED, sent_at=None, failure="The mail server refused the address: 550 no such user.", attempts=1
    )


def test_what_failed_goes_out_again_to_the_address_of_now(
    lena: User, assign: Press, press: Press, mailoutbox: Mails
) -> None:
    assign(lena)
    fail(lena)
    people.change_email(person=lena, email="lena.new@meridian.example")
    operation = press(services.send_again, lena)
    assert (operation.changed, operation.skipped) == (1, [])
    assert notices.delivery_of(operation)["waiting"] == 1
    services.sweep()
    assert [mail.to for mail in mailoutbox] == [["lena.new@meridian.example"]]
    assert notices.delivery_of(operation)["sent"] == 1


def test_days_later_it_is_tried_anew_and_not_given_up_at_once(
    clock: time_machine.Coordinates, lena: User, assign: Press, press: Press, mailoutbox: Mails
) -> None:
    assign(lena)
    fail(lena)
    clock.shift(timedelta(days=10))
    press(services.send_again, lena)
    kept = Notification.objects.get()
    assert (kept.state, kept.attempts, kept.tried_since) == (State.PENDING, 0, timezone.now())


def test_who_got_the_email_is_left_out_with_the_day(lena: User, team: Any, assign: Press, press: Press) -> None:
    assign(lena, team.bo)
    services.sweep()
    fail(team.bo)
    operation = press(services.send_again, lena, team.bo)
    assert operation.changed == 1
    assert reasons(operation) == {"Lena Brandt": "The email was sent on Mon 1 March 2027, 10:00."}


def test_a_second_press_finds_it_waiting(lena: User, assign: Press, press: Press) -> None:
    assign(lena)
    fail(lena)
    press(services.send_again, lena)
    assert reasons(press(services.send_again, lena)) == {"Lena Brandt": "The email is waiting to be sent."}


def test_the_same_press_twice_is_one(lena: User, assign: Press, press: Press) -> None:
    assign(lena)
    fail(lena)
    op_id = uuid.uuid4()
    assert press(services.send_again, lena, op_id=op_id) == press(services.send_again, lena, op_id=op_id)
    assert AssignmentChange.objects.filter(kind="sent_again").count() == 1


def test_a_reminder_by_press_names_who_sends_it(lena: User, assign: Press, press: Press, mailoutbox: Mails) -> None:
    assign(lena)
    services.sweep()
    operation = press(services.remind_now, lena)
    services.sweep()
    assert operation.changed == 1
    assert mailoutbox[1].subject == "Command of the Message: a reminder"
    assert "Ada Ekström reminds you: Command of the Message is assigned to you" in mailoutbox[1].body
    assert notices.delivery_of(operation)["sent"] == 1


def test_once_a_day_and_the_next_day_again(
    clock: time_machine.Coordinates, lena: User, assign: Press, press: Press
) -> None:
    assign(lena)
    assert press(services.remind_now, lena).changed == 1
    clock.shift(timedelta(hours=1))
    assert reasons(press(services.remind_now, lena)) == {
        "Lena Brandt": "Was reminded today already, on Mon 1 March 2027, 10:00."
    }
    clock.move_to(datetime(2027, 3, 2, 5, 1, tzinfo=UTC))  # one minute past midnight in New York
    assert press(services.remind_now, lena).changed == 1


def test_once_a_day_whatever_the_certification(
    lena: User, assign: Press, press: Press, sale: Certification, ada: User
) -> None:
    enroll(lena, sale.program)
    assign(lena)
    assert press(services.remind_now, lena).changed == 1
    other = presses.assigned(ada, sale, lena)
    second = services.remind_now(
        by=ada, certification=sale, assignment_ids=[other.pk], op_id=uuid.uuid4(), at=timezone.now()
    )
    assert (second.changed, Notification.objects.filter(kind="remind_now").count()) == (0, 1)
    assert "Was reminded today already" in reasons(second)["Lena Brandt"]


def test_a_reminder_of_the_plan_on_the_same_day_counts(
    clock: time_machine.Coordinates, lena: User, assign: Press, press: Press
) -> None:
    assign(lena, due_on=DUE_ON)
    clock.move_to(datetime(2027, 3, 4, 14, tzinfo=UTC))
    services.sweep()
    assert press(services.remind_now, lena).changed == 0


def test_a_reminder_of_the_plan_whose_email_failed_does_not(
    clock: time_machine.Coordinates, lena: User, assign: Press, press: Press, mailoutbox: Mails
) -> None:
    assign(lena, due_on=DUE_ON)
    clock.move_to(datetime(2027, 3, 4, 14, tzinfo=UTC))
    services.sweep()
    fail(lena)
    assert press(services.remind_now, lena).changed == 1
    services.sweep()
    assert "Ada Ekström reminds you" in mailoutbox[-1].body


def test_of_one_by_press_whose_email_failed_it_is_said_how_it_goes_out(
    clock: time_machine.Coordinates, lena: User, assign: Press, press: Press
) -> None:
    assign(lena)
    press(services.remind_now, lena)
    fail(lena)
    clock.shift(60)
    assert reasons(press(services.remind_now, lena)) == {
        "Lena Brandt": "The email of today’s reminder failed. Choose Send again."
    }
    assert press(services.send_again, lena).changed == 1
    clock.shift(60)
    assert "Was reminded today already" in reasons(press(services.remind_now, lena))["Lena Brandt"]


def test_of_one_by_press_that_failed_elsewhere_it_is_said_where(
    lena: User, assign: Press, press: Press, sale: Certification, ada: User
) -> None:
    enroll(lena, sale.program)
    assign(lena)
    press(services.remind_now, lena)
    fail(lena)
    ids = {"assignment_ids": [presses.assigned(ada, sale, lena).pk], "op_id": uuid.uuid4(), "at": timezone.now()}
    assert reasons(services.remind_now(by=ada, certification=sale, **ids)) == {
        "Lena Brandt": "The email of today’s reminder, of another certification, failed. Choose Send again there."
    }


def test_one_by_press_promises_no_more_than_that_no_other_press_follows(
    clock: time_machine.Coordinates, lena: User, assign: Press, press: Press, mailoutbox: Mails
) -> None:
    assign(lena, due_on=DUE_ON)
    clock.move_to(datetime(2027, 3, 4, 11, tzinfo=UTC))
    press(services.remind_now, lena)
    services.sweep()
    clock.shift(timedelta(hours=3))
    services.sweep()
    assert Notification.objects.filter(kind__in=["remind_now", "reminder"], state=State.SENT).count() == 2
    promised = "Admins can send you at most one such reminder a day."
    assert promised in mailoutbox[1].body
    assert promised in mailoutbox[1].alternatives[0][0]


def test_who_has_completed_is_left_out(message: Certification, lena: User, assign: Press, press: Press) -> None:
    assign(lena)
    complete(lena, message)
    assert reasons(press(services.remind_now, lena)) == {"Lena Brandt": "Has completed it already."}


def test_completed_before_it_went_out_it_is_not_sent(
    message: Certification, lena: User, assign: Press, press: Press, mailoutbox: Mails
) -> None:
    assign(lena)
    services.sweep()
    press(services.remind_now, lena)
    complete(lena, message)
    assert services.sweep().sent == 0


@pytest.mark.parametrize("service", [services.send_again, services.remind_now])
def test_who_may_not_assign_may_not_write(service: Any, lena: User, max: User, assign: Press, press: Press) -> None:
    assign(lena)
    with pytest.raises(NotPermitted):
        press(service, lena, by=max)


@pytest.mark.parametrize("service", [services.send_again, services.remind_now])
def test_anothers_assignment_looks_unknown(
    service: Any, lena: User, harbor: Any, message: Certification, sam: User, assign: Press, ada: User
) -> None:
    stranger = presses.assigned(sam, message, eligible_person(message, harbor))
    operation = service(
        by=ada, certification=message, assignment_ids=[stranger.pk], op_id=uuid.uuid4(), at=timezone.now()
    )
    assert [person["reason"] for person in operation.skipped] == ["1 selected person is unknown in Meridian Systems."]


# --- On the pages

LIST = "/team/assignments/certifications/command-of-the-message/assigned/"


def test_the_list_tells_how_each_email_stands(browser: Client, lena: User, team: Any, assign: Press) -> None:
    assign(lena, team.bo, team.cy)
    Notification.objects.filter(recipient=lena).update(state=State.SENT, sent_at=timezone.now())
    fail(team.bo)
    page = " ".join(browser.get(LIST).content.decode().split())
    for word in ("Sent", "Failed", "Waiting"):
        assert f'{word} <span class="visually-hidden">: messages to' in page
    assert "550 no such user" in page


def test_the_filter_shows_those_whose_email_failed(browser: Client, lena: User, team: Any, assign: Press) -> None:
    assign(lena, team.bo)
    fail(team.bo)
    page = browser.get(f"{LIST}?delivery=failed").content.decode()
    assert "1 of 2 match" in page.partition('id="list-count"')[2].partition("</span>")[0]
    assert ("Bo Young" in page, "Lena Brandt" in page) == (True, False)


def test_home_leads_to_those_who_did_not_get_their_email(browser: Client, lena: User, assign: Press) -> None:
    assert "did not get" not in browser.get("/").content.decode()
    assign(lena)
    fail(lena)
    page = browser.get("/").content.decode()
    assert f"{LIST}?delivery=failed" in page
    assert "1 person did not get an email" in page


def test_the_ledger_keeps_what_went_out_after_unassigning(
    browser: Client, lena: User, assign: Press, unassign: Press
) -> None:
    assign(lena)
    services.sweep()
    unassign(lena)
    page = browser.get(f"/team/assignments/certifications/command-of-the-message/learners/{lena.pk}/messages/")
    text = page.content.decode()
    assert "Hello Lena," in text
    assert "to lena@meridian.example" in text
    assert "Unassigned by Ada Ekström" in text


def test_the_ledger_tells_what_is_to_come(browser: Client, lena: User, assign: Press) -> None:
    assign(lena, due_on=DUE_ON)
    page = browser.get(f"/team/assignments/certifications/command-of-the-message/learners/{lena.pk}/messages/")
    assert "Thu 4 March 2027, 08:00" in page.content.decode()


def test_pressed_in_the_browser_the_result_is_told(browser: Client, lena: User, assign: Press) -> None:
    assign(lena)
    fail(lena)
    url = "/team/assignments/certifications/command-of-the-message/send-again/"
    chosen = open_assignment(lena).selection_value
    assert "Send again to 1 person" in browser.post(url, {"learner": chosen}).content.decode()
    done = browser.post(url, {"learner": chosen, "op_id": str(uuid.uuid4())}, follow=True)
    assert "1 person is now written to again" in done.content.decode()
