"""Who may open what: every area, in the order of the access table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory

from accounts.access import OWN_PAGES, REPORTS, TEAM_ASSIGNMENTS, Area, page_of
from accounts.context import company_pages
from accounts.models import Company, User
from accounts.services import save_company

ClientOf = Callable[[User], Client]


def answer(area: Area, person: object) -> int:
    request = RequestFactory().get("/somewhere/")
    request.user = person
    try:
        return page_of(area)(lambda request: HttpResponse())(request).status_code
    except Http404:
        return 404
    except PermissionDenied:
        return 403


@pytest.mark.parametrize("path", ["/account/profile/", "/team/", "/reports/"])
def test_who_is_not_logged_in_is_led_to_the_login(client: Client, path: str) -> None:
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("area", [OWN_PAGES, TEAM_ASSIGNMENTS, REPORTS])
def test_without_a_person_there_is_no_page_of_a_company(area: Area) -> None:
    assert answer(area, AnonymousUser()) == 404


@pytest.mark.parametrize("area", [OWN_PAGES, TEAM_ASSIGNMENTS, REPORTS])
def test_an_operator_finds_no_page_of_a_company(area: Area, operator: User) -> None:
    assert answer(area, operator) == 404


def test_everyone_of_a_company_has_the_own_pages_on_any_plan(lena: User, cora: User) -> None:
    assert (answer(OWN_PAGES, lena), answer(OWN_PAGES, cora)) == (200, 200)


def test_team_pages_need_manage_assignments(ada: User, sam: User, max: User, lena: User) -> None:
    assert [answer(TEAM_ASSIGNMENTS, who) for who in (ada, sam, max, lena)] == [200, 200, 403, 403]


def test_reports_need_manage_reports_or_somebody_below(ada: User, max: User, lena: User, sam: User) -> None:
    assert [answer(REPORTS, who) for who in (ada, max, lena, sam)] == [200, 200, 403, 403]


@pytest.mark.parametrize("area", [TEAM_ASSIGNMENTS, REPORTS])
def test_a_plan_that_is_too_small_hides_the_page_before_any_permission(area: Area, cora: User) -> None:
    assert answer(area, cora) == 404


def test_a_plan_lowered_closes_the_page(meridian: Company, ada: User) -> None:
    meridian.plan = Company.Plan.TEAM
    save_company(company=meridian)
    assert answer(TEAM_ASSIGNMENTS, User.objects.get(pk=ada.pk)) == 404


def test_who_may_see_the_menu_is_asked_when_it_is_drawn(sam: User, django_assert_num_queries: Any) -> None:
    request = RequestFactory().get("/somewhere/")
    request.user = sam
    with django_assert_num_queries(0):
        shown = company_pages(request)["company_pages"]
    assert shown == {"team": True, "reports": False}


@pytest.mark.parametrize("path", ["/account/profile/", "/account/settings/"])
def test_the_own_pages_answer_as_the_table_says(client: Client, client_of: ClientOf, operator, lena, path) -> None:
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    assert client_of(operator).get(path).status_code == 404
    assert client_of(lena).get(path).status_code == 200


def test_the_profile_shows_what_the_company_knows_of_me(client_of: ClientOf, lena: User, ada: User) -> None:
    page = client_of(lena).get("/account/profile/").content.decode()
    for known in ("Lena Brandt", "lena@meridian.example", "Account Executive", "Sales", "EMEA", "Rosa Conti"):
        assert known in page
    assert "Meridian Systems" in page
    assert "America/New_York" in page
    assert "Manage Assignments" not in page
    assert "Manage Assignments" in client_of(ada).get("/account/profile/").content.decode()


def test_the_profile_has_nothing_to_fill_in(client_of: ClientOf, lena: User) -> None:
    page = client_of(lena).get("/account/profile/").content.decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    assert "<input" not in main
    assert client_of(lena).post("/account/profile/").status_code == 405
    assert "Ask your admin" in main


#: What only operators can do, until the pages of Manage Users are there.
NOBODY_IN_THE_COMPANY = (
    "person with Manage Users",
    "Somebody in your company",
    "admin keeps",
    "Invite, edit",
    "reactivate you",
)


@pytest.mark.parametrize("path", ["/team/assignments/certifications/", "/admin/login/"])
def test_a_refusal_says_how_one_gets_the_permission_wherever_it_is(client_of: ClientOf, lena: User, path: str) -> None:
    refused = client_of(lena).get(path)
    assert refused.status_code == 403
    assert "Your company uses this page" not in refused.text
    assert "talk to your company’s admin, who can ask the people who run Ascender for it" in refused.text


def test_no_page_promises_what_only_an_operator_can_do(client: Client, client_of: ClientOf, lena: User) -> None:
    lena.can_manage_users = True
    lena.save()
    pages = (
        client.get("/accounts/inactive/"),
        client_of(lena).get("/team/assignments/certifications/"),
        client_of(lena).get("/account/profile/"),
    )
    promised = [
        (page.request["PATH_INFO"], words) for page in pages for words in NOBODY_IN_THE_COMPANY if words in page.text
    ]
    assert promised == []
    assert "Manage Users" in pages[-1].text
