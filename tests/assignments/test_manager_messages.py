"""Messages to managers: each is seen by the admin as it stands, with the reason, and as it went out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import services as people
from accounts.models import Company, User
from assignments import services
from assignments.reminders import Plan
from certifications.models import Certification
from notifications.models import Channel, Notification
from tests.factories import PersonFactory, complete, eligible_person, enroll

from .conftest import Press
from .pages import read, words
from .presses import TODAY
from .test_upcoming import choose

URL = "/team/assignments/messages-to-managers/"
DAY = timedelta(days=1)
REFUSED = "The mail server refused the address: 550 5.1.1 No such mailbox here."
State = Notification.State
Overdue = Callable[..., None]


@pytest.fixture
def overdue(clock: time_machine.Coordinates, meridian: Company, assign: Press) -> Overdue:
    """`overdue(lena)`: these have been overdue for two days, and the sweep of that morning is told of it."""
    choose(meridian, Plan(manager=(-2,)))

    def make(*learners: User) -> None:
        assign(*learners, due_on=meridian.day_at(timezone.now()))
        clock.shift(2 * DAY)
        services.queue_reminders(at=timezone.now())

    return make


def fail(manager: User) -> None:
    told = Notification.objects.filter(recipient=manager, kind="team_overdue", state=State.PENDING)
    told.update(state=State.FAILED, failure=REFUSED, attempts=1)


def test_what_was_sent_is_there_with_its_day_and_as_it_went_out(
    browser: Client, rosa: User, lena: User, overdue: Overdue
) -> None:
    overdue(lena)
    services.sweep()
    page = read(browser, URL)
    assert "1 message" in page
    assert "Wed 3 March 2027, 10:00 Sent Rosa Conti rosa@meridian.example · in the bell, not read yet" in page
    [message] = Notification.objects.filter(recipient=rosa)
    assert f"{message.subject} to rosa@meridian.example Hello Rosa," in page
    assert "Lena Brandt: Command of the Message, due Mon 1 March 2027, 0 of 6 steps done" in page


def test_what_failed_waits_or_was_taken_back_is_there_with_the_reason(
    clock: time_machine.Coordinates, browser: Client, message: Certification, rosa: User, lena: User, overdue: Overdue
) -> None:
    overdue(lena)
    busy = "The mail server is busy."
    Notification.objects.filter(recipient=rosa).update(
        attempts=2, failure=busy, next_attempt_at=timezone.now() + timedelta(minutes=20)
    )
    waits = f"Waiting Rosa Conti rosa@meridian.example · in the bell, not read yet {busy}"
    assert f"{waits} The next try is on Wed 3 March 2027, 10:20." in read(browser, URL)
    fail(rosa)
    assert f"Failed Rosa Conti rosa@meridian.example · in the bell, not read yet {REFUSED}" in read(browser, URL)
    overdue(eligible_person(message, rosa.company, reports_to=rosa))
    for learner in User.objects.filter(reports_to=rosa):
        complete(learner, message)
    services.sweep()
    told = "Not sent Rosa Conti rosa@meridian.example · no longer wanted since Fri 5 March 2027, 10:00"
    page = read(browser, URL)
    assert page.index(told) < page.index("Failed Rosa Conti")


def test_those_that_failed_have_a_list_of_their_own_that_says_what_to_do(
    browser: Client, message: Certification, max: User, rosa: User, lena: User, overdue: Overdue
) -> None:
    overdue(lena, eligible_person(message, max.company, reports_to=max))
    fail(rosa)
    page = read(browser, URL, delivery="failed")
    assert "All 2 Failed 1" in page
    assert "Rosa Conti" in page
    assert "Max Okafor" not in page
    assert "people change their own in Account Settings" in page
    assert "a new message goes out by itself" in page
    assert "Account Settings" not in read(browser, URL)


def test_once_the_address_is_mended_the_next_message_names_everybody(
    browser: Client, message: Certification, rosa: User, lena: User, overdue: Overdue
) -> None:
    overdue(lena)
    fail(rosa)
    people.change_email(person=rosa, email="rosa.conti@meridian.example")
    other = eligible_person(message, rosa.company, reports_to=rosa)
    overdue(other)
    services.sweep()
    page = read(browser, URL)
    assert "to rosa.conti@meridian.example Hello Rosa," in page
    assert f"{other.full_name}: Command of the Message" in page
    assert page.count("Lena Brandt: Command of the Message") == 1


@pytest.mark.parametrize("words", ["Conti", "rosa@meridian"])
def test_a_manager_is_found_by_name_or_address(
    browser: Client, message: Certification, max: User, rosa: User, lena: User, overdue: Overdue, words: str
) -> None:
    overdue(lena, eligible_person(message, max.company, reports_to=max))
    page = read(browser, URL, q=words)
    assert "1 message to managers who match" in page
    assert "Rosa Conti" in page
    assert "Max Okafor" not in page
    assert "Nobody matches" in read(browser, URL, q=lena.full_name)


def test_more_than_a_page_is_paged_and_the_newest_is_on_top(
    browser: Client, message: Certification, meridian: Company, overdue: Overdue
) -> None:
    managers = [PersonFactory(company=meridian) for _ in range(26)]
    overdue(*(eligible_person(message, meridian, reports_to=manager) for manager in managers))
    overdue(eligible_person(message, meridian, reports_to=managers[3]))
    first, second = (read(browser, URL, page=page) for page in (1, 2))
    assert "27 messages" in first
    assert "All 27 Failed 0 Fri 5 March 2027, 10:00 Waiting " + managers[3].full_name in first
    assert first.count(" Waiting ") == 25
    assert second.count(" Waiting ") == 2


def test_anothers_managers_are_not_there(
    client_of: Callable[[User], Client], sam: User, lena: User, overdue: Overdue
) -> None:
    overdue(lena)
    page = read(client_of(sam), URL)
    assert "Rosa" not in page
    assert "0 messages" in page


def test_with_nothing_sent_it_says_what_to_do_next(browser: Client, meridian: Company, overdue: Overdue) -> None:
    assert "Nothing was sent to managers yet" in read(browser, URL)
    assert "No message to a manager has failed" in read(browser, URL, delivery="failed")
    meridian.reminder_rules.all().delete()
    page = read(browser, URL)
    assert "your Reminders say that managers are told nothing" in page
    assert "Choose in Reminders after how many days they get a message" in page


def test_what_was_sent_stays_when_the_message_is_switched_off(
    browser: Client, meridian: Company, rosa: User, lena: User, overdue: Overdue
) -> None:
    overdue(lena)
    fail(rosa)
    meridian.reminder_rules.all().delete()
    page = read(browser, URL, delivery="failed")
    assert f"Failed Rosa Conti rosa@meridian.example · in the bell, not read yet {REFUSED}" in page
    assert "a new message goes out by itself" not in page


def test_upcoming_messages_and_reminders_lead_there(browser: Client) -> None:
    for path in ("/team/assignments/upcoming/?to=managers", "/team/assignments/reminders/"):
        assert f'href="{URL}"' in browser.get(path).text


def test_a_closed_channel_is_told_there(browser: Client, meridian: Company) -> None:
    Channel.objects.create(name="email", pauses=1)
    assert "No email goes out at the moment." in read(browser, URL)


def test_twenty_messages_cost_as_many_queries_as_two(
    browser: Client, message: Certification, meridian: Company, overdue: Overdue
) -> None:
    def queries(**query: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            read(browser, URL, **query)
        return len(captured)

    def team() -> User:
        return eligible_person(message, meridian, reports_to=PersonFactory(company=meridian))

    overdue(team(), team())
    services.sweep()
    few = [queries(), queries(q="Robin")]
    overdue(*(team() for _ in range(18)))
    services.sweep()
    assert [queries(), queries(q="Robin")] == few
    assert Notification.objects.filter(kind="team_overdue", state=State.SENT).count() == 20


# What it says


def test_it_says_by_how_many_days_those_whom_it_names_are_overdue_at_least(
    client_of: Callable[[User], Client],
    mailoutbox: list[EmailMultiAlternatives],
    message: Certification,
    rosa: User,
    lena: User,
    assign: Press,
    overdue: Overdue,
) -> None:
    since_yesterday = eligible_person(message, rosa.company, reports_to=rosa)
    assign(since_yesterday, due_on=TODAY + DAY)
    overdue(lena)
    services.sweep()
    [mail] = [each for each in mailoutbox if each.to == [rosa.email]]
    [(html, _)] = mail.alternatives
    assert mail.subject == "Command of the Message: 1 in your team overdue by 2 days or more"
    assert "1 person in your team has not completed a certification that is overdue by 2 days or more." in mail.body
    assert "1 person in your team is overdue by 2 days or more" in words(str(html))
    assert "this person has not completed a certification that was due on Mon 1 March 2027 or before." in words(html)
    assert since_yesterday.full_name not in mail.body
    assert "also by fewer days" in mail.body
    assert "1 person in your team is overdue by 2 days or more" in read(client_of(rosa), "/notifications/")


# Home


def test_home_counts_the_managers_whose_last_message_failed_and_leads_to_it(
    browser: Client, message: Certification, max: User, rosa: User, lena: User, overdue: Overdue
) -> None:
    overdue(lena, eligible_person(message, max.company, reports_to=max))
    assert "did not get the last email" not in read(browser, "/")
    fail(rosa)
    assert "1 manager did not get the last email about who is overdue in their team" in read(browser, "/")
    assert f'href="{URL}?delivery=failed"' in browser.get("/").text
    overdue(eligible_person(message, rosa.company, reports_to=rosa))
    fail(rosa)
    assert "1 manager did not get the last email" in read(browser, "/")


def test_home_is_silent_once_a_later_message_has_arrived(
    browser: Client, message: Certification, rosa: User, lena: User, overdue: Overdue
) -> None:
    overdue(lena)
    fail(rosa)
    overdue(eligible_person(message, rosa.company, reports_to=rosa))
    services.sweep()
    assert "did not get the last email" not in read(browser, "/")


def test_home_goes_by_the_last_that_was_tried_not_by_what_was_taken_back(
    browser: Client, message: Certification, rosa: User, lena: User, overdue: Overdue
) -> None:
    overdue(lena)
    fail(rosa)
    overdue(eligible_person(message, rosa.company, reports_to=rosa))
    for learner in User.objects.filter(reports_to=rosa):
        complete(learner, message)
    services.sweep()
    assert Notification.objects.filter(recipient=rosa, state=State.CANCELLED).exists()
    assert "1 manager did not get the last email" in read(browser, "/")


def test_home_does_not_take_what_a_manager_learns_for_a_message_about_their_team(
    browser: Client, message: Certification, rosa: User, lena: User, overdue: Overdue, assign: Press
) -> None:
    enroll(rosa, message.program)
    assign(rosa)
    Notification.objects.filter(recipient=rosa).update(state=State.FAILED, failure=REFUSED)
    assert "did not get the last email" not in read(browser, "/")
    overdue(lena)
    fail(rosa)
    Notification.objects.filter(recipient=rosa, kind="assigned").update(created_at=timezone.now() + timedelta(hours=1))
    assert "1 manager did not get the last email" in read(browser, "/")


def test_home_does_not_tell_for_ever_what_nobody_can_send_again(
    clock: time_machine.Coordinates,
    client_of: Callable[[User], Client],
    ada: User,
    rosa: User,
    lena: User,
    overdue: Overdue,
) -> None:
    overdue(lena)
    fail(rosa)
    clock.shift(29 * DAY)
    assert "1 manager did not get the last email" in read(client_of(ada), "/")
    clock.shift(DAY)
    assert "did not get the last email" not in read(client_of(ada), "/")


def test_home_does_not_tell_of_a_manager_who_has_left_nor_anothers_admin(
    browser: Client, client_of: Callable[[User], Client], sam: User, rosa: User, lena: User, overdue: Overdue
) -> None:
    overdue(lena)
    fail(rosa)
    for person in (rosa, lena, sam):
        assert "did not get the last email" not in read(client_of(person), "/")
    User.objects.filter(pk=rosa.pk).update(status=User.Status.INACTIVE)
    assert "did not get the last email" not in read(browser, "/")
