"""Assign, Unassign, Change due date in the browser: the dialog, the press, its result."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Company, User
from assignments import services
from assignments.models import Assignment, Operation, ReminderRule
from certifications.models import Certification
from notifications import services as post_office
from notifications.models import Notification
from tests.factories import complete, eligible_person

from .pages import (
    ASSIGN,
    ASSIGNED,
    ELIGIBLE,
    HTMX,
    MOVE,
    UNASSIGN,
    dialog_of,
    main_of,
    op_id_of,
    press,
    result_of,
)
from .presses import DUE_ON, NOW, TODAY, assign, assigned, moved, unassign

pytestmark = pytest.mark.django_db


def buttons_of(response: Any) -> list[str]:
    """What can be pressed in the dialog; links apart."""
    return re.findall("<button.*?>", response.text.partition("<dialog")[2].partition("</dialog>")[0])


def test_assign_without_an_op_id_opens_the_dialog_over_its_list(
    browser: Client, lena: User, message: Certification
) -> None:
    response = browser.post(ASSIGN, {"learner": lena.pk})
    assert response.status_code == 200
    assert "Eligible for Assignment" in main_of(response)
    assert dialog_of(response).startswith("Assign 1 person to Command of the Message")
    assert 'name="name" value="Command of the Message"' in response.text
    assert 'min="2027-03-01"' in response.text
    assert "New York" in dialog_of(response)
    assert uuid.UUID(op_id_of(response))
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([], "a reminder 5 days before the due date."),
        ([1], "a reminder 1 day before the due date."),
        ([14, 5, 1, 0, -3], "a reminder 14, 5 and 1 days before the due date, and on the day itself."),
        ([0], "a reminder on the due date."),
        ([-3], "Nobody is reminded before the due date."),
    ],
)
def test_the_dialog_goes_by_the_reminders_of_the_company(
    browser: Client, lena: User, meridian: Company, days: list[int], words: str
) -> None:
    ReminderRule.objects.bulk_create(
        ReminderRule(company=meridian, audience="learner", days_before=before) for before in days
    )
    response = browser.post(ASSIGN, {"learner": lena.pk})
    assert words in dialog_of(response)
    told = ",".join(str(before) for before in days or [5] if before >= 0)
    assert f'data-reminder-days="{told}"' in response.text


@pytest.mark.parametrize(("hour", "day"), [(12, date(2027, 2, 28)), (13, TODAY)], ids=["before eight", "at eight"])
def test_moving_counts_the_reminder_of_today_until_its_moment_and_assigning_never_does(
    clock: time_machine.Coordinates,
    browser: Client,
    ada: User,
    lena: User,
    team: SimpleNamespace,
    message: Certification,
    hour: int,
    day: date,
) -> None:
    """Five days before the day that is chosen is today; what the dialog counts from is what the press goes by."""
    clock.move_to(datetime(2027, 3, 1, hour, tzinfo=UTC))
    made = assigned(ada, message, lena)
    opened = browser.post(MOVE, {"learner": made.selection_value})
    assert re.findall(r'data-today="([^"]*)" data-reminded="([^"]*)"', opened.text) == [(f"{TODAY}", f"{day}")]
    assert "5 days before the due date, at 08:00, or at once where that moment has passed." in dialog_of(opened)
    assert 'data-reminded="2027-03-01"' in browser.post(ASSIGN, {"learner": team.bo.pk}).text
    press(browser, MOVE, made.selection_value, how="to", due_on=f"{TODAY + timedelta(days=5)}")
    services.queue_reminders(at=timezone.now())
    assert Notification.objects.filter(kind="reminder").exists() == (day == TODAY)
    clock.move_to(datetime(2027, 3, 1, 13, tzinfo=UTC))
    services.queue_reminders(at=timezone.now())
    assert Notification.objects.filter(kind="reminder").exists()


def test_the_script_gets_just_the_dialog(browser: Client, lena: User, message: Certification) -> None:
    response = browser.post(ASSIGN, {"learner": lena.pk}, headers=HTMX)
    assert response.status_code == 200
    assert response.text.strip().startswith("<dialog")
    assert response.text.strip().endswith("</dialog>")


def test_without_scripts_a_browser_checks_a_day_that_may_be_left_out_and_none_that_may_be_out_of_sight(
    browser: Client, ada: User, lena: User, message: Certification
) -> None:
    assert "novalidate" not in browser.post(ASSIGN, {"learner": lena.pk}).text
    made = assigned(ada, message, lena)
    assert "novalidate" in browser.post(MOVE, {"learner": made.selection_value}).text


def test_each_dialog_has_an_op_id_of_its_own(browser: Client, lena: User, message: Certification) -> None:
    assert op_id_of(browser.post(ASSIGN, {"learner": lena.pk})) != op_id_of(browser.post(ASSIGN, {"learner": lena.pk}))


def test_the_dialog_says_how_many_of_the_selected_it_is_about_and_who_has_begun(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    assign(ada, message, team.cy)
    said = dialog_of(browser.post(ASSIGN, {"learner": [team.bo.pk, team.cy.pk, team.di.pk]}))
    assert "Assign 2 people" in said
    assert "3 selected" in said
    assert "1 of the 3 selected stays as it is Already assigned by Ada Ekström on Mon 1 March" in said
    assert "2 of them have started before" in said


def test_a_dialog_that_would_change_nobody_leads_back_and_says_why(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    made = [assigned(ada, message, each) for each in (team.bo, team.cy)]
    unassign(ada, message, *made)
    gone = [each.selection_value for each in made]
    again = [assigned(ada, message, each).learner_id for each in (team.bo, team.cy)]
    for path, chosen, heading in (
        (ASSIGN, again, "Nobody to assign"),
        (UNASSIGN, gone, "Nobody to unassign"),
        (MOVE, gone, "No due date to change"),
    ):
        response = browser.post(path, {"learner": chosen})
        said = dialog_of(response)
        assert response.status_code == 200
        assert said.startswith(f"{heading} ")
        assert "; 2 selected" in said
        assert "All 2 selected stay as they are" in said
        assert said.endswith("Bo Young, Cy Xu Back to the list")
        assert buttons_of(response) == []


def test_unassign_says_what_is_kept(browser: Client, ada: User, lena: User, message: Certification) -> None:
    made = assigned(ada, message, lena)
    said = dialog_of(browser.post(UNASSIGN, {"learner": made.selection_value}))
    assert said.startswith("Unassign 1 person from Command of the Message What is kept")


def test_change_due_date_says_what_is_due_now(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    made = [assigned(ada, message, team.bo, due_on=DUE_ON), assigned(ada, message, team.cy)]
    said = dialog_of(browser.post(MOVE, {"learner": [each.selection_value for each in made]}))
    assert "of 2 people in Command of the Message" in said
    assert "Bo Young Tue 9 March 2027 Cy Xu No due date" in said


def test_the_rows_under_the_dialog_stay_ticked_and_the_list_as_it_was(
    browser: Client, team: SimpleNamespace, message: Certification
) -> None:
    response = browser.post(f"{ASSIGN}?q=b&sort=-title", {"learner": [team.bo.pk, team.cy.pk]})
    assert re.findall(r'value="(\d+)" form="selection" checked', response.text) == [str(team.bo.pk)]
    assert f'action="{ASSIGN}?q=b&amp;sort=-title"' in response.text
    assert f'name="learner" value="{team.bo.pk},{team.cy.pk}"' in response.text


def test_assign_assigns_and_says_so_on_assigned(browser: Client, lena: User, message: Certification) -> None:
    response = press(browser, ASSIGN, lena.pk, due_on="2027-03-09")
    made = Assignment.objects.open().get()
    assert (made.name, made.due_on, made.assigned_at) == ("Spring round", DUE_ON, NOW)
    assert response["Location"].startswith(f"{ASSIGNED}?operation=")
    assert result_of(browser, response).startswith(
        "1 person is now assigned “Spring round”, due Tuesday 9 March 2027. They find it in Enroll, Assignments."
        " What came of it, person by person . It can be taken back there. Emails"
    )


def test_unassign_unassigns_and_says_so_on_eligible(
    browser: Client, ada: User, lena: User, message: Certification
) -> None:
    response = press(browser, UNASSIGN, assigned(ada, message, lena).selection_value)
    assert not Assignment.objects.open().exists()
    assert response["Location"].startswith(f"{ELIGIBLE}?operation=")
    assert result_of(browser, response).startswith("1 person is now unassigned They are back in Eligible")


@pytest.mark.parametrize(
    ("due_on", "says"), [("2027-03-09", "now due on Tue 9 March 2027"), ("", "now without a due date")]
)
def test_change_due_date_changes_it_and_says_so_on_assigned(
    browser: Client, ada: User, lena: User, message: Certification, due_on: str, says: str
) -> None:
    made = assigned(ada, message, lena, due_on=TODAY)
    response = press(browser, MOVE, made.selection_value, due_on=due_on)
    assert Assignment.objects.get().due_on == (DUE_ON if due_on else None)
    assert response["Location"].startswith(f"{ASSIGNED}?operation=")
    assert result_of(browser, response).startswith(f"1 person is {says}")


def test_the_result_names_the_skipped_with_the_reason(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    assign(ada, message, team.cy)
    said = result_of(browser, press(browser, ASSIGN, f"{team.bo.pk},{team.cy.pk},999999"))
    assert said.startswith("1 of 3 people is now assigned")
    assert "2 skipped, nothing changed for them" in said
    assert "Cy Xu Already assigned by Ada Ekström on Mon 1 March 2027, 10:00." in said
    assert said.endswith("Unknown 1 selected person is unknown in Meridian Systems.")


def test_when_nobody_could_be_changed_the_result_says_that(
    browser: Client, ada: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena)
    unassign(ada, message, made)
    said = result_of(browser, press(browser, UNASSIGN, made.selection_value))
    assert said.startswith(
        "Nobody is now unassigned 1 skipped, nothing changed for them Lena Brandt Already unassigned"
    )


def test_what_somebody_changed_since_the_list_was_drawn_stays(
    browser: Client, ada: User, lena: User, message: Certification
) -> None:
    seen = assigned(ada, message, lena)
    moved(ada, seen, DUE_ON)
    said = result_of(browser, press(browser, MOVE, seen.selection_value, due_on="2027-05-01"))
    assert Assignment.objects.get().due_on == DUE_ON
    assert "Changed meanwhile by Ada Ekström to Tue 9 March 2027" in said


def test_pressed_twice_it_is_done_once_and_leads_to_the_same_result(
    browser: Client, lena: User, message: Certification
) -> None:
    op_id = uuid.uuid4()
    first, second = (press(browser, ASSIGN, lena.pk, op_id=op_id) for _ in range(2))
    assert first["Location"] == second["Location"] == f"{ASSIGNED}?operation={op_id}"
    assert Assignment.objects.count() == Operation.objects.count() == 1


def test_the_result_has_a_page_of_its_own_and_says_how_far_the_emails_are(
    browser: Client, lena: User, message: Certification
) -> None:
    op_id = uuid.uuid4()
    press(browser, ASSIGN, lena.pk, op_id=op_id)
    page = f"/team/assignments/operations/{op_id}/"
    assert "0 sent 1 waiting" in main_of(browser.get(page))
    assert 'hx-trigger="every 2s"' in browser.get(f"{page}delivery/").text
    post_office.deliver_due(at=NOW)
    assert "1 sent" in main_of(browser.get(page))
    delivered = browser.get(f"{page}delivery/")
    assert "waiting" not in delivered.text
    assert "hx-trigger" not in delivered.text


def test_a_result_is_shown_on_its_own_certification_only(
    browser: Client, lena: User, message: Certification, sale: Certification
) -> None:
    address = press(browser, ASSIGN, lena.pk)["Location"]
    elsewhere = address.replace(message.slug, sale.slug)
    assert ['aria-labelledby="result"' in browser.get(page).text for page in (address, elsewhere)] == [True, False]


def test_the_cross_of_a_result_leads_to_the_list_as_it_is(browser: Client, lena: User) -> None:
    address = press(browser, ASSIGN, lena.pk)["Location"]
    for asked in ("&q=b&sort=-due&status=not_started&page=1", ""):
        cross = re.findall(r'href="([^"]*)" data-asc-dismiss', browser.get(f"{address}{asked}").text)
        assert [unescape(each) for each in cross] == [f"{ASSIGNED}?{asked[1:]}"]


@pytest.mark.parametrize("path", ["", "delivery/"])
def test_another_companys_result_looks_like_none(
    browser: Client, client_of: Callable[[User], Client], sam: User, lena: User, message: Certification, path: str
) -> None:
    op_id = uuid.uuid4()
    press(browser, ASSIGN, lena.pk, op_id=op_id)
    for unknown in (op_id, uuid.uuid4()):
        assert client_of(sam).get(f"/team/assignments/operations/{unknown}/{path}").status_code == 404
    there = client_of(sam).get(f"{ASSIGNED}?operation={op_id}")
    assert (there.status_code, 'aria-labelledby="result"' in there.text) == (200, False)


@pytest.mark.parametrize("path", [ASSIGN, UNASSIGN, MOVE])
@pytest.mark.parametrize("op_id", ["", "6f8f1c1e-5f0c-4a8e-9a44-0c1b7d9c0a1"])
def test_twenty_people_cost_no_more_queries_than_two(
    browser: Client, ada: User, meridian: Company, message: Certification, path: str, op_id: str
) -> None:
    def queries(how_many: int) -> int:
        crowd = [eligible_person(message, meridian) for _ in range(how_many)]
        complete(crowd[0], message, steps=1)
        selected: list[Any] = [person.pk for person in crowd]
        if path != ASSIGN:
            made = Assignment.objects.filter(opened_in=assign(ada, message, *crowd, due_on=DUE_ON))
            selected = [assignment.selection_value for assignment in made]
        sent = {"learner": selected, "name": "x", "due_on": ""} | ({"op_id": f"{op_id}{how_many % 9}"} if op_id else {})
        with CaptureQueriesContext(connection) as captured:
            assert browser.post(path, sent).status_code == (302 if op_id else 200)
        return len(captured)

    browser.get(ELIGIBLE)
    assert queries(2) == queries(19)
