"""Home: each person finds first what is theirs to do next."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from certifications import services as training
from certifications.models import Certification
from tests.factories import CertificationFactory, complete, eligible_person, enroll

from .conftest import NOW, TODAY, Assign, Report

Clients = Callable[[User], Client]


def text_of(client: Client) -> str:
    page = client.get("/").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]).split())


def test_home_asks_the_logged_out_to_log_in(client: Client, db: None) -> None:
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_an_operator_is_led_to_the_back_office(operator: User, client_of: Clients) -> None:
    response = client_of(operator).get("/")
    assert (response.status_code, response["Location"]) == (302, "/admin/")


def test_a_learner_without_anything_is_told_what_to_do_next(lena: User, client_of: Clients) -> None:
    page = client_of(lena).get("/").content.decode()
    assert "Nothing is waiting for you" in page
    assert 'href="/enroll/certifications/"' in page
    assert len(re.findall(r"<h1\b", page)) == 1


def test_a_learner_sees_the_next_due_first_and_what_is_completed_no_more(
    lena: User, message: Certification, sale: Certification, assign: Assign, client_of: Clients
) -> None:
    enroll(lena, sale.program)
    assign(lena, message, due_on=date(2027, 4, 20))
    assign(lena, sale, due_on=date(2027, 3, 13))
    home = text_of(client_of(lena))
    assert home.index("Command of the Sale") < home.index("Command of the Message")
    assert "In 4 days" in home
    complete(lena, sale)
    assert "Command of the Sale" not in text_of(client_of(lena))


def test_a_learner_sees_what_is_in_progress_without_an_assignment(
    lena: User, message: Certification, client_of: Clients
) -> None:
    complete(lena, message, steps=2)
    home = text_of(client_of(lena))
    assert "In progress" in home
    assert "2 of 6 steps" in home


def test_what_is_assigned_and_begun_is_listed_once(
    lena: User, message: Certification, assign: Assign, client_of: Clients
) -> None:
    complete(lena, message, steps=2)
    assign(lena, message)
    page = client_of(lena).get("/").content.decode()
    assert page.count('aria-label="Continue Command of the Message"') == 1


def test_who_has_completed_what_is_assigned_has_nothing_left_to_do(
    lena: User, message: Certification, assign: Assign, client_of: Clients
) -> None:
    assign(lena, message)
    complete(lena, message)
    assert "Nothing that is assigned to you is left to do" in text_of(client_of(lena))


def test_a_certification_out_of_scope_is_not_on_home(
    lena: User, message: Certification, assign: Assign, client_of: Clients
) -> None:
    complete(lena, message, steps=2)
    assign(lena, message)
    training.take_out_of_scope(company=lena.company, certification=message)
    assert "Nothing is waiting for you" in text_of(client_of(lena))


def test_home_has_nothing_of_teams_and_reports_for_a_learner(lena: User, client_of: Clients) -> None:
    page = client_of(lena).get("/").content.decode()
    assert "/team/" not in page
    assert "/reports/" not in page


def test_a_smaller_plan_has_a_home_with_ones_own_learning_alone(cora: User, client_of: Clients) -> None:
    page = client_of(cora).get("/").content.decode()
    assert "Nothing is waiting for you" in page
    assert "/team/" not in page
    assert "/reports/" not in page


def test_an_admin_sees_who_waits_and_who_is_late_for_each_certification(
    ada: User, lena: User, message: Certification, sale: Certification, assign: Assign, client_of: Clients
) -> None:
    late = eligible_person(message, ada.company)
    assign(late, message, due_on=TODAY - timedelta(days=1), at=NOW - timedelta(days=9))
    page = client_of(ada).get("/").content.decode()
    home = text_of(client_of(ada))
    assert "1 eligible for Command of the Message" in home
    assert "1 overdue in Command of the Message" in home
    assert 'href="/team/assignments/certifications/command-of-the-message/eligible/"' in page
    assert 'href="/team/assignments/certifications/command-of-the-message/assigned/?due=overdue"' in page
    assert "eligible for Command of the Sale" not in home


def test_an_admin_of_assignments_without_reports_has_no_way_to_them(
    sam: User, message: Certification, client_of: Clients
) -> None:
    page = client_of(sam).get("/").content.decode()
    assert "Command of the Message" in page
    assert "/reports/" not in page


def test_a_manager_sees_who_below_is_behind_and_the_way_there(
    max: User,
    lena: User,
    message: Certification,
    sale: Certification,
    assign: Assign,
    client_of: Clients,
    report: Report,
) -> None:
    enroll(lena, sale.program)
    assert "Nobody is overdue" in text_of(client_of(max))
    for certification in (message, sale):
        assign(lena, certification, due_on=TODAY - timedelta(days=1), at=NOW - timedelta(days=9))
    beside = eligible_person(message, max.company)
    assign(beside, message, due_on=TODAY - timedelta(days=1), at=NOW - timedelta(days=9))
    page = client_of(max).get("/").content.decode()
    assert "1 person is behind, with 2 overdue assignments" in text_of(client_of(max))
    assert 'href="/reports/certification-progress/?overdue=yes&amp;sort=due_on"' in page
    assert [row["First Name"] for row in report(max, overdue="yes", sort="due_on")] == ["Lena", "Lena"]


@pytest.mark.parametrize("who", ["learner", "admin"])
def test_home_costs_as_many_queries_for_twenty_as_for_two(
    who: str, ada: User, lena: User, assign: Assign, client_of: Clients
) -> None:
    client = client_of(lena if who == "learner" else ada)

    def add(number: int) -> None:
        certification = CertificationFactory(steps=3, companies=[ada.company])
        enroll(lena, certification.program)
        complete(lena, certification, steps=1)
        assign(lena, certification, due_on=TODAY + timedelta(days=number))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/").status_code == 200
        return len(captured)

    add(0), add(1)
    few = queries()
    for number in range(2, 20):
        add(number)
    assert queries() == few
