"""The pages of assigning: who stands in which subtab with what, and what learners see of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import services as people
from accounts.models import Company, User
from certifications import services as training
from certifications.models import Certification
from notifications import services as post_office
from tests.factories import CertificationFactory, PersonFactory, attend, complete, eligible_person

from .pages import ASSIGNED, ELIGIBLE, LIST, MINE, NOT_ELIGIBLE, ONE, names, read, rows, without_token, words
from .presses import DUE_ON, NOW, TODAY, assign, assigned, change_due_date, open_assignment, unassign

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_the_list_has_each_certification_in_scope_with_its_numbers(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification, sale: Certification
) -> None:
    CertificationFactory(title="Out of scope")
    complete(team.bo, message)
    assign(ada, message, team.bo, due_on=TODAY)
    assign(ada, message, team.cy, due_on=NOW.date() - DAY, at=NOW - 2 * DAY)
    assert [row[:5] for row in rows(browser, LIST)] == [
        [
            "Command of the Message Fast Start Program: Message Foundations",
            "Eligible for Command of the Message: 1",
            "Assigned to Command of the Message: 2",
            "1",
            "Overdue in Command of the Message: 1",
        ],
        [
            "Command of the Sale Fast Start Program: Sale Foundations",
            "Eligible for Command of the Sale: 0",
            "Assigned to Command of the Sale: 0",
            "0",
            "0",
        ],
    ]


@pytest.mark.parametrize("path", ["/", LIST])
def test_how_many_are_overdue_leads_to_just_those(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification, path: str
) -> None:
    complete(team.bo, message)
    assign(ada, message, team.bo, team.cy, due_on=TODAY - DAY, at=NOW - DAY)
    assign(ada, message, team.di, due_on=TODAY)
    [[address, said]] = re.findall(r'<a class="asc-late" href="([^"]*)">(.*?)</a>', browser.get(path).text)
    assert "1" in words(said).split()
    assert names(browser, address) == ["Cy"]


def test_without_a_certification_in_scope_the_list_says_who_to_ask(browser: Client) -> None:
    assert "No certification is in scope yet" in read(browser, LIST)


def test_the_list_tells_the_newest_presses(browser: Client, ada: User, lena: User, message: Certification) -> None:
    unassign(ada, message, assigned(ada, message, lena), at=NOW + DAY)
    people.deactivate(person=lena, by=ada, at=NOW)
    told = read(browser, LIST).partition("Recent changes All operations ")[2]
    assert told.startswith(
        "Tue 2 March 2027, 10:00 Ada Ekström unassigned 1 person from Command of the Message "
        "Details of the change of Tue 2 March 2027, 10:00 "
        "Mon 1 March 2027, 10:00 Ada Ekström assigned 1 person to Command of the Message"
    )


def test_the_list_tells_what_became_of_due_dates_as_the_operation_does(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    made = [assigned(ada, message, person, due_on=DUE_ON) for person in (team.bo, team.cy)]
    unassign(ada, message, made[0])
    change_due_date(ada, message, *made, days=7, to_working_day=True, at=NOW + DAY)
    change_due_date(ada, message, open_assignment(team.cy, message), due_on=None, at=NOW + 2 * DAY)
    told = read(browser, LIST)
    where = "changed the due date of 1 person in Command of the Message"
    assert f"{where}: To no due date Details" in told
    assert f"{where}: 7 days later, then from Saturday or Sunday on to the Monday · 1 skipped Details" in told


def test_the_list_reads_nobody_who_was_skipped(
    browser: Client, ada: User, lena: User, rosa: User, message: Certification
) -> None:
    assign(ada, message, lena, rosa)
    with CaptureQueriesContext(connection) as captured:
        assert "· 1 skipped" in read(browser, LIST)
    assert not [query["sql"] for query in captured if '"skipped"' in query["sql"]]


def test_assigned_shows_name_due_day_progress_status_and_by_whom(
    browser: Client, ada: User, lena: User, message: Certification
) -> None:
    assign(ada, message, lena, due_on=DUE_ON, name="Spring <b>round")
    complete(lena, message, steps=2)
    assert rows(browser, ASSIGNED) == [
        [
            "Lena Brandt lena@meridian.example",
            "Spring <b>round",
            "Tue 9 March 2027 in 8 days",
            "2 of 6",
            "In progress",
            "Waiting : messages to Lena Brandt",
            "Ada Ekström 1 March 2027",
        ]
    ]


def test_assigned_leaves_the_due_date_empty_where_there_is_none(
    browser: Client, ada: User, lena: User, message: Certification
) -> None:
    assign(ada, message, lena)
    assert rows(browser, ASSIGNED)[0][2:5] == ["", "0 of 6", "Not started"]


def test_assigned_says_overdue_until_it_is_completed(
    browser: Client, ada: User, lena: User, message: Certification
) -> None:
    assign(ada, message, lena, due_on=TODAY - DAY, at=NOW - DAY)
    assert rows(browser, ASSIGNED)[0][2] == "Sun 28 February 2027 overdue by 1 day"
    complete(lena, message)
    assert rows(browser, ASSIGNED)[0][2:5] == ["Sun 28 February 2027", "6 of 6", "Completed"]


def test_eligible_shows_who_somebody_is_and_how_prepared(browser: Client, lena: User, message: Certification) -> None:
    complete(lena, message, steps=2)
    assert rows(browser, ELIGIBLE) == [
        [
            "Lena Brandt lena@meridian.example",
            "Account Executive",
            "Sales",
            "EMEA",
            "Rosa Conti : show with everyone below",
            "12 Jan 2026",
            "19 Jan 2026",
            "2 of 6 steps",
        ]
    ]


def test_not_eligible_shows_each_reason(browser: Client, ada: User, meridian: Company, message: Certification) -> None:
    attended: User = PersonFactory.create(company=meridian, first_name="Bo")
    attend(attended, message.program)
    PersonFactory(company=meridian, first_name="Cy", status=User.Status.WAITING)
    people.deactivate(person=PersonFactory.create(company=meridian, first_name="Di"), by=ada, at=NOW)
    told = {row[0].split()[0]: row[4:] for row in rows(browser, NOT_ELIGIBLE)}
    assert told == {
        "Ada": ["Has not attended the training", "Not attended"],
        "Bo": ["Attended, but not enrolled in the Fast Start Program", "12 Jan 2026"],
        "Cy": ["Invitation not accepted yet Has not attended the training", "Not attended"],
    }


def test_a_person_moves_from_subtab_to_subtab(browser: Client, ada: User, lena: User, message: Certification) -> None:
    def where() -> list[bool]:
        return ["Lena" in names(browser, path) for path in (ASSIGNED, ELIGIBLE, NOT_ELIGIBLE)]

    assert where() == [False, True, False]
    made = assigned(ada, message, lena)
    assert where() == [True, False, False]
    unassign(ada, message, made)
    assert where() == [False, True, False]
    training.withdraw(person=lena, program=message.program, by=ada, at=NOW)
    assert where() == [False, False, True]
    people.deactivate(person=lena, by=ada, at=NOW)
    assert where() == [False, False, False]


@pytest.mark.parametrize("path", [ASSIGNED, ELIGIBLE, NOT_ELIGIBLE])
def test_each_subtab_names_the_size_of_all_three(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification, path: str
) -> None:
    assign(ada, message, team.bo)
    assert "Assigned 1 Eligible for Assignment 2 Not Eligible 1" in read(browser, path)


@pytest.mark.parametrize(
    ("path", "says"),
    [(ASSIGNED, "Nobody is assigned yet"), (ELIGIBLE, "Nobody is eligible yet"), (NOT_ELIGIBLE, "Ada Ekström")],
)
def test_an_empty_subtab_says_what_to_do_next(browser: Client, message: Certification, path: str, says: str) -> None:
    assert says in read(browser, path)


def test_nobody_kept_out_is_said_too(browser: Client, ada: User, message: Certification) -> None:
    attend(ada, message.program)
    training.enroll(person=ada, program=message.program, at=NOW)
    assert "Nobody is kept out" in read(browser, NOT_ELIGIBLE)


def test_another_companys_people_are_nowhere(
    browser: Client, sam: User, harbor: Company, message: Certification
) -> None:
    assign(sam, message, eligible_person(message, harbor, first_name="Ben"))
    eligible_person(message, harbor, first_name="Eve")
    for path in (ASSIGNED, ELIGIBLE, NOT_ELIGIBLE):
        assert {"Ben", "Eve", "Sam"}.isdisjoint(names(browser, path)), path


@pytest.mark.parametrize("path", ["", "assigned/", "eligible/", "not-eligible/", "assign/", "unassign/"])
def test_out_of_scope_looks_like_unknown(
    client_of: Callable[[User], Client], sam: User, sale: Certification, path: str
) -> None:
    browser = client_of(sam)
    there, nowhere = (browser.get(f"{LIST}{slug}/{path}") for slug in (sale.slug, "command-of-nothing"))
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert without_token(there) == without_token(nowhere)


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/team/", LIST),
        ("/team/assignments/", LIST),
        (ONE, ASSIGNED),
        (f"{ONE}assign/", ELIGIBLE),
        (f"{ONE}unassign/", ASSIGNED),
        (f"{ONE}change-due-date/", ASSIGNED),
    ],
)
def test_an_address_without_a_page_leads_to_its_list(
    browser: Client, message: Certification, path: str, leads_to: str
) -> None:
    assert browser.get(path)["Location"] == leads_to


@pytest.mark.parametrize("path", [LIST, ASSIGNED, ELIGIBLE, NOT_ELIGIBLE, MINE])
def test_each_page_has_one_heading_and_tables_with_column_heads(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification, path: str
) -> None:
    assign(ada, message, team.bo)
    html = browser.get(path).text
    assert html.count("<h1") == 1
    assert html.count("<table") == html.count("</thead>") == (path != MINE)
    assert len(re.findall(r'role="columnheader" scope="col"', html)) >= 5 * html.count("<table")


def test_each_person_has_a_checkbox_with_their_name(browser: Client, lena: User, message: Certification) -> None:
    html = browser.get(ELIGIBLE).text
    assert re.search(rf'<input[^>]* name="learner" value="{lena.pk}" form="selection">', html)
    assert '<span class="visually-hidden">Select Lena Brandt</span>' in html


def test_my_assignments_has_the_next_due_first_and_the_completed_below(
    client_of: Callable[[User], Client], ada: User, lena: User, message: Certification, sale: Certification
) -> None:
    third: Certification = CertificationFactory.create(title="Command of the Plan", companies=[ada.company])
    for certification in (sale, third):
        attend(lena, certification.program)
        training.enroll(person=lena, program=certification.program, at=NOW)
    complete(lena, sale)
    assign(ada, sale, lena, due_on=TODAY)
    assign(ada, message, lena)
    assign(ada, third, lena, due_on=DUE_ON, name="Plan first")
    heads = r"To do|Completed(?= Command)|Command of the \w+(?= “| assigned)"
    assert re.findall(heads, read(client_of(lena), MINE)) == [
        "To do", "Command of the Plan", "Command of the Message", "Completed", "Command of the Sale",
    ]  # fmt: skip


def test_my_assignments_are_gone_when_i_am_unassigned(
    client_of: Callable[[User], Client], ada: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena)
    assert "Command of the Message" in read(client_of(lena), MINE)
    unassign(ada, message, made)
    assert "Nothing is assigned to you" in read(client_of(lena), MINE)
    assert "Command of the Message" in read(client_of(lena), "/enroll/certifications/")


def test_my_certification_says_name_due_day_and_by_whom_while_it_is_assigned(
    client_of: Callable[[User], Client], ada: User, lena: User, message: Certification
) -> None:
    path = "/enroll/certifications/command-of-the-message/"
    made = assigned(ada, message, lena, due_on=DUE_ON)
    facts = "Assignment Name Spring round Due Date Tue 9 March 2027 in 8 days Assigned by Ada Ekström Mon 1 March 2027"
    assert facts in read(client_of(lena), path)
    unassign(ada, message, made)
    assert "Due Date" not in read(client_of(lena), path)


@pytest.mark.parametrize("path", [LIST, ASSIGNED, ELIGIBLE, NOT_ELIGIBLE])
def test_twenty_people_cost_no_more_queries_than_two(
    browser: Client, ada: User, meridian: Company, rosa: User, message: Certification, path: str
) -> None:
    def queries(how_many: int) -> int:
        for _ in range(how_many):
            made = [eligible_person(message, meridian, reports_to=rosa) for _ in range(2)]
            assign(ada, message, made[0], due_on=date(2027, 4, 1))
            PersonFactory(company=meridian, reports_to=rosa)
        post_office.deliver_due(at=NOW)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(path).status_code == 200
        return len(captured)

    browser.get(path)
    assert queries(2) == queries(18)


def test_twenty_assignments_of_mine_cost_no_more_queries_than_two(
    client_of: Callable[[User], Client], ada: User, lena: User, meridian: Company
) -> None:
    browser = client_of(lena)

    def queries(how_many: int) -> int:
        for _ in range(how_many):
            certification: Certification = CertificationFactory.create(companies=[meridian])
            attend(lena, certification.program)
            training.enroll(person=lena, program=certification.program, at=NOW)
            assign(ada, certification, lena)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(MINE).status_code == 200
        return len(captured)

    browser.get(MINE)
    assert queries(2) == queries(18)
