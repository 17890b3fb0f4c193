"""“Select all that match”: the list's own query is the selection, and is asked again at the press."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Company, User
from assignments.models import Assignment, AssignmentChange, Operation
from assignments.views import matching
from certifications import services as training
from certifications.models import Certification
from notifications.models import Notification
from tests.factories import complete, eligible_person, enroll

from .pages import ASSIGN, ELIGIBLE, HTMX, MOVE, ONE, UNASSIGN, dialog_of, main_of, op_id_of, result_of, words
from .presses import DUE_ON, assign, moved

pytestmark = pytest.mark.django_db
REMIND, AGAIN = f"{ONE}remind-now/", f"{ONE}send-again/"


def opened(browser: Client, path: str, query: str = "", **sent: Any) -> Any:
    response = browser.post(f"{path}?{query}", {"all": "1"} | sent)
    assert response.status_code == 200
    return response


def shown_in(dialog: Any) -> dict[str, Any]:
    """The fields that the dialog sends, as a browser does."""
    form = dialog.text.partition("<dialog")[2].partition("</dialog>")[0]
    fields = dict(re.findall(r'<input type="hidden" name="(learner|all)" value="([^"]*)"', form))
    return fields | {"op_id": op_id_of(dialog), "name": "Spring round", "due_on": ""}


def assigned_names() -> list[str]:
    return sorted(Assignment.objects.open().values_list("learner__first_name", flat=True))


@pytest.mark.parametrize(
    ("query", "count", "said"),
    [
        ("", 3, "All people of the list."),
        ("region=EMEA&region=APAC&page=7&sort=-title", 2, "All who match Region: EMEA; Region: APAC."),
        ("q=young", 1, "All who match “young”."),
        ("region=Atlantis\0", 3, "All people of the list."),
    ],
)
def test_the_dialog_is_about_all_whom_the_address_finds(
    browser: Client, team: SimpleNamespace, query: str, count: int, said: str
) -> None:
    dialog = opened(browser, ASSIGN, query)
    assert dialog_of(dialog).startswith(f"Assign {count} {'person' if count == 1 else 'people'} to Command")
    assert said in dialog_of(dialog)
    assert len(shown_in(dialog)["learner"].split(",")) == count


def test_with_the_script_the_address_is_that_of_the_list(browser: Client, team: SimpleNamespace) -> None:
    there = HTMX | {"HX-Current-URL": f"http://testserver{ELIGIBLE}?region=EMEA"}
    dialog = browser.post(ASSIGN, {"all": "1"}, headers=there)
    assert "Assign 1 person" in words(dialog.text)
    assert f'action="{ASSIGN}?region=EMEA"' in dialog.text


def test_the_boxes_count_for_nothing_beside_it_and_without_it_alone(browser: Client, team: SimpleNamespace) -> None:
    assert "Assign 1 person" in dialog_of(opened(browser, ASSIGN, "region=EMEA", learner=[team.cy.pk, team.di.pk]))
    response = browser.post(f"{ASSIGN}?region=EMEA", {"learner": [team.cy.pk, team.di.pk]})
    assert "Assign 2 people" in dialog_of(response)


def test_when_nobody_matches_nothing_is_opened(browser: Client, team: SimpleNamespace) -> None:
    response = browser.post(f"{ASSIGN}?region=Atlantis", {"all": "1"})
    assert (response.status_code, "Nobody is selected." in dialog_of(response)) == (422, True)


def test_all_who_match_are_assigned(browser: Client, team: SimpleNamespace) -> None:
    dialog = opened(browser, ASSIGN, "region=EMEA&region=APAC")
    done = browser.post(f"{ASSIGN}?region=EMEA&region=APAC", shown_in(dialog))
    assert result_of(browser, done).startswith("2 people are now assigned")
    assert assigned_names() == ["Bo", "Cy"]


@pytest.mark.parametrize(
    ("path", "query", "fields", "kind"),
    [
        (UNASSIGN, "status=in_progress", {}, AssignmentChange.Kind.UNASSIGNED),
        (MOVE, "due=none&status=in_progress", {"due_on": "2027-03-09"}, AssignmentChange.Kind.DUE_DATE),
        (REMIND, "status=in_progress", {}, AssignmentChange.Kind.REMINDED),
        (AGAIN, "delivery=failed&region=EMEA&region=AMER", {}, AssignmentChange.Kind.SENT_AGAIN),
    ],
)
def test_every_action_of_assigned_takes_all_who_match(
    browser: Client,
    ada: User,
    team: SimpleNamespace,
    message: Certification,
    path: str,
    query: str,
    fields: dict[str, str],
    kind: str,
) -> None:
    """Bo and Di have begun, Cy has not."""
    assign(ada, message, team.bo, team.cy, team.di)
    Notification.objects.update(state=Notification.State.FAILED)
    done = browser.post(f"{path}?{query}", shown_in(opened(browser, path, query)) | fields)
    assert done.status_code == 302
    changed = AssignmentChange.objects.filter(kind=kind).values_list("assignment__learner__first_name", flat=True)
    assert sorted(changed) == ["Bo", "Di"]


def test_whom_the_filter_finds_no_more_is_named_before_anything_is_done(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    assign(ada, message, team.bo, team.cy, team.di)
    shown = shown_in(opened(browser, UNASSIGN, "status=in_progress"))
    complete(team.di, message)
    again = browser.post(f"{UNASSIGN}?status=in_progress", shown)
    assert again.status_code == 422
    assert "1 person does not match any more and was taken out. Di Zola." in dialog_of(again)
    assert dialog_of(again).startswith("Unassign 1 person")
    assert assigned_names() == ["Bo", "Cy", "Di"]
    done = browser.post(f"{UNASSIGN}?status=in_progress", shown_in(again))
    assert result_of(browser, done).startswith("1 person is now unassigned")
    assert assigned_names() == ["Cy", "Di"]


def test_where_the_filter_finds_nobody_any_more_there_is_nothing_to_press_again(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    assign(ada, message, team.bo, team.di)
    shown = shown_in(opened(browser, UNASSIGN, "status=in_progress"))
    complete(team.bo, message)
    complete(team.di, message)
    again = dialog_of(browser.post(f"{UNASSIGN}?status=in_progress", shown))
    assert again.startswith("Nobody to unassign")
    assert "2 people do not match any more and were taken out." in again
    assert "press again" not in again


def test_who_came_to_match_is_counted_and_left_alone(
    browser: Client, team: SimpleNamespace, meridian: Company, message: Certification
) -> None:
    shown = shown_in(opened(browser, ASSIGN))
    for name in ("Ed", "Fay"):
        eligible_person(message, meridian, first_name=name)
    done = browser.post(ASSIGN, shown)
    page = main_of(browser.get(done["Location"]))
    assert "2 more people match by now. The dialog did not show them, so nothing was changed for them." in page
    assert "3 people are now assigned" in page
    assert assigned_names() == ["Bo", "Cy", "Di"]


def test_who_left_the_subtab_is_skipped_with_the_reason_of_the_press(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    shown = shown_in(opened(browser, ASSIGN, "region=EMEA&region=APAC"))
    assign(ada, message, team.bo)
    said = result_of(browser, browser.post(f"{ASSIGN}?region=EMEA&region=APAC", shown))
    assert said.startswith("1 of 2 people is now assigned")
    assert "Bo Young Already assigned by Ada Ekström" in said


def test_a_due_day_that_was_moved_meanwhile_stays(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    assign(ada, message, team.bo, team.cy)
    shown = shown_in(opened(browser, MOVE))
    moved(ada, Assignment.objects.get(learner=team.bo.pk), DUE_ON)
    said = result_of(browser, browser.post(MOVE, shown | {"due_on": "2027-05-01"}))
    assert "Bo Young Changed meanwhile by Ada Ekström" in said
    assert Assignment.objects.get(learner=team.bo.pk).due_on == DUE_ON


def test_pressed_twice_the_second_is_not_judged_again(
    browser: Client, team: SimpleNamespace, meridian: Company, message: Certification
) -> None:
    shown = shown_in(opened(browser, ASSIGN, "region=EMEA"))
    first = browser.post(f"{ASSIGN}?region=EMEA", shown)
    eligible_person(message, meridian, region="EMEA")
    people_before = team.bo
    people_before.region = "APAC"
    people_before.save()
    second = browser.post(f"{ASSIGN}?region=EMEA", shown)
    assert first["Location"] == second["Location"]
    assert Operation.objects.count() == 1
    assert "by now" not in main_of(browser.get(second["Location"]))


def test_pressed_twice_it_is_one_though_its_own_effect_took_them_from_the_filter(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    assign(ada, message, team.bo, team.cy)
    shown = shown_in(opened(browser, MOVE, "due=none")) | {"due_on": "2027-05-01"}
    first, second = (browser.post(f"{MOVE}?due=none", shown) for _ in range(2))
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])


@pytest.mark.parametrize("is_before", [True, False])
def test_pressed_twice_at_once_the_second_answers_as_the_first(
    client_of: Callable[[User], Client],
    browser: Client,
    ada: User,
    team: SimpleNamespace,
    message: Certification,
    is_before: bool,
) -> None:
    """The first is done just before or after the second asks the database for operations."""
    assign(ada, message, team.bo, team.cy)
    shown = shown_in(opened(browser, MOVE, "due=none")) | {"due_on": "2027-05-01"}
    other, answers = client_of(ada), []

    def first(execute: Any, sql: str, *more: Any) -> Any:
        answered = None if is_before else execute(sql, *more)
        if 'FROM "assignments_operation"' in sql and not answers:
            answers.append("under way")
            answers[:] = [other.post(f"{MOVE}?due=none", shown)]
        return execute(sql, *more) if is_before else answered

    with connection.execute_wrapper(first):
        second = browser.post(f"{MOVE}?due=none", shown)
    [answer] = answers
    assert (second.status_code, second["Location"]) == (302, answer["Location"])
    assert Operation.objects.filter(kind="change_due_date").count() == 1


def test_the_same_op_id_with_others_is_refused(browser: Client, team: SimpleNamespace) -> None:
    shown = shown_in(opened(browser, ASSIGN, "region=EMEA"))
    browser.post(f"{ASSIGN}?region=EMEA", shown)
    refused = browser.post(ASSIGN, shown | {"learner": f"{team.bo.pk},{team.cy.pk}"})
    assert (refused.status_code, assigned_names()) == (422, ["Bo"])
    assert "was sent before with other content" in dialog_of(refused)


def test_a_form_with_an_error_comes_back_about_the_same_people(browser: Client, team: SimpleNamespace) -> None:
    shown = shown_in(opened(browser, ASSIGN, "region=EMEA"))
    response = browser.post(f"{ASSIGN}?region=EMEA", shown | {"due_on": "2027-02-30"})
    assert response.status_code == 422
    assert shown_in(response)["learner"] == shown["learner"]
    assert shown_in(response)["all"] == "1"


def test_another_companys_people_are_never_among_all(
    browser: Client, sam: User, team: SimpleNamespace, message: Certification
) -> None:
    training.put_in_scope(company=sam.company, certification=message)
    enroll(sam, message.program)
    assert str(sam.pk) not in shown_in(opened(browser, ASSIGN))["learner"].split(",")


def test_more_than_a_press_may_change_are_refused_with_the_numbers(
    browser: Client, team: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "MOST_SELECTED", 2)
    response = browser.post(ASSIGN, {"all": "1"})
    assert response.status_code == 422
    assert "3 people match; 2 at a time can be changed. Filter the list first." in dialog_of(response)


def test_the_bar_offers_it_where_there_is_a_second_page(
    browser: Client, meridian: Company, message: Certification
) -> None:
    for number in range(26):
        eligible_person(message, meridian, region="EMEA" if number else "APAC", first_name=f"P{number}")
    assert "Select all 26 " in words(browser.get(ELIGIBLE).text)
    assert "Select all 26 that match" in words(browser.get(ELIGIBLE, {"q": "p"}).text)
    assert "Select all 25" not in browser.get(ELIGIBLE, {"region": "EMEA"}).text
    dialog = opened(browser, ASSIGN)
    assert re.findall(r'name="all" value="1" data-asc-all="26"( checked)?', dialog.text) == [" checked"]


@pytest.mark.parametrize("path", [ASSIGN, UNASSIGN, MOVE, REMIND, AGAIN])
@pytest.mark.parametrize("step", ["opened", "pressed"])
def test_twenty_people_cost_no_more_queries_than_two(
    browser: Client, ada: User, meridian: Company, message: Certification, path: str, step: str
) -> None:
    def queries(how_many: int) -> int:
        crowd = [eligible_person(message, meridian, region=f"R{how_many}") for _ in range(how_many)]
        complete(crowd[0], message, steps=1)
        if path != ASSIGN:
            assign(ada, message, *crowd)
        with CaptureQueriesContext(connection) as opening:
            dialog = opened(browser, path, f"region=R{how_many}")
        with CaptureQueriesContext(connection) as pressing:
            assert browser.post(f"{path}?region=R{how_many}", shown_in(dialog)).status_code == 302
        return len(opening if step == "opened" else pressing)

    browser.get(ELIGIBLE)
    assert queries(2) == queries(19)
