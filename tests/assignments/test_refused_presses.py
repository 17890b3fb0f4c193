"""What cannot be pressed is refused with a 422 that says what to do, keeps what was typed and writes nothing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts import services as people
from accounts.models import User
from assignments.models import Assignment, Operation
from certifications.models import Certification
from tests.factories import PASSWORD

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
    words,
)
from .presses import DUE_ON, assigned

pytestmark = pytest.mark.django_db
LOST = "Nothing was changed. If you pressed a button before you logged in, press it once more."
#: As a browser sends it, with two bytes more for each comma.
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"due_on": "2027-02-28"}, "Choose today or a later day: it is Mon 1 March 2027 in Meridian Systems."),
        ({"due_on": "2027-02-30"}, "Enter a day that exists, for example 2027-03-09."),
        ({"due_on": "tomorrow"}, "Enter a day that exists, for example 2027-03-09."),
        ({"due_on": "9" * 5000}, "Enter a day that exists, for example 2027-03-09."),
        ({"due_on": "2027-03-09\0"}, "Enter a day that exists, for example 2027-03-09."),
        ({"name": ""}, "This field is required."),
        ({"name": " \t\u2003"}, "This field is required."),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"name": "x" * 1_000_000}, "at most 120 characters"),
        ({"name": "Spring\0round"}, "Null characters are not allowed."),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "script"])
def test_a_field_that_cannot_be_is_a_422_by_its_field_and_keeps_the_rest(
    browser: Client, lena: User, message: Certification, fields: dict[str, str], says: str, headers: dict[str, str]
) -> None:
    op_id = str(uuid.uuid4())
    sent = {"op_id": op_id, "learner": lena.pk, "name": "My own name", "due_on": "2027-04-05"} | fields
    response = browser.post(ASSIGN, sent, headers=headers)
    assert response.status_code == 422
    assert says in dialog_of(response)
    assert 'aria-invalid="true"' in response.text
    assert op_id_of(response) == op_id
    assert f'name="learner" value="{lena.pk}"' in response.text
    assert ('value="My own name"' if "due_on" in fields else 'value="2027-04-05"') in response.text
    assert not Operation.objects.exists()


def test_a_due_day_that_is_over_is_a_422_when_it_is_to_be_changed(
    browser: Client, ada: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena, due_on=DUE_ON)
    response = press(browser, MOVE, made.selection_value, due_on="2027-02-28")
    assert (response.status_code, Assignment.objects.get().due_on) == (422, DUE_ON)
    assert "Choose today or a later day" in dialog_of(response)
    assert 'value="2027-02-28"' in response.text


@pytest.mark.parametrize(("path", "leads_to"), [(ASSIGN, ELIGIBLE), (UNASSIGN, ASSIGNED), (MOVE, ASSIGNED)])
def test_a_press_that_met_the_login_leads_back_to_the_list_as_it_was_and_says_so(
    client: Client, ada: User, team: SimpleNamespace, message: Certification, path: str, leads_to: str
) -> None:
    assigned(ada, message, team.cy)
    asked = "?q=o&sort=-title&region=EMEA&region=APAC&page=2"
    there = f"{path}{asked}&operation={uuid.uuid4()}"  # the result of a press before, which would read as of this one
    for fields in ({"op_id": uuid.uuid4(), "name": "Spring round"}, {}):
        login = client.post(there, {"learner": team.bo.pk} | fields, follow=True)
        known = {"login": ada.email, "password": PASSWORD, "next": login.context["redirect_field_value"]}
        answer = client.post("/accounts/login/", known, follow=True)
        assert answer.redirect_chain[-1] == (leads_to + asked, 302)
        assert LOST in main_of(answer)
        assert LOST not in main_of(client.get(leads_to))
        client.logout()
    assert Operation.objects.count() == 1  # what was assigned before


@pytest.mark.parametrize("path", [ELIGIBLE, ASSIGNED])
def test_the_buttons_of_a_list_know_what_it_was_asked_for(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification, path: str
) -> None:
    """Where the session has ended their address is what the login leads back to."""
    assigned(ada, message, team.cy)
    for asked, query in (("?q=o&region=EMEA", "?q=o&amp;region=EMEA"), ("", "")):
        leads = re.findall(r'hx-post="([^"?]*)([^"]*)"', browser.get(path + asked).text)
        assert len(leads) == (1 if path == ELIGIBLE else 4)
        assert {found for _, found in leads} == {query}


UNREADABLE = "The selection could not be read."


@pytest.mark.parametrize(
    ("selected", "says"),
    [
        ([], "Nobody is selected. Tick the box beside at least one person, then try again."),
        (["", ",,"], "Nobody is selected."),
        (["one"], UNREADABLE),
        (["1.5"], UNREADABLE),
        (["1:1"], UNREADABLE),
        (["-1"], UNREADABLE),
        (["٣"], UNREADABLE),
        (["\0"], UNREADABLE),
        (["\ud800"], UNREADABLE),
        (["1;drop table"], UNREADABLE),
        (["9" * 19], UNREADABLE),
        (["9" * 5000], UNREADABLE),
        ([",".join(map(str, range(1, 100_002)))], "100,001 people are selected; 100,000 at a time can be changed."),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, list) else "",
)
@pytest.mark.parametrize("op_id", [{}, {"op_id": "6f8f1c1e-5f0c-4a8e-9a44-0c1b7d9c0a11"}], ids=["open", "act"])
def test_a_selection_that_makes_no_sense_is_a_422_that_says_what_to_do(
    browser: Client, message: Certification, selected: list[str], says: str, op_id: dict[str, str]
) -> None:
    for path in (ASSIGN, UNASSIGN):
        suffix = ":1" if path == UNASSIGN and says != "Nobody is selected." else ""
        values = [re.sub(r"(,|$)", rf"{suffix}\1", value) if value else value for value in selected]
        sent = {"learner": [value.encode("utf-8", "surrogatepass") for value in values], "name": "x"} | op_id
        response = browser.post(path, sent)
        assert response.status_code == 422
        assert "Nothing was changed" in dialog_of(response)
        assert says in dialog_of(response)
    assert not Operation.objects.exists()


@pytest.mark.parametrize("path", [UNASSIGN, MOVE])
@pytest.mark.parametrize("value", ["1", "1:", ":1", "1:1:1", "1:x", "1:-1", "1:" + "9" * 30])
def test_an_assignment_without_a_readable_version_is_not_read(
    browser: Client, message: Certification, path: str, value: str
) -> None:
    response = browser.post(path, {"learner": value})
    assert (response.status_code, UNREADABLE in dialog_of(response)) == (422, True)


@pytest.mark.parametrize("path", [ASSIGN, UNASSIGN, MOVE])
@pytest.mark.parametrize("op_id", ["", "twice", "\0", "x" * 1_000_000])
def test_an_op_id_that_is_none_is_refused_with_what_to_do(
    browser: Client, ada: User, lena: User, message: Certification, path: str, op_id: str
) -> None:
    selected = lena.pk if path == ASSIGN else assigned(ada, message, lena).selection_value
    before = Operation.objects.count()
    response = press(browser, path, selected, op_id=op_id)
    assert (response.status_code, Operation.objects.count()) == (422, before)
    assert "Open the list again" in dialog_of(response)


def test_the_same_op_id_with_other_content_is_refused(
    browser: Client, team: SimpleNamespace, message: Certification
) -> None:
    op_id = uuid.uuid4()
    press(browser, ASSIGN, team.bo.pk, op_id=op_id)
    response = press(browser, ASSIGN, team.cy.pk, op_id=op_id)
    assert response.status_code == 422
    assert "This form was sent before with other content." in dialog_of(response)
    assert Assignment.objects.get().learner_id == team.bo.pk


def test_too_many_fields_get_a_page_that_says_why(browser: Client, message: Certification, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
    browser.raise_request_exception = False
    response = browser.post(ASSIGN, {"learner": list(range(1, 102))})
    assert response.status_code == 400
    assert "select fewer" in words(response.text)


def test_a_hundred_thousand_assignments_with_all_that_were_left_out_are_read(
    browser: Client, message: Certification
) -> None:
    """Ids of eight digits; one more than can be changed at once is refused by its number, not by the form's size."""
    first = 10_000_000
    selected = ",".join(f"{pk}:100" for pk in range(first, first + 100_001))
    left_out = ",".join(str(pk) for pk in range(first, first + 100_000))
    sent = urlencode({"op_id": uuid.uuid4(), "learner": selected, "foreseen": left_out})
    response = browser.post(UNASSIGN, sent, content_type=FORM)
    assert response.status_code == 422
    assert "100,001 people are selected; 100,000 at a time can be changed." in dialog_of(response)


