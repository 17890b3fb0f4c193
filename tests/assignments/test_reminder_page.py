"""Team Management → Assignments → Reminders: what an admin may write there, and what is refused in words."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Company, User
from assignments import lengths
from assignments.models import Operation, ReminderRule
from assignments.reminders import MOST_DAYS_AFTER, MOST_DAYS_BEFORE, MOST_MESSAGES, Plan
from certifications.models import Certification
from tests.factories import PersonFactory, complete

from .conftest import Press
from .presses import DUE_ON

URL = "/team/assignments/reminders/"


def save(browser: Client, **written: Any) -> HttpResponse:
    usual = {"before": "", "after": "", "manager_after": "", "seen": "5|", "op_id": str(uuid.uuid4())}
    return browser.post(URL, usual | written)


def text(response: HttpResponse) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def plan_of(company: Company) -> Plan:
    return ReminderRule.objects.plan_of(company.pk)


def test_it_shows_the_one_reminder_of_before(browser: Client) -> None:
    page = browser.get(URL).content.decode()
    assert 'name="before" value="5"' in page
    assert 'name="seen" value="5|"' in page


def test_several_days_and_a_notice_to_managers_are_saved(browser: Client, meridian: Company) -> None:
    answer = save(browser, before="1, 14 5", on_the_day="on", after="3", manager_after="3")
    assert answer["Location"] == URL
    assert plan_of(meridian) == Plan(learner=(14, 5, 1, 0, -3), manager=(-3,))
    page = text(browser.get(URL))
    assert "Last changed by Ada Ekström" in page
    assert "Saved." in page


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"before": "400"}, "Write whole days between 1 and 90, with commas between them."),
        ({"before": "0"}, "Write whole days between 1 and 90"),
        ({"before": "-5"}, "Write whole days between 1 and 90"),
        ({"before": "five"}, "Write whole days between 1 and 90"),
        ({"before": "5, 5"}, "Write each day once."),
        ({}, "Choose at least one day on which learners are reminded."),
        ({"manager_after": "3"}, "Choose at least one day on which learners are reminded."),
        ({"before": "7 6 5 4 3 2 1"}, "Choose at most 6 days in all"),
        ({"before": "5", "after": "61"}, "Write whole days between 1 and 60"),
        ({"before": "5", "manager_after": "1 1"}, "Write each day once."),
        ({"before": "5", "manager_after": "7 6 5 4 3 2 1"}, "Tell managers on at most 6 days"),
    ],
)
def test_what_makes_no_sense_is_told_by_the_field_and_keeps_what_was_typed(
    browser: Client, meridian: Company, written: dict[str, str], words: str
) -> None:
    answer = save(browser, **written)
    assert answer.status_code == 422
    assert words in text(answer)
    assert all(f'value="{typed}"' in answer.content.decode() for typed in written.values())
    assert plan_of(meridian) == Plan()


def test_too_many_days_of_managers_are_told_by_their_own_field(browser: Client) -> None:
    answer = save(browser, before="30 21 14 7 5 1", manager_after=" ".join(map(str, range(1, 22))))
    field = answer.content.decode().partition('id="id_manager_after_error"')[2].partition("</div>")[0]
    assert "Tell managers on at most 6 days" in field


@pytest.mark.parametrize("before", range(MOST_MESSAGES + 1))
def test_the_longest_plan_that_may_be_saved_is_kept_in_words(browser: Client, before: int) -> None:
    days = [str(MOST_DAYS_BEFORE - day) for day in range(before)]
    after = [str(MOST_DAYS_AFTER - day) for day in range(MOST_MESSAGES)]
    written = {"before": " ".join(days), "after": " ".join(after[before:]), "manager_after": " ".join(after)}
    assert save(browser, **written).status_code == 302
    assert len(Operation.objects.get().name) <= lengths.NAME


def test_the_second_of_two_admins_overwrites_nothing(browser: Client, meridian: Company) -> None:
    save(browser, before="7")
    answer = save(browser, before="3")
    assert answer.status_code == 422
    assert "Ada Ekström changed the reminders on" in text(answer)
    assert 'name="before" value="7"' in answer.content.decode()
    assert plan_of(meridian) == Plan(learner=(7,))


def test_a_double_click_is_one_change(browser: Client) -> None:
    op_id = str(uuid.uuid4())
    assert [save(browser, before="7", op_id=op_id).status_code for _ in range(2)] == [302, 302]
    assert Operation.objects.filter(kind="change_reminders").count() == 1


def test_other_content_of_a_form_that_was_saved_is_shown_the_plan_of_now_and_may_be_saved_then(
    browser: Client, meridian: Company
) -> None:
    op_id = str(uuid.uuid4())
    save(browser, before="7", op_id=op_id)
    answer = save(browser, before="3", op_id=op_id)
    assert answer.status_code == 422
    assert "This form was sent before with other content: nothing was changed. Look at the reminders" in text(answer)
    page = answer.content.decode()
    assert 'name="before" value="7"' in page
    [fresh], [seen] = (re.findall(f'name="{name}" value="([^"]*)"', page) for name in ("op_id", "seen"))
    assert save(browser, before="3", op_id=fresh, seen=seen).status_code == 302
    assert plan_of(meridian) == Plan(learner=(3,))


def test_what_was_saved_and_changed_since_is_not_said_to_be_saved(
    browser: Client, client_of: Callable[[User], Client], meridian: Company
) -> None:
    mia = PersonFactory(company=meridian, first_name="Mia", last_name="Weber", can_manage_assignments=True)
    op_id = str(uuid.uuid4())
    save(browser, before="7", op_id=op_id)
    save(client_of(mia), before="3", seen="7|")
    answer = save(browser, before="7", op_id=op_id)
    assert answer.status_code == 422
    assert "Mia Weber changed the reminders on" in text(answer)
    assert 'name="before" value="3"' in answer.content.decode()
    assert plan_of(meridian) == Plan(learner=(3,))


@pytest.mark.parametrize("broken", [{"seen": "x"}, {"seen": ""}, {"op_id": "x"}])
def test_a_form_that_cannot_be_read_is_shown_anew(browser: Client, meridian: Company, broken: dict[str, str]) -> None:
    answer = save(browser, before="7", **broken)
    assert answer.status_code == 422
    assert "The form could not be read." in text(answer)
    assert plan_of(meridian) == Plan()


def test_saved_it_says_to_how_many_it_applies_that_are_not_complete(
    browser: Client, message: Certification, lena: User, team: SimpleNamespace, assign: Press
) -> None:
    assign(lena, team.bo, due_on=DUE_ON)
    assign(team.cy)
    complete(team.bo, message)
    assert "the 1 open one that is not complete and has a due date" in text(browser.get(URL))
    save(browser, before="7")
    assert (
        "Saved. From now on it applies to the 1 open assignment that is not complete and has a due date, too."
        in text(browser.get(URL))
    )


def test_where_nothing_open_has_a_due_date_it_counts_none(browser: Client, lena: User, assign: Press) -> None:
    assign(lena)
    assert "It applies to every assignment. Messages go out" in text(browser.get(URL))
    save(browser, before="7")
    said = text(browser.get(URL))
    assert "Saved." in said
    assert "From now on" not in said


def test_a_refusal_takes_the_focus(browser: Client) -> None:
    save(browser, before="7")
    assert "data-asc-focus>Ada Ekström changed the reminders" in save(browser, before="3").content.decode()
