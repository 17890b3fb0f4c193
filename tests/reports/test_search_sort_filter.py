"""Searching, sorting, filtering and paging: all in the address, and nonsense in it is as if it were not there."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.models import User
from assignments import services
from certifications import services as training
from certifications.models import Certification
from reports.columns import COLUMNS
from tests.factories import BEGUN_AT, ENROLLED_AT, PersonFactory, attend, complete, eligible_person

from .conftest import FILE, NOW, PAGE, Assign, Report

Clients = Callable[[User], Client]


def first_names(rows: list[dict[str, str]]) -> list[str]:
    return [row["First Name"] for row in rows]


@pytest.fixture
def three(ada: User, message: Certification, sale: Certification, assign: Assign) -> None:
    """Three rows that differ in every column; Ann has begun nothing and has no assignment."""
    second = PersonFactory(company=ada.company, first_name="Zed", last_name="Admin", can_manage_assignments=True)
    eligible_person(
        message, ada.company, first_name="Ann", last_name="Cole", email="b@p.example",
        title="Coach", functional_area="Care", region="APAC",
    )  # fmt: skip
    bob = eligible_person(
        message, ada.company, first_name="Bob", last_name="Abel", email="c@p.example",
        title="Agent", functional_area="Sales", region="EMEA", reports_to=ada,
    )  # fmt: skip
    cid = PersonFactory(
        company=ada.company, first_name="Cid", last_name="Bell", email="a@p.example",
        title="Boss", functional_area="Legal", region="LATAM", reports_to=second,
    )  # fmt: skip
    attend(cid, sale.program)
    training.enroll(person=cid, program=sale.program, at=ENROLLED_AT + timedelta(days=2))
    complete(bob, message, steps=1)
    complete(cid, sale, at=BEGUN_AT + timedelta(days=5))
    assign(bob, message, due_on=date(2027, 3, 12), name="Alpha")
    assign(cid, sale, due_on=date(2027, 3, 20), name="Beta", by=second, at=NOW + timedelta(hours=1))


ASCENDING = {
    "first_name": "Ann Bob Cid",
    "last_name": "Bob Cid Ann",
    "email": "Cid Ann Bob",
    "title": "Bob Cid Ann",
    "functional_area": "Ann Cid Bob",
    "region": "Ann Bob Cid",
    "manager": "Bob Cid Ann",
    "certification": "Ann Bob Cid",
    "fast_start_enrolled_at": "Ann Bob Cid",
    "enrollment_status": "Ann Bob Cid",
    "progress": "Ann Bob Cid",
    "started_at": "Bob Cid Ann",
    "completed_at": "Cid Ann Bob",
    "assignment_name": "Bob Cid Ann",
    "assigned_at": "Bob Cid Ann",
    "assigned_by": "Bob Cid Ann",
    "due_on": "Bob Cid Ann",
    "is_overdue": "Bob Cid Ann",
}
#: Descending turns the order round, ties included; what is empty stays last.
DESCENDING = ASCENDING | {
    "first_name": "Cid Bob Ann",
    "last_name": "Ann Cid Bob",
    "email": "Bob Ann Cid",
    "title": "Ann Cid Bob",
    "functional_area": "Bob Cid Ann",
    "region": "Cid Bob Ann",
    "manager": "Cid Bob Ann",
    "certification": "Cid Bob Ann",
    "fast_start_enrolled_at": "Cid Bob Ann",
    "enrollment_status": "Cid Bob Ann",
    "progress": "Cid Bob Ann",
    "started_at": "Cid Bob Ann",
    "completed_at": "Cid Bob Ann",
    "assignment_name": "Cid Bob Ann",
    "assigned_at": "Cid Bob Ann",
    "assigned_by": "Cid Bob Ann",
    "due_on": "Cid Bob Ann",
    "is_overdue": "Cid Bob Ann",
}


@pytest.mark.parametrize("sort", ["title", "-title", "functional_area", "-functional_area", "region", "-region"])
def test_who_has_none_comes_last_both_ways(
    report: Report, ada: User, message: Certification, three: None, sort: str
) -> None:
    eligible_person(message, ada.company, first_name="Abe", title="", functional_area="", region="")
    assert first_names(report(ada, sort=sort))[-1] == "Abe"


def test_the_orders_below_cover_every_column() -> None:
    assert list(ASCENDING) == list(DESCENDING) == [column.key for column in COLUMNS]


def test_every_column_sorts_both_ways(three: None, ada: User, report: Report) -> None:
    assert {key: " ".join(first_names(report(ada, sort=key))) for key in ASCENDING} == ASCENDING
    assert {key: " ".join(first_names(report(ada, sort=f"-{key}"))) for key in DESCENDING} == DESCENDING


def test_overdue_rows_sort_behind_the_others_and_before_the_empty(
    ada: User, message: Certification, three: None, assign: Assign, report: Report
) -> None:
    late = eligible_person(message, ada.company, first_name="Late", last_name="Last")
    services.assign(
        by=ada, certification=message, learner_ids=[late.pk], name="Old", due_on=date(2027, 3, 1),
        op_id=uuid.uuid4(), at=NOW - timedelta(days=20),
    )  # fmt: skip
    assert [row["Overdue"] for row in report(ada, sort="is_overdue")] == ["No", "No", "Yes", ""]
    assert [row["Overdue"] for row in report(ada, sort="-is_overdue")] == ["Yes", "No", "No", ""]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "ann"}, "Ann"),
        ({"q": "BELL cid"}, "Cid"),
        ({"q": "c@p"}, "Bob"),
        ({"q": "ann bell"}, ""),
        ({"q": "%"}, ""),
        ({"certification": "command-of-the-sale"}, "Cid"),
        ({"certification": ["command-of-the-sale", "command-of-the-message"]}, "Ann Bob Cid"),
        ({"status": "not_started"}, "Ann"),
        ({"status": "in_progress"}, "Bob"),
        ({"status": "completed"}, "Cid"),
        ({"status": ["not_started", "completed"]}, "Ann Cid"),
        ({"status": "completed", "certification": "command-of-the-message"}, ""),
        ({"status": "in_progress", "q": "bob", "certification": "command-of-the-message", "people": "present"}, "Bob"),
        ({"people": "inactive"}, ""),
    ],
)
def test_search_and_filters_narrow_and_join(
    query: dict[str, str], found: str, three: None, ada: User, report: Report, client_of: Clients
) -> None:
    assert " ".join(first_names(report(ada, **query))) == found
    page = client_of(ada).get(PAGE, query).context["page_obj"]
    assert [row["first_name"] for row in page] == found.split()
    assert page.paginator.count == len(found.split())


@pytest.mark.parametrize(
    "junk",
    [
        "sort=nothing",
        "sort=--email",
        "sort=password",
        "sort=company__name",
        "sort=%00",
        "page=abc&size=7",
        "page=-1",
        "page=99999999999999999999999999",
        "page=" + "9" * 5000,
        "size=1000000",
        "size=%D9%A2%D9%A5",
        "status=unknown&people=everyone&overdue=no",
        "certification=unknown&certification=%00&certification=%ED%A0%80",
        "q=%00",
        "q=" + "%20" * 300,
        "unknown=%00&q=",
    ],
)
def test_nonsense_in_the_address_is_as_if_it_were_not_there(
    junk: str, three: None, ada: User, client_of: Clients
) -> None:
    client = client_of(ada)
    assert [row["first_name"] for row in client.get(f"{PAGE}?{junk}").context["page_obj"]] == ["Ann", "Bob", "Cid"]
    assert b"".join(client.get(f"{FILE}?{junk}").streaming_content).count(b"\r\n") == 4


def test_nul_in_a_search_is_left_out_and_broken_letters_find_nobody(three: None, ada: User, client_of: Clients) -> None:
    client = client_of(ada)
    assert [row["first_name"] for row in client.get(f"{PAGE}?q=a%00nn").context["page_obj"]] == ["Ann"]
    for broken in ("%ED%A0%80", "%FF%FE"):
        assert len(client.get(f"{PAGE}?q={broken}").context["page_obj"]) == 0
    assert client.get(f"{PAGE}?q=" + "x" * 7000).status_code == 200


def test_pages_are_of_25_50_or_100_and_hold_each_row_once(
    ada: User, message: Certification, client_of: Clients
) -> None:
    """Thirty people of one name: nothing but the order's last word tells them apart."""
    for number in range(30):
        eligible_person(message, ada.company, first_name="Same", last_name="Name", email=f"{number}@p.example")
    client = client_of(ada)
    pages = [client.get(PAGE, {"page": page, "sort": "region"}).context["page_obj"] for page in (1, 2)]
    emails = [row["email"] for page in pages for row in page]
    assert [len(page) for page in pages] == [25, 5]
    assert len(set(emails)) == 30
    assert len(client.get(PAGE, {"size": 50}).context["page_obj"]) == 30


def test_a_report_longer_than_anybody_turns_pages_is_not_counted_to_its_end(
    ada: User, message: Certification, client_of: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.views.MOST_ROWS", 50)
    for number in range(60):
        eligible_person(message, ada.company, first_name=f"{number:02}", email=f"{number}@p.example")
    client = client_of(ada)

    first = client.get(PAGE).content.decode()
    assert "More than 50 rows" in first
    assert "1–25 of more than 50" in first
    assert 'aria-label="Page 2"' in first

    last = client.get(PAGE, {"page": 3})
    assert [row["first_name"] for row in last.context["page_obj"]] == [f"{number:02}" for number in range(25, 50)]
    assert "These are the first 50 rows." in last.content.decode()
    assert client.get(FILE).getvalue().count(b"\r\n") == 61

    few = client.get(PAGE, {"q": "5@p.example"}).content.decode()
    assert "6 rows" in few
    assert "more than" not in few.lower()
