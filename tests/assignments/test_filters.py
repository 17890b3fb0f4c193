"""The subtabs are filtered by their address, each value with its number; nonsense there is read as nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import services as people
from accounts.models import Company, User
from certifications.models import Certification
from tests.factories import PersonFactory, attend, complete, eligible_person, enroll

from .pages import ASSIGNED, ELIGIBLE, NOT_ELIGIBLE, names, read, rows_of, words
from .presses import DUE_ON, NOW, TODAY, assign

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EVERYONE = ["Bo", "Cy", "Di"]


def counts(browser: Client, path: str, opened: str, **query: Any) -> dict[str, str]:
    """What the opened menu says: {value: number}."""
    menu = browser.get(path, query | {"open": opened}).text.partition(f'id="filter-{opened}-set"')[2]
    labels = re.findall(r"<label class=\"asc-menu__item\">(.*?)</label>", menu.partition("</details>")[0], re.DOTALL)
    return {re.findall(r' value="([^"]*)"', label)[0]: words(label).rpartition(" ")[2] for label in labels}


def pills(browser: Client, path: str, **query: Any) -> list[str]:
    return [words(pill) for pill in re.findall(r'<span class="asc-pill".*?</span>', browser.get(path, query).text)]


@pytest.fixture
def standing(ada: User, meridian: Company, team: SimpleNamespace, message: Certification) -> SimpleNamespace:
    """Bo is overdue and half done, Cy is due this week and done, Ed has no due date and has not begun."""
    assign(ada, message, team.bo, due_on=TODAY - DAY, at=NOW - 3 * DAY)
    assign(ada, message, team.cy, due_on=TODAY + 6 * DAY)
    assign(ada, message, eligible_person(message, meridian, first_name="Ed", last_name="Gray", region="AMER"))
    complete(team.cy, message)
    return team


def test_overdue_begins_with_the_companys_own_day(
    browser: Client, ada: User, lena: User, message: Certification, clock: time_machine.Coordinates
) -> None:
    """Ten in the evening in New York, where the day is not over; in UTC it is the day after."""
    assign(ada, message, lena, due_on=TODAY)
    clock.move_to(datetime(2027, 3, 2, 3, 0, tzinfo=UTC))
    assert names(browser, ASSIGNED, due="overdue") == []
    clock.move_to(datetime(2027, 3, 2, 5, 0, tzinfo=UTC))
    assert names(browser, ASSIGNED, due="overdue") == ["Lena"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"area": "Sales"}, ["Bo"]),
        ({"area": ["Sales", "Finance"]}, ["Bo", "Cy"]),
        ({"region": "APAC"}, ["Cy"]),
        ({"title": "Manager"}, ["Di"]),
        ({"title": "manager"}, []),
        ({"area": ["Sales", "Finance"], "region": "APAC"}, ["Cy"]),
        ({"area": "Nobody does this"}, []),
        ({"region": "APAC", "q": "bo"}, []),
        ({"region": "APAC", "q": "xu"}, ["Cy"]),
    ],
)
@pytest.mark.parametrize("path", [ASSIGNED, ELIGIBLE])
def test_people_are_found_by_what_is_known_of_them(
    browser: Client,
    ada: User,
    team: SimpleNamespace,
    message: Certification,
    path: str,
    query: dict[str, Any],
    found: list[str],
) -> None:
    if path == ASSIGNED:
        assign(ada, message, team.bo, team.cy, team.di)
    assert names(browser, path, sort="learner", **query) == found


@pytest.mark.parametrize("sort", ["title", "-title", "area", "-area", "region", "-region"])
def test_who_has_none_comes_last_both_ways(browser: Client, team: SimpleNamespace, sort: str) -> None:
    User.objects.filter(pk=team.cy.pk).update(title="", functional_area="", region="")
    assert names(browser, ELIGIBLE, sort=sort)[-1] == "Cy"


@pytest.mark.parametrize("path", [ASSIGNED, ELIGIBLE])
def test_a_manager_stands_for_themselves_and_everyone_below_at_any_depth(
    browser: Client, ada: User, rosa: User, team: SimpleNamespace, message: Certification, path: str
) -> None:
    people.change_manager(person=team.bo, manager=rosa)
    people.change_manager(person=team.cy, manager=rosa.reports_to)
    enroll(rosa, message.program)
    if path == ASSIGNED:
        assign(ada, message, team.bo, team.cy, team.di, rosa)
    assert names(browser, path, manager=rosa.pk, sort="learner") == ["Bo", "Rosa"]
    assert names(browser, path, manager=rosa.reports_to_id, sort="learner") == ["Bo", "Cy", "Rosa"]
    assert names(browser, path, manager=[rosa.pk, team.di.pk], sort="learner") == ["Bo", "Di", "Rosa"]
    assert names(browser, path, manager=team.di.pk) == ["Di"]
    assert counts(browser, path, "manager") == {str(rosa.reports_to_id): "3", str(rosa.pk): "2"}
    assert pills(browser, path, manager=rosa.pk) == ["Manager and below: Rosa Conti"]


def test_who_leads_only_such_as_are_elsewhere_is_offered_and_finds_themselves(
    browser: Client, team: SimpleNamespace, lena: User, message: Certification
) -> None:
    people.change_manager(person=lena, manager=team.bo)
    User.objects.filter(pk=lena.pk).update(status=User.Status.INACTIVE)
    assert counts(browser, ELIGIBLE, "manager") == {str(team.bo.pk): "1"}
    assert names(browser, ELIGIBLE, manager=team.bo.pk) == ["Bo"]


def test_in_a_circle_everybody_counts_once(browser: Client, team: SimpleNamespace, message: Certification) -> None:
    """No service makes one."""
    for person, manager in ((team.bo, team.cy), (team.cy, team.bo), (team.di, team.bo)):
        User.objects.filter(pk=person.pk).update(reports_to=manager)
    assert counts(browser, ELIGIBLE, "manager") == {str(team.bo.pk): "3", str(team.cy.pk): "3"}
    assert names(browser, ELIGIBLE, manager=[team.bo.pk, team.cy.pk]) == EVERYONE


def test_ten_managers_cost_no_more_queries_than_one(
    browser: Client, meridian: Company, team: SimpleNamespace, message: Certification
) -> None:
    def queries(*managers: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(ELIGIBLE, {"manager": managers}).text.count('class="asc-pill"') == len(managers)
        return len(captured)

    ten = [PersonFactory(company=meridian).pk for _ in range(10)]
    assert queries(*ten[:1]) == queries(*ten)


def test_a_manager_of_another_company_is_nobody(
    browser: Client, team: SimpleNamespace, sam: User, message: Certification
) -> None:
    assert names(browser, ELIGIBLE, manager=sam.pk) == EVERYONE
    assert pills(browser, ELIGIBLE, manager=sam.pk) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "not_started"}, ["Ed"]),
        ({"status": "in_progress"}, ["Bo"]),
        ({"status": ["completed", "not_started"]}, ["Cy", "Ed"]),
        ({"due": "none"}, ["Ed"]),
        ({"due": "week"}, ["Cy"]),
        ({"due": "overdue"}, ["Bo"]),
        ({"due": ["overdue", "none"]}, ["Bo", "Ed"]),
        ({"due_from": TODAY - DAY}, ["Bo", "Cy"]),
        ({"due_from": TODAY}, ["Cy"]),
        ({"due_to": TODAY - DAY}, ["Bo"]),
        ({"due_from": TODAY, "due_to": TODAY + 5 * DAY}, []),
        ({"due": "overdue", "due_from": TODAY}, []),
        ({"due": "overdue", "status": "completed"}, []),
    ],
)
def test_assigned_is_found_by_status_and_due_day(
    browser: Client, standing: SimpleNamespace, query: dict[str, Any], found: list[str]
) -> None:
    assert names(browser, ASSIGNED, sort="learner", **query) == found


def test_this_week_is_the_companys_from_monday_to_sunday(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification, clock: Any
) -> None:
    assign(ada, message, team.bo, due_on=TODAY)
    assign(ada, message, team.cy, due_on=TODAY + 6 * DAY)
    assign(ada, message, team.di, due_on=TODAY + 7 * DAY)
    assert names(browser, ASSIGNED, due="week") == ["Bo", "Cy"]
    clock.move_to("2027-03-08T04:30:00Z")  # Monday in London, Sunday evening in New York
    assert names(browser, ASSIGNED, due="week") == ["Bo", "Cy"]
    clock.move_to("2027-03-08T05:30:00Z")
    assert names(browser, ASSIGNED, due="week") == ["Di"]


def test_eligible_is_found_by_the_companys_day_of_enrolment(
    browser: Client, meridian: Company, message: Certification
) -> None:
    for first_name, hour in (("Bo", 4), ("Cy", 5)):  # midnight in New York is five in London
        person = PersonFactory(company=meridian, first_name=first_name)
        enroll(person, message.program, at=datetime(2026, 2, 10, hour, tzinfo=UTC))
    assert names(browser, ELIGIBLE, enrolled_from="2026-02-10") == ["Cy"]
    assert names(browser, ELIGIBLE, enrolled_to="2026-02-09") == ["Bo"]
    assert names(browser, ELIGIBLE, enrolled_from="2026-02-09", enrolled_to="2026-02-10") == ["Bo", "Cy"]
    assert pills(browser, ELIGIBLE, enrolled_from="2026-02-10") == ["Fast Start since: from 10 Feb 2026"]


def test_not_eligible_is_found_by_reason(browser: Client, meridian: Company, message: Certification) -> None:
    """Ada lacks the training, Bo the enrolment, Cy has not even come in."""
    attend(PersonFactory.create(company=meridian, first_name="Bo"), message.program)
    PersonFactory(company=meridian, first_name="Cy", status=User.Status.WAITING)
    assert names(browser, NOT_ELIGIBLE, reason="waiting") == ["Cy"]
    assert names(browser, NOT_ELIGIBLE, reason="enrollment") == ["Bo"]
    assert names(browser, NOT_ELIGIBLE, reason="training") == ["Ada", "Cy"]
    assert counts(browser, NOT_ELIGIBLE, "reason") == {"waiting": "1", "training": "2", "enrollment": "1"}


def test_a_value_is_counted_among_those_that_search_and_the_other_filters_find(
    browser: Client, team: SimpleNamespace, meridian: Company, message: Certification
) -> None:
    eligible_person(message, meridian, first_name="Ed", last_name="Young", functional_area="Sales", region="APAC")
    assert counts(browser, ELIGIBLE, "area") == {"Sales": "2", "Finance": "1", "Marketing": "1"}
    assert counts(browser, ELIGIBLE, "area", area="Finance") == {"Sales": "2", "Finance": "1", "Marketing": "1"}
    assert counts(browser, ELIGIBLE, "area", region="APAC") == {"Sales": "1", "Finance": "1"}
    assert counts(browser, ELIGIBLE, "area", q="young", region="EMEA") == {"Sales": "1"}


def test_every_value_of_assigned_has_its_number(browser: Client, standing: SimpleNamespace) -> None:
    assert counts(browser, ASSIGNED, "status") == {"not_started": "1", "in_progress": "1", "completed": "1"}
    assert counts(browser, ASSIGNED, "due", region="EMEA") == {"none": "0", "week": "0", "overdue": "1"}
    assert counts(browser, ASSIGNED, "delivery") == {"failed": "0", "off": "0"}


def test_what_is_in_force_is_said_and_taken_away_one_by_one(browser: Client, team: SimpleNamespace) -> None:
    asked = {"region": ["APAC", "EMEA"], "area": "Sales", "q": "o", "sort": "-title", "page": "2"}
    page = browser.get(ELIGIBLE, asked).text
    assert pills(browser, ELIGIBLE, **asked) == ["Functional area: Sales", "Region: APAC", "Region: EMEA"]
    assert "Filters (3)" in words(page)
    taken = re.findall(r'href="([^"]*)" hx-boost="true" aria-label="Remove filter Region: APAC"', page)
    assert taken == ["?region=EMEA&amp;area=Sales&amp;q=o&amp;sort=-title"]
    assert '<a class="btn btn-link" href="?q=o&amp;sort=-title" hx-boost="true">Clear filters</a>' in page


def test_the_filters_survive_sorting_paging_and_searching(browser: Client, team: SimpleNamespace) -> None:
    page = browser.get(ELIGIBLE, {"region": ["APAC", "EMEA"], "q": "o"}).text
    assert 'href="?region=APAC&amp;region=EMEA&amp;q=o&amp;sort=title"' in page
    kept = re.findall(r'name="region" value="(\w+)" form="list-query" checked', page)
    assert kept == ["APAC", "EMEA"]


def test_what_is_in_force_stays_in_its_menu_though_nobody_has_it(browser: Client, team: SimpleNamespace) -> None:
    said = read(browser, ELIGIBLE, region="<b>Atlantis")
    assert "Region: <b>Atlantis" in said
    assert "Nobody matches" in said
    assert "0 of 3 match" in said


def test_who_is_only_in_another_company_is_not_counted(
    browser: Client, team: SimpleNamespace, harbor: Company, message: Certification
) -> None:
    eligible_person(message, harbor, functional_area="Fishing")
    assert "Fishing" not in counts(browser, ELIGIBLE, "area")


JUNK = {
    "manager": ["0", "-1", "x", "٣", "9" * 5000, "9" * 18, "\0", ""],
    "area": ["\0", "x" * 201, ""],
    "status": ["done", "", "\0", "NOT_STARTED"],
    "due": ["yesterday", "\0"],
    "reason": ["is_waiting", "password"],
    "delivery": ["sent"],
    "due_from": ["2027-02-30", "tomorrow", "9999-12-31", "0001-01-01", "20270301", "2027-3-1", "٢٠٢٧-٠٣-٠١", "\0"],
    "enrolled_to": ["9999-12-31", "2999-13-01", "x" * 5000],
    "open": ["manager", "nothing", "\0"],
}


@pytest.mark.parametrize("name", JUNK)
@pytest.mark.parametrize("path", [ASSIGNED, ELIGIBLE, NOT_ELIGIBLE])
def test_nonsense_is_read_as_nothing(
    browser: Client, ada: User, team: SimpleNamespace, message: Certification, path: str, name: str
) -> None:
    assign(ada, message, team.bo)
    as_usual = rows_of(browser.get(path))
    for value in JUNK[name]:
        response = browser.get(path, {name: value})
        assert (response.status_code, rows_of(response)) == (200, as_usual), value[:20]
        assert 'class="asc-pill"' not in response.text, value[:20]


def test_every_value_that_a_menu_offers_can_be_chosen(
    browser: Client, meridian: Company, message: Certification
) -> None:
    """Those that are shown, and those ticked before that are not among them."""
    for number in range(51):
        eligible_person(message, meridian, first_name=f"P{number:02}", region=f"R{number:02}")
    offered = counts(browser, ELIGIBLE, "region", region="Elsewhere")
    assert len(offered) == len(pills(browser, ELIGIBLE, region=offered)) == 51
    assert names(browser, ELIGIBLE, region=offered, size=100) == [f"P{number:02}" for number in range(50)]


def test_every_manager_that_a_menu_offers_can_be_chosen(
    browser: Client, meridian: Company, message: Certification
) -> None:
    for number in range(50):
        head = PersonFactory(company=meridian, email=f"head{number}@people.example")
        eligible_person(message, meridian, first_name=f"P{number:02}", reports_to=head)
    heads = list(counts(browser, ELIGIBLE, "manager"))
    assert names(browser, ELIGIBLE, manager=heads, size=100) == [f"P{number:02}" for number in range(50)]


@pytest.mark.parametrize("name", ["region", "manager"])
def test_more_values_than_an_address_may_hold_are_left_out_and_it_says_so(
    browser: Client, meridian: Company, team: SimpleNamespace, name: str
) -> None:
    for number in range(201) if name == "manager" else []:
        PersonFactory(company=meridian, email=f"many{number}@people.example")
    values = {
        "manager": [str(pk) for pk in User.objects.filter(email__startswith="many").values_list("pk", flat=True)],
        "region": [f"R{number}" for number in range(201)],
    }[name]
    said = "only the first 200 that the address names count"
    assert len(pills(browser, ELIGIBLE, **{name: [*values[:200], values[0]]})) == 200
    assert said not in read(browser, ELIGIBLE, **{name: [*values[:200], values[0]]})
    assert len(pills(browser, ELIGIBLE, **{name: values})) == 200
    assert said in read(browser, ELIGIBLE, **{name: values})


@pytest.mark.parametrize(
    ("path", "opened"),
    [(ASSIGNED, "manager"), (ASSIGNED, "due"), (ELIGIBLE, "area"), (ELIGIBLE, "manager"), (NOT_ELIGIBLE, "reason")],
)
def test_twenty_people_cost_no_more_queries_than_two(
    browser: Client, ada: User, max: User, meridian: Company, message: Certification, path: str, opened: str
) -> None:
    def queries(how_many: int) -> int:
        for number in range(how_many):
            make: Callable[..., User] = PersonFactory if path == NOT_ELIGIBLE else eligible_person
            fixed = {"company": meridian, "reports_to": max, "region": f"R{number}", "functional_area": "Sales"}
            person = make(**fixed) if path == NOT_ELIGIBLE else make(message, **fixed)
            if path == ASSIGNED:
                assign(ada, message, person, due_on=DUE_ON)
        with CaptureQueriesContext(connection) as captured:
            page = browser.get(path, {"open": opened, "manager": max.pk, "q": "robin", "area": "Sales"})
        assert len(rows_of(page)) > 0
        return len(captured)

    browser.get(ELIGIBLE)
    assert queries(2) == queries(18)


def test_counting_waits_until_a_menu_is_opened(browser: Client, team: SimpleNamespace) -> None:
    with CaptureQueriesContext(connection) as closed:
        browser.get(ELIGIBLE)
    with CaptureQueriesContext(connection) as opened:
        browser.get(ELIGIBLE, {"open": "region"})
    assert len(opened) == len(closed) + 1
