"""Reminders that their reader has switched off: what goes out all the same, and what admins see of it."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from accounts.models import Company, User
from assignments import notices, services
from assignments.reminders import Plan
from notifications import services as post_office
from notifications.letters import message_id
from notifications.models import Notification

from .conftest import Press, open_assignment
from .pages import ASSIGNED, ONE, names, press, read, result_of
from .presses import DUE_ON
from .test_upcoming import choose

Mails = list[EmailMessage]
State = Notification.State
FIVE_DAYS_BEFORE, DAY_AFTER = "2027-03-04T14:00:00Z", "2027-03-10T14:00:00Z"


def switch_off(person: User, *kinds: str) -> None:
    post_office.switch_emails(person=person, off=kinds or ["reminder"], at=timezone.now())


def ledger(browser: Client, learner: User) -> str:
    return read(browser, f"{ONE}learners/{learner.pk}/messages/")


def pressed(browser: Client, action: str, learner: User) -> Any:
    """Ada presses an action for what the learner has open."""
    return press(browser, f"{ONE}{action}/", open_assignment(learner).selection_value)


def told(person: User) -> list[tuple[str, str]]:
    return list(Notification.objects.filter(recipient=person).order_by("pk").values_list("kind", "state"))


@pytest.fixture
def reminded(clock: time_machine.Coordinates, lena: User, assign: Press, mailoutbox: Mails) -> None:
    """Lena was assigned something, and reminded of it when she had switched those emails off."""
    assign(lena, due_on=DUE_ON)
    services.sweep()
    switch_off(lena)
    clock.move_to(FIVE_DAYS_BEFORE)
    services.sweep()
    assert told(lena) == [("assigned", "sent"), ("reminder", "declined")]
    assert len(mailoutbox) == 1
    mailoutbox.clear()


def test_what_may_be_switched_off_are_the_reminders_and_the_managers_message() -> None:
    optional = {kind.name for kind in notices.KINDS if kind.optional_as}
    assert optional == {"reminder", "overdue", "team_overdue"}


def test_only_their_emails_offer_it(
    clock: time_machine.Coordinates,
    browser: Client,
    meridian: Company,
    lena: User,
    assign: Press,
    mailoutbox: Mails,
) -> None:
    choose(meridian, Plan(learner=(5, -1), manager=(-1,)))
    assign(lena, due_on=DUE_ON)
    pressed(browser, "remind-now", lena)
    services.sweep()
    for moment in (FIVE_DAYS_BEFORE, DAY_AFTER):
        clock.move_to(moment)
        services.sweep()
    kinds = {message_id(each.dedupe_key): each.kind for each in Notification.objects.all()}
    offering = {
        kinds[mail.extra_headers["Message-ID"]]: "List-Unsubscribe" in mail.extra_headers for mail in mailoutbox
    }
    assert offering == {
        "assigned": False,
        "remind_now": False,
        "reminder": True,
        "overdue": True,
        "team_overdue": True,
    }
    assert [mail for mail in mailoutbox if "switch these emails off" in mail.body] == [
        mail for mail in mailoutbox if "List-Unsubscribe-Post" in mail.extra_headers
    ]


def test_reminders_before_and_after_the_due_day_have_a_switch_each(
    clock: time_machine.Coordinates, meridian: Company, lena: User, assign: Press, mailoutbox: Mails
) -> None:
    choose(meridian, Plan(learner=(5, -1)))
    switch_off(lena, "overdue")
    assign(lena, due_on=DUE_ON)
    for moment in (FIVE_DAYS_BEFORE, DAY_AFTER):
        clock.move_to(moment)
        services.sweep()
    assert told(lena) == [("assigned", "sent"), ("reminder", "sent"), ("overdue", "declined")]


def test_a_manager_switches_off_the_teams_emails_and_not_their_peoples(
    clock: time_machine.Coordinates, meridian: Company, rosa: User, lena: User, assign: Press, mailoutbox: Mails
) -> None:
    choose(meridian, Plan(learner=(-1,), manager=(-1,)))
    switch_off(rosa, "team_overdue")
    assign(lena, due_on=DUE_ON)
    clock.move_to(DAY_AFTER)
    services.sweep()
    assert told(rosa) == [("team_overdue", "declined")]
    assert told(lena)[-1] == ("overdue", "sent")


def test_what_is_assigned_and_what_an_admin_sends_by_hand_still_come(
    reminded: None, browser: Client, lena: User, mailoutbox: Mails
) -> None:
    """On the day of a reminder too, since that was no email."""
    switch_off(lena, "reminder", "overdue", "team_overdue")
    pressed(browser, "remind-now", lena)
    services.sweep()
    assert [mail.to for mail in mailoutbox] == [[lena.email]]


def test_the_list_and_the_ledger_say_so_in_words(reminded: None, browser: Client, lena: User) -> None:
    assert "Switched off : messages to Lena Brandt In the bell alone" in read(browser, ASSIGNED)
    said = ledger(browser, lena)
    assert "Switched off Reminder · in the bell, not read yet" in said
    assert "No email: its reader had switched these emails off, so it is in the bell alone." in said
    assert "Send again" not in said


def test_it_is_neither_a_failure_nor_something_that_waits(reminded: None, browser: Client) -> None:
    assert "did not get an email" not in read(browser, "/")
    assert "No email has failed" in read(browser, ASSIGNED, delivery="failed")


def test_who_has_switched_reminders_off_is_found_by_the_filter(
    browser: Client, lena: User, rosa: User, team: Any, assign: Press
) -> None:
    assign(lena, team.bo, team.cy)
    switch_off(lena, "reminder")
    switch_off(team.cy, "overdue")
    switch_off(team.bo, "team_overdue")
    assert sorted(names(browser, ASSIGNED, delivery="off")) == ["Cy", "Lena"]
    assert "choose Actions, Send again" not in read(browser, ASSIGNED, delivery="off")


def test_the_filter_that_finds_nobody_does_not_say_that_all_emails_have_arrived(
    browser: Client, lena: User, assign: Press
) -> None:
    assign(lena)
    assert "Nobody matches" in read(browser, ASSIGNED, delivery="off")


def test_send_again_is_refused_with_the_reason(reminded: None, browser: Client, lena: User) -> None:
    said = result_of(browser, pressed(browser, "send-again", lena))
    assert "Lena Brandt Had switched these emails off, so it is in the bell alone." in said
    assert told(lena)[-1] == ("reminder", "declined")


def test_what_failed_before_it_was_switched_off_is_not_sent_by_send_again(
    clock: time_machine.Coordinates, browser: Client, lena: User, assign: Press, mailoutbox: Mails
) -> None:
    """The result says how many, and counts them neither as sent nor as failed nor as waiting."""
    assign(lena, due_on=DUE_ON)
    services.sweep()
    clock.move_to(FIVE_DAYS_BEFORE)
    services.queue_reminders(at=timezone.now())
    Notification.objects.filter(kind="reminder").update(state=State.FAILED, failure="No such mailbox.", attempts=1)
    switch_off(lena)
    clock.shift(60)
    answer = pressed(browser, "send-again", lena)
    services.sweep()
    assert "0 sent 1 switched off by the reader Everyone sees it in the bell already." in result_of(browser, answer)
    assert (len(mailoutbox), told(lena)[-1]) == (1, ("reminder", "declined"))


def test_what_is_still_to_come_is_said_to_come_in_the_bell_alone(
    browser: Client, meridian: Company, lena: User, rosa: User, assign: Press
) -> None:
    choose(meridian, Plan(learner=(5, -1), manager=(-1,)))
    assign(lena, due_on=DUE_ON)
    switch_off(lena, "overdue")
    switch_off(rosa, "team_overdue")
    said = ledger(browser, lena)
    assert "Overdue notice · 1 day after the due date, if it is not complete by then, in the bell alone" in said
    assert "Reminder · 5 days before the due date, if it is not complete by then Wed" in said
    preview = read(browser, f"{ONE}learners/{lena.pk}/preview/")
    assert preview.count("and in the bell alone") == 2
    for person in (lena, rosa):
        assert f"by then, and in the bell alone: {person.full_name} has switched these emails off" in preview
