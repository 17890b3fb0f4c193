"""The lists of assigning are searched, sorted and paged by their address; nonsense there is read as nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from accounts import services as people
from accounts.models import Company, User
from certifications import services as training
from certifications.models import Certification
from tests.factories import PersonFactory, attend, complete, eligible_person

from .pages import ASSIGNED, ELIGIBLE, LIST, NOT_ELIGIBLE, names, read, rows, rows_of
from .presses import DUE_ON, NOW, TODAY, assign

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("bo", ["Bo"]),
        ("YOUNG", ["Bo"]),
        ("you bo", ["Bo"]),
        ("bo xu", []),
        ("people.example", ["Bo", "Cy", "Di"]),
        ("  ", ["Bo", "Cy", "Di"]),
        ("%", []),
        ("_", []),
        ("'", []),
    ],
)
@pytest.mark.parametrize("path", [ASSIGNED, ELIGIBLE])
def test_search_finds_by_name_or_email(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification, path: str, q: str, found: list[str]
) -> None:
    if path == ASSIGNED:
        assign(ada, message, team.bo, team.cy, team.di)
    assert names(browser, path, q=q, sort="learner") == found


def test_search_finds_among_the_not_eligible_and_says_when_there_is_nobody(
    browser: Client, max: User, message: Certification
) -> None:
    assert names(browser, NOT_ELIGIBLE, q="okafor") == ["Max"]
    said = read(browser, NOT_ELIGIBLE, q="<i>nobody")
    assert "0 match “<i>nobody”" in said
    assert "Nobody matches" in said


#: By hand: the order in which Bo, Cy and Di stand, upwards and downwards; ties and blanks by who was there first.
ELIGIBLE_ORDERS = {
    "learner": "bcd dcb",
    "title": "cdb bdc",
    "area": "cdb bdc",
    "region": "dcb bcd",
    "manager": "bcd bcd",
    "trained": "bcd bcd",
    "enrolled": "bcd bcd",
    "progress": "cdb bdc",
}


@pytest.mark.parametrize(("key", "orders"), ELIGIBLE_ORDERS.items())
def test_eligible_is_sorted_by_each_column(browser: Client, team: SimpleNamespace, key: str, orders: str) -> None:
    shown = ["".join(names(browser, ELIGIBLE, sort=sort)).replace("i", "") for sort in (key, f"-{key}")]
    assert " ".join(re.sub("[^BCD]", "", order).lower() for order in shown) == orders


def test_a_manager_sorts_by_name_and_none_comes_last(browser: Client, team: SimpleNamespace, rosa: User) -> None:
    people.change_manager(person=team.di, manager=rosa)
    people.change_manager(person=team.cy, manager=rosa.reports_to)
    assert names(browser, ELIGIBLE, sort="manager") == ["Cy", "Di", "Bo"]
    assert names(browser, ELIGIBLE, sort="-manager") == ["Di", "Cy", "Bo"]


@pytest.mark.parametrize(
    ("key", "up", "down"),
    [
        ("learner", ["Bo", "Cy", "Di"], ["Di", "Cy", "Bo"]),
        ("name", ["Cy", "Di", "Bo"], ["Bo", "Di", "Cy"]),
        ("due", ["Di", "Bo", "Cy"], ["Bo", "Di", "Cy"]),
        ("progress", ["Cy", "Di", "Bo"], ["Bo", "Di", "Cy"]),
        ("status", ["Cy", "Bo", "Di"], ["Di", "Bo", "Cy"]),
        ("assigned", ["Di", "Cy", "Bo"], ["Bo", "Cy", "Di"]),
    ],
)
def test_assigned_is_sorted_by_each_column(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification, key: str, up: list[str], down: list[str]
) -> None:
    """Not started, in progress, completed, and the other way round; without a due date last, both ways."""
    training.complete_step(person=team.di, step=message.steps.get(position=2), at=NOW)
    complete(team.bo, message, steps=3)
    assign(ada, message, team.bo, name="Three", due_on=DUE_ON, at=NOW)
    assign(ada, message, team.cy, name="One", at=NOW - DAY)
    assign(ada, message, team.di, name="Second", due_on=TODAY, at=NOW - 2 * DAY)
    for position in range(3, 7) if key == "status" else []:
        training.complete_step(person=team.di, step=message.steps.get(position=position), at=NOW)
    assert (names(browser, ASSIGNED, sort=key), names(browser, ASSIGNED, sort=f"-{key}")) == (up, down)


def test_of_one_status_who_came_to_it_first_is_first(
    browser: Client, ada: User, meridian: Company, message: Certification
) -> None:
    one, two, three = (eligible_person(message, meridian, first_name=name) for name in ("One", "Two", "Three"))
    assign(ada, message, one, two, three)
    for person, days in ((three, 3), (one, 2), (two, 1)):
        complete(person, message, steps=1, at=NOW - days * DAY)
    assert names(browser, ASSIGNED, sort="status") == ["Three", "One", "Two"]
    assert names(browser, ASSIGNED, sort="-status") == ["Two", "One", "Three"]
    complete(one, message, at=NOW)
    complete(three, message, at=NOW - DAY)
    assert names(browser, ASSIGNED, sort="status") == ["Two", "Three", "One"]
    assert names(browser, ASSIGNED, sort="-status") == ["One", "Three", "Two"]


def test_assigned_is_sorted_by_who_assigned_and_then_by_when(
    browser: Client, ada: User, meridian: Company, team: SimpleNamespace, message: Certification
) -> None:
    abe = PersonFactory(company=meridian, first_name="Abe", can_manage_assignments=True)
    assign(ada, message, team.bo, at=NOW - DAY)
    assign(abe, message, team.cy, at=NOW)
    assign(ada, message, team.di, at=NOW - 2 * DAY)
    assert names(browser, ASSIGNED, sort="assigned") == ["Cy", "Di", "Bo"]
    assert names(browser, ASSIGNED, sort="-assigned") == ["Bo", "Di", "Cy"]


def test_assigned_stands_by_due_day_unless_told(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification
) -> None:
    assign(ada, message, team.bo)
    assign(ada, message, team.cy, due_on=DUE_ON)
    assign(ada, message, team.di, due_on=TODAY)
    assert names(browser, ASSIGNED) == names(browser, ASSIGNED, sort="due") == ["Di", "Cy", "Bo"]


def test_not_eligible_is_sorted_by_reason(browser: Client, meridian: Company, message: Certification) -> None:
    """Ada lacks the training, Bo the enrolment, Cy has not even come in."""
    attend(PersonFactory.create(company=meridian, first_name="Bo"), message.program)
    PersonFactory(company=meridian, first_name="Cy", status=User.Status.WAITING)
    assert names(browser, NOT_ELIGIBLE, sort="reason") == ["Bo", "Ada", "Cy"]
    assert names(browser, NOT_ELIGIBLE, sort="-reason") == ["Cy", "Ada", "Bo"]


@pytest.mark.parametrize("key", ["title", "eligible", "assigned", "completed", "overdue"])
def test_the_list_is_sorted_by_each_column(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification, sale: Certification, key: str
) -> None:
    complete(team.bo, message)
    assign(ada, message, team.bo)
    assign(ada, message, team.cy, due_on=TODAY - DAY, at=NOW - 2 * DAY)
    orders = [[row[0].split()[3] for row in rows(browser, LIST, sort=sort)] for sort in (key, f"-{key}")]
    few_first = [["Sale", "Message"], ["Message", "Sale"]]
    assert orders == (few_first[::-1] if key == "title" else few_first)


def test_the_head_of_the_sorted_column_says_so(browser: Client, lena: User, message: Certification) -> None:
    assert (
        len(
            re.findall(r'aria-sort="descending"><a[^>]*id="sort-title"', browser.get(ELIGIBLE, {"sort": "-title"}).text)
        )
        == 1
    )
    assert browser.get(ELIGIBLE).text.count("aria-sort") == 1


def test_a_page_has_25_and_the_next_one_the_rest(browser: Client, meridian: Company, message: Certification) -> None:
    for number in range(27):
        eligible_person(message, meridian, first_name=f"P{number:02}")
    everyone = [f"P{number:02}" for number in range(27)]
    assert names(browser, ELIGIBLE) == everyone[:25]
    assert names(browser, ELIGIBLE, page=2) == everyone[25:]
    assert names(browser, ELIGIBLE, size=50) == everyone
    assert "26–27 of 27" in read(browser, ELIGIBLE, page=2)
    assert names(browser, ELIGIBLE, page=2, q="p") == everyone[25:]


@pytest.mark.parametrize("sort", ["learner", "-learner", "manager", "-manager"])
def test_the_last_pages_counted_from_the_end_go_on_where_the_first_ones_stop(
    browser: Client, rosa: User, meridian: Company, message: Certification, sort: str
) -> None:
    """Some have a manager and some have none, who come last both ways; names are shared, so the key decides."""
    for number in range(80):
        eligible_person(message, meridian, first_name=f"P{number % 7}", email=f"p{number}@people.example")
    for person in User.objects.filter(first_name__in=["P1", "P4"]):
        people.change_manager(person=person, manager=rosa)
    everyone = rows(browser, ELIGIBLE, sort=sort, size=100)
    assert [row for page in (1, 2, 3, 4) for row in rows(browser, ELIGIBLE, sort=sort, page=page)] == everyone
    assert len(everyone) == 80


JUNK = {
    "page": ["0", "-1", "3", "two", "1e9", "9" * 5000, "٣", "\0"],
    "size": ["0", "-25", "1000000", "all", "٢٥", "9" * 5000],
    "sort": ["password", "-", "--title", "learner__password", "?", "title,area", "\0"],
    "q": ["\0", "\ud800", "x" * 9000, "a " * 5000, "%_\\'\"<>", "🂡" * 300],
    "operation": ["1", "\0", "0" * 5000, "00000000-0000-0000-0000-000000000000"],
    "unheard": ["\0"],
}


@pytest.mark.parametrize("name", JUNK)
@pytest.mark.parametrize("path", [LIST, ASSIGNED, ELIGIBLE, NOT_ELIGIBLE])
def test_nonsense_in_the_address_is_read_as_nothing(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification, path: str, name: str
) -> None:
    assign(ada, message, team.bo)
    as_usual = rows(browser, path)
    for value in JUNK[name]:
        response = browser.get(path, {name: value.encode("utf-8", "surrogatepass")})
        assert response.status_code == 200, value[:20]
        assert name == "q" or rows_of(response) == as_usual != [], value[:20]