def test_a_form_that_is_too_large_gets_the_page_that_says_why(browser: Client, message: Certification) -> None:
    browser.raise_request_exception = False
    response = browser.post(ASSIGN, urlencode({"learner": "1," * 2_000_000}), content_type=FORM)
    assert response.status_code == 400
    assert "select fewer" in words(response.text)


@pytest.mark.parametrize("address", ["http://[", "\\", "//", "http://x/?" + "q" * 9000, "?q=%00"])
def test_a_script_that_lies_about_its_address_harms_nothing(
    browser: Client, lena: User, message: Certification, address: str
) -> None:
    headers = HTMX | {"HX-Current-URL": address}
    assert browser.post(ASSIGN, {"learner": lena.pk}, headers=headers).status_code == 200


def test_the_script_s_dialog_keeps_the_list_of_its_page(browser: Client, lena: User, message: Certification) -> None:
    headers = HTMX | {"HX-Current-URL": f"http://testserver{ELIGIBLE}?q=len&page=1"}
    response = browser.post(ASSIGN, {"learner": lena.pk}, headers=headers)
    assert f'action="{ASSIGN}?q=len&amp;page=1"' in response.text
    assert f'href="{ELIGIBLE}?q=len&amp;page=1"' in response.text


@pytest.mark.parametrize("path", [ASSIGN, UNASSIGN, MOVE])
def test_a_permission_taken_away_meanwhile_refuses_the_press(
    browser: Client, ada: User, lena: User, message: Certification, path: str
) -> None:
    selected = lena.pk if path == ASSIGN else assigned(ada, message, lena).selection_value
    before = Operation.objects.count()
    people.change_details(person=ada, can_manage_assignments=False)
    assert press(browser, path, selected).status_code == 403
    assert Operation.objects.count() == before


def test_a_press_needs_the_token_of_its_form(
    client_of: Callable[[User], Client], ada: User, lena: User, message: Certification
) -> None:
    browser = client_of(ada)
    browser.handler.enforce_csrf_checks = True
    assert press(browser, ASSIGN, 1).status_code == 403
    assert not Operation.objects.exists()
