"""Account Settings: which emails somebody gets, and that what always comes is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Company, User
from notifications import services as post_office
from notifications.models import SwitchedOff
from tests.assignments.pages import main_of, read

SETTINGS = "/account/settings/"
BEFORE, AFTER, TEAM = (
    "Reminders before and on a due date",
    "Reminders after a due date has passed",
    "Messages about your team’s overdue certifications",
)
ClientOf = Callable[[User], Client]


def off_of(person: User) -> set[str]:
    return set(SwitchedOff.objects.visible_to(person).values_list("kind", flat=True))


def save(client: Client, *wanted: str, shown: str = "reminder,overdue", **options: Any) -> Any:
    return client.post(SETTINGS, {"wanted": wanted, "shown": shown}, **options)


def test_a_learner_chooses_which_reminders_come_by_email(client_of: ClientOf, lena: User) -> None:
    lenas = client_of(lena)
    said = main_of(save(lenas, "overdue", follow=True))
    assert "Saved. It counts from the next email on." in said
    assert off_of(lena) == {"reminder"}
    page = lenas.get(SETTINGS).text
    assert page.count('type="checkbox"') == 2
    assert 'value="overdue" id="id_wanted_1" checked' in page
    assert 'value="reminder" id="id_wanted_0">' in page
    save(lenas, "reminder")
    assert off_of(lena) == {"overdue"}
    save(lenas, "reminder", "overdue")
    assert off_of(lena) == set()


def test_what_stays_and_what_always_comes_is_said(client_of: ClientOf, lena: User, cora: User) -> None:
    for person in (lena, cora):
        said = read(client_of(person), SETTINGS)
        assert "The bell shows every message, also those that you get no email of." in said
        assert "about a new assignment, about your login, and what an admin sends you by hand always come" in said


def test_the_teams_messages_are_offered_to_who_has_people(client_of: ClientOf, lena: User, rosa: User) -> None:
    assert TEAM not in read(client_of(lena), SETTINGS)
    said = read(client_of(rosa), SETTINGS)
    assert BEFORE in said
    assert AFTER in said
    assert TEAM in said


def test_who_has_switched_them_off_can_switch_them_on_without_people(client_of: ClientOf, lena: User) -> None:
    post_office.switch_emails(person=lena, off=["team_overdue"], at=timezone.now())
    lenas = client_of(lena)
    assert TEAM in read(lenas, SETTINGS)
    save(lenas, "reminder", "overdue", "team_overdue", shown="reminder,overdue,team_overdue")
    assert off_of(lena) == set()
    assert TEAM not in read(lenas, SETTINGS)


def test_what_the_page_did_not_ask_about_stays_as_it_is(client_of: ClientOf, rosa: User, lena: User) -> None:
    """Rosa opened the page before Lena reported to her."""
    save(client_of(rosa), "reminder", shown="reminder,overdue")
    assert off_of(rosa) == {"overdue"}


def test_on_a_plan_without_reminders_there_is_nothing_to_switch_off(client_of: ClientOf, cora: User) -> None:
    page = client_of(cora).get(SETTINGS)
    assert "there is none to switch off at present" in main_of(page)
    assert 'type="submit">Save' not in page.text


def test_what_was_switched_off_can_be_switched_on_when_the_plan_is_lowered(
    client_of: ClientOf, meridian: Company, lena: User
) -> None:
    post_office.switch_emails(person=lena, off=["reminder"], at=timezone.now())
    Company.objects.filter(pk=meridian.pk).update(plan=Company.Plan.CONNECT)
    lenas = client_of(lena)
    said = read(lenas, SETTINGS)
    assert BEFORE in said
    assert AFTER not in said
    save(lenas, "reminder", shown="reminder")
    assert off_of(lena) == set()


@pytest.mark.parametrize("kind", ["assigned", "remind_now", "team_overdue", "<b>", "\0"])
def test_what_is_not_offered_is_refused_and_changes_nothing(client_of: ClientOf, lena: User, kind: str) -> None:
    refused = save(client_of(lena), kind)
    assert refused.status_code == 422
    assert "One of these emails is not sent to you any more. Choose again." in main_of(refused)
    assert off_of(lena) == set()


@pytest.mark.parametrize("kind", ["assigned", "remind_now", "team_overdue", "<b>", "\0", ""])
def test_a_form_cannot_switch_off_what_is_not_offered(client_of: ClientOf, lena: User, kind: str) -> None:
    assert save(client_of(lena), shown=kind).status_code in (302, 422)
    assert off_of(lena) == set()


def test_nobody_chooses_for_somebody_else(client_of: ClientOf, lena: User, max: User) -> None:
    save(client_of(max))
    assert (off_of(max), off_of(lena)) == ({"reminder", "overdue"}, set())
