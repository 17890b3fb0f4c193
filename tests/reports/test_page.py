"""The report on screen: one table, blank where nothing is, as many queries for many rows as for few."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from certifications.models import Certification
from reports.columns import COLUMNS
from tests.factories import complete, eligible_person

from .conftest import FILE, PAGE, Assign

Clients = Callable[[User], Client]


def cells(page: str) -> list[str]:
    """The text of the first row's cells; one that has none is given as it is."""
    row = page.partition("<tbody")[2].partition("<tr")[2].partition("</tr>")[0]
    found = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
    texts = [re.sub(r"<[^>]+>", "", cell) for cell in found]
    return [text.strip() or text for text in texts]


def test_reports_leads_to_certification_progress(ada: User, client_of: Clients) -> None:
    response = client_of(ada).get("/reports/")
    assert (response.status_code, response["Location"]) == (302, PAGE)


def test_the_page_has_one_heading_and_the_columns_in_their_order(ada: User, lena: User, client_of: Clients) -> None:
    page = client_of(ada).get(PAGE).content.decode()
    assert re.findall(r"<h1>(.*?)</h1>", page) == ["Certification Progress"]
    heads = re.findall(r'<th role="columnheader" scope="col"[^>]*><a[^>]*>(.*?)<svg', page)
    assert heads == [column.label for column in COLUMNS]


def test_cells_without_an_assignment_are_empty_to_the_last_blank(ada: User, lena: User, client_of: Clients) -> None:
    assert cells(client_of(ada).get(PAGE).content.decode()) == [
        "Lena", "Brandt", "lena@meridian.example", "Account Executive", "Sales", "EMEA", "Rosa Conti",
        "Command of the Message", "Mon 19 January 2026", "Not started", "0 of 6", "", "", "", "", "", "", "",
    ]  # fmt: skip


def test_cells_of_an_assignment_say_when_by_whom_and_how_late(
    ada: User, lena: User, message: Certification, client_of: Clients, assign: Assign
) -> None:
    assignment = assign(lena, message, due_on=date(2027, 3, 9), name="Spring <b>onboarding</b>")
    type(assignment).objects.update(due_on=date(2027, 3, 7), next_reminder_on=None)
    assert cells(client_of(ada).get(PAGE).content.decode())[13:] == [
        "Spring &lt;b&gt;onboarding&lt;/b&gt;", "Tue 9 March 2027", "Ada Ekström",
        "Sun 7 March 2027 overdue by 2 days", "Yes",
    ]  # fmt: skip


def test_the_export_button_carries_the_address(ada: User, lena: User, client_of: Clients) -> None:
    page = client_of(ada).get(PAGE, {"q": 'le"na', "status": "not_started", "sort": "-due_on"}).content.decode()
    form = page.partition(f'action="{FILE}"')[2].partition("</form>")[0]
    assert "Export CSV" in form
    for name, value in [("q", "le&quot;na"), ("status", "not_started"), ("sort", "-due_on")]:
        assert f'name="{name}" value="{value}"' in form


def test_nobody_to_report_on_is_said_and_so_is_nothing_found(ada: User, client_of: Clients) -> None:
    client = client_of(ada)
    assert "Nothing to report yet" in client.get(PAGE).content.decode()
    assert "No row matches" in client.get(PAGE, {"q": "nobody"}).content.decode()


@pytest.mark.parametrize("who", ["ada", "max"])
def test_twenty_rows_cost_as_many_queries_as_two(
    who: str, ada: User, max: User, message: Certification, client_of: Clients, assign: Assign
) -> None:
    client = client_of({"ada": ada, "max": max}[who])

    def learner(number: int) -> None:
        person = eligible_person(message, max.company, first_name=f"Robin {number}", reports_to=max)
        complete(person, message, steps=number % 6 + 1)
        assign(person, message, due_on=date(2027, 3, 9 + number))

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(PAGE).status_code == 200
        return len(captured)

    learner(0), learner(1)
    few = queries()
    for number in range(2, 20):
        learner(number)
    assert queries() == few
    assert len(client.get(PAGE).context["page_obj"].object_list) == 20
