"""Of several messages that have gathered and would say the same, only the last goes out."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.models import User
from assignments import services
from assignments.models import Operation
from assignments.reminders import Plan
from certifications.models import Certification
from notifications.models import Notification
from tests.factories import eligible_person

from .conftest import Press, open_assignment
from .presses import DUE_ON, change_due_date

NEW_YORK = ZoneInfo("America/New_York")
OVERDUE = "Command of the Message: overdue since Tue 9 March 2027"
REMINDER = "Command of the Message: reminder, due Tue 9 March 2027"
State = Notification.State
Mails = list[EmailMessage]
Queue = Callable[..., None]


@pytest.fixture
def press(ada: User, message: Certification) -> Callable[..., Operation]:
    """`press(services.remind_now, lena)`: Ada presses it for what Lena has open, now."""

    def pressed(service: Any, learner: User) -> Operation:
        chosen = {"by": ada, "certification": message, "assignment_ids": [open_assignment(learner).pk]}
        operation: Operation = service(**chosen, op_id=uuid.uuid4(), at=timezone.now())
        return operation

    return pressed


@pytest.fixture
def queue(clock: time_machine.Coordinates) -> Queue:
    """`queue(4, 7)`: nothing is sent on these days of March, though what is due is promised at a quarter past eight."""

    def promised(*days: int, hour: int = 8) -> None:
        for day in days:
            clock.move_to(datetime(2027, 3, day, hour, 15, tzinfo=NEW_YORK))
            services.queue_reminders(at=timezone.now())

    return promised


@pytest.fixture
def noah(lena: User, rosa: User, message: Certification) -> User:
    """Beside Lena in Rosa's team."""
    User.objects.filter(pk=lena.pk).update(reports_to=rosa)
    return eligible_person(message, rosa.company, first_name="Noah", reports_to=rosa)


@pytest.fixture
def late_team(ada: User, lena: User, noah: User, assign: Press, mailoutbox: Mails) -> None:
    """Rosa is told a day after a due day: of Lena on the 10th, of Noah on the 11th of March."""
    plan_of(ada, Plan((5,), (-1,)))
    assign(lena, due_on=DUE_ON)
    assign(noah, due_on=DUE_ON.replace(day=10))
    services.sweep()
    mailoutbox.clear()


def assert_one_names(mailoutbox: Mails, manager: User, *team: User) -> None:
    [mail] = [mail for mail in mailoutbox if mail.to == [manager.email]]
    assert all(person.full_name in mail.body for person in team)


def plan_of(ada: User, plan: Plan) -> None:
    services.change_reminders(by=ada, plan=plan, seen=Plan(), op_id=uuid.uuid4(), at=timezone.now())


def fail_all() -> None:
    Notification.objects.filter(state=State.PENDING).update(state=State.FAILED)


def test_of_reminders_that_failed_the_last_is_sent_again(
    ada: User, lena: User, assign: Press, press: Press, queue: Queue, mailoutbox: Mails
) -> None:
    plan_of(ada, Plan((5, 2, 1)))
    assign(lena, due_on=DUE_ON)
    for day in (4, 7, 8):
        queue(day)
        fail_all()
    press(services.send_again, lena)
    services.sweep()
    assert [mail.subject for mail in mailoutbox] == ["Command of the Message: assigned, due Tue 9 March 2027", REMINDER]


def test_of_reminders_that_nobody_sent_the_last_goes_out_and_is_in_the_bell(
    ada: User, lena: User, assign: Press, queue: Queue, mailoutbox: Mails
) -> None:
    plan_of(ada, Plan((5, 2, 1, -1)))
    assign(lena, due_on=DUE_ON)
    services.sweep()
    queue(4, 7, 8)
    services.sweep()
    queue(10)
    services.sweep()
    assert [mail.subject for mail in mailoutbox[1:]] == [
        REMINDER,
        OVERDUE,
    ]
    assert Notification.objects.filter(recipient=lena).in_bell().count() == 3


def test_of_two_due_days_each_has_its_own_whatever_the_clock_did(
    ada: User, lena: User, message: Certification, assign: Press, queue: Queue, mailoutbox: Mails
) -> None:
    """The first was promised by a clock that was ahead, and has the later moment."""
    assign(lena, due_on=DUE_ON)
    services.sweep()
    queue(8)
    services.sweep()
    queue(3)
    change_due_date(ada, message, open_assignment(lena), due_on=DUE_ON - timedelta(days=1))
    services.sweep()
    assert [mail.subject for mail in mailoutbox[1:]] == [
        REMINDER,
        "Command of the Message: reminder, due Mon 8 March 2027",
    ]


def test_one_that_was_taken_back_takes_nobodys_place(
    ada: User, lena: User, assign: Press, queue: Queue, mailoutbox: Mails
) -> None:
    plan_of(ada, Plan((5, 2)))
    assign(lena, due_on=DUE_ON)
    services.sweep()
    queue(4, 7)
    Notification.objects.filter(dedupe_key__endswith=":2").update(state=State.CANCELLED, cancelled_at=timezone.now())
    services.sweep()
    assert [mail.subject for mail in mailoutbox[1:]] == [REMINDER]


def test_of_reminders_by_press_that_failed_the_last_is_sent_again(
    clock: time_machine.Coordinates, lena: User, assign: Press, press: Press, mailoutbox: Mails
) -> None:
    assign(lena)
    services.sweep()
    for day in (2, 3):
        clock.move_to(datetime(2027, 3, day, 10, tzinfo=NEW_YORK))
        press(services.remind_now, lena)
        fail_all()
    press(services.send_again, lena)
    services.sweep()
    assert len(mailoutbox) == 2


def test_of_two_messages_to_a_manager_the_last_goes_out_and_names_everybody(
    late_team: None, lena: User, noah: User, rosa: User, queue: Queue, mailoutbox: Mails
) -> None:
    queue(10, 11)
    services.sweep()
    assert_one_names(mailoutbox, rosa, lena, noah)


def test_caught_up_in_the_small_hours_it_names_those_whose_day_that_is_too(
    late_team: None, lena: User, noah: User, rosa: User, queue: Queue, mailoutbox: Mails
) -> None:
    """There is one message a day, so at eight there would be none for them."""
    queue(11, hour=2)
    services.sweep()
    queue(11)
    services.sweep()
    assert_one_names(mailoutbox, rosa, lena, noah)
