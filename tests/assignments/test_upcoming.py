"""Upcoming messages: what the page tells is what the sweeps of the next thirty days send."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Company, User
from assignments import services
from assignments.models import Assignment, ReminderRule
from assignments.reminders import Plan
from assignments.upcoming import DAYS_AHEAD, Upcoming, messages_to_come
from certifications.models import Certification
from notifications.models import Notification
from tests.factories import complete, eligible_person

from .conftest import Press
from .pages import read
from .presses import TODAY

URL = "/team/assignments/upcoming/"
DAY = timedelta(days=1)
RICH = Plan(learner=(14, 5, 1, 0, -3), manager=(-2, -5))
Told = set[tuple[date, int, str]]


def choose(company: Company, plan: Plan) -> None:
    ReminderRule.objects.bulk_create(
        ReminderRule(company=company, audience=audience, days_before=days)
        for audience, all_days in (("learner", plan.learner), ("manager", plan.manager))
        for days in all_days
    )


@pytest.fixture
def crowd(meridian: Company, message: Certification, rosa: User, max: User) -> list[User]:
    """Twelve people, of whom the even ones report to Rosa and the others to Max."""
    managers = [rosa, max]
    return [eligible_person(message, meridian, reports_to=managers[number % 2]) for number in range(12)]


def said(meridian: Company) -> Told:
    """What the page says is to come: day, recipient, kind."""
    coming = Upcoming(Assignment.objects.all(), company=meridian, at=timezone.now())
    learners = {
        (row["on"], row["learner"], "reminder" if row["days_before"] >= 0 else "overdue")
        for row in coming.to_learners()
    }
    return learners | {(row["on"], row["pk"], "team_overdue") for row in coming.to_managers()}


def walked(clock: time_machine.Coordinates, meridian: Company) -> Told:
    """What the sweeps of the next days promise, each at nine in the morning in New York and once right now."""
    before = set(Notification.objects.values_list("pk", flat=True))
    services.queue_reminders(at=timezone.now())
    for ahead in range(1, DAYS_AHEAD + 1):
        at = datetime.combine(TODAY + ahead * DAY, datetime.min.time(), tzinfo=UTC) + timedelta(hours=14)
        clock.move_to(at)
        services.queue_reminders(at=at)
    found = Notification.objects.exclude(pk__in=before)
    return {(meridian.day_at(one.created_at), one.recipient_id, one.kind) for one in found}


@pytest.mark.parametrize("plan", [Plan(), RICH, Plan(learner=(30, 2)), Plan(learner=(-1,), manager=(-1,))])
def test_the_next_thirty_days_are_told_as_the_sweeps_then_send_them(
    clock: time_machine.Coordinates,
    meridian: Company,
    message: Certification,
    crowd: list[User],
    assign: Press,
    move: Press,
    plan: Plan,
) -> None:
    choose(meridian, plan)
    for number, person in enumerate(crowd[:10]):
        assign(person, due_on=TODAY + number * 3 * DAY)
    assign(crowd[10])
    assign(crowd[11], due_on=TODAY + 40 * DAY)
    move(crowd[11], due_on=TODAY + 2 * DAY)
    complete(crowd[3], message)
    told = said(meridian)
    assert told
    assert told == walked(clock, meridian)


def test_what_was_missed_for_too_long_is_not_to_come_any_more(
    clock: time_machine.Coordinates, meridian: Company, lena: User, assign: Press
) -> None:
    assign(lena, due_on=TODAY + 30 * DAY)
    Company.objects.update(plan=Company.Plan.TEAM)
    clock.shift(200 * DAY)
    Company.objects.update(plan=Company.Plan.PLUS)
    coming = messages_to_come(Assignment.objects.all(), company=meridian, today=meridian.day_at(timezone.now()))
    assert [*coming.values()] == [[]]
    assert services.queue_reminders(at=timezone.now()) == 0


def test_the_page_names_day_person_and_message(browser: Client, lena: User, assign: Press) -> None:
    assign(lena, due_on=TODAY + 8 * DAY)
    page = browser.get(URL).content.decode()
    for words in ("Thu 4 March 2027", "Lena Brandt", "Reminder, 5 days before", "Tue 9 March 2027"):
        assert words in page
    assert "Nobody matches" in browser.get(URL, {"q": "nobody"}).content.decode()


def test_a_reminder_of_the_day_itself_is_said_to_be_on_the_due_date(
    browser: Client, meridian: Company, lena: User, assign: Press
) -> None:
    choose(meridian, Plan(learner=(0,)))
    assign(lena, due_on=TODAY + 8 * DAY)
    assert "Reminder, on the due date" in read(browser, URL)


def test_with_nothing_to_come_it_says_what_is_needed(browser: Client) -> None:
    assert "Reminders need an assignment with a due date" in browser.get(URL).content.decode()


def test_anothers_company_is_not_there(
    client_of: Callable[[User], Client], sam: User, harbor: Company, lena: User, assign: Press
) -> None:
    assign(lena, due_on=TODAY + 8 * DAY)
    assert "Lena" not in client_of(sam).get(URL).content.decode()


def test_managers_have_a_list_of_their_own_that_is_searched_by_their_names(
    browser: Client, meridian: Company, crowd: list[User], assign: Press, rosa: User, max: User
) -> None:
    choose(meridian, RICH)
    assign(*crowd[:3], due_on=TODAY + 8 * DAY)
    managers = read(browser, URL, to="managers")
    assert "Thu 11 March 2027 in 10 days · 2 messages" in managers
    assert f"{max.full_name} Overdue in the team, 1 person new on the list" in managers
    assert f"{rosa.full_name} Overdue in the team, 2 people new on the list" in managers
    assert crowd[0].full_name not in managers
    found = read(browser, URL, to="managers", q=rosa.full_name)
    assert rosa.full_name in found
    assert max.full_name not in found
    assert "To managers 2" in found  # two and five days after the due day
    assert "Nobody matches" in read(browser, URL, to="managers", q=crowd[0].full_name)


def test_each_day_says_how_many_there_are_on_all_pages_and_no_day_says_none(
    browser: Client, message: Certification, meridian: Company, assign: Press
) -> None:
    people = [eligible_person(message, meridian) for _ in range(30)]
    assign(*people, due_on=TODAY + 8 * DAY)
    first, second = (read(browser, URL, page=page) for page in (1, 2))
    for page in (first, second):
        assert "Thu 4 March 2027 in 3 days · 30 messages" in page
    assert "Thu 4 March 30 Messages to learners" in first
    assert "Mon 1 March 0" not in first


def test_without_a_message_to_managers_their_list_says_why(browser: Client) -> None:
    assert "if your reminders say so" in read(browser, URL, to="managers")


def test_twelve_people_cost_as_many_queries_as_one(browser: Client, crowd: list[User], assign: Press) -> None:
    assign(crowd[0], due_on=TODAY + 8 * DAY)
    browser.get(URL)
    with CaptureQueriesContext(connection) as for_one:
        browser.get(URL)
    assign(*crowd[1:], due_on=TODAY + 9 * DAY)
    with CaptureQueriesContext(connection) as for_all:
        browser.get(URL)
    assert len(for_all) == len(for_one)
