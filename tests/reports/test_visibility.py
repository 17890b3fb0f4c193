"""Who may open the report, and whom they find in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Company, User
from certifications.models import Certification
from reports.querysets import progress_of
from tests.factories import PersonFactory, eligible_person

from .conftest import FILE, PAGE, Report

Clients = Callable[[User], Client]
ADDRESSES = ["/reports/", PAGE, FILE]


def first_names(rows: list[dict[str, str]]) -> list[str]:
    return [row["First Name"] for row in rows]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_logged_out_are_sent_to_the_login_page(address: str, client: Client, db: None) -> None:
    assert client.get(address)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_smaller_plan_has_no_reports(address: str, cora: User, client_of: Clients) -> None:
    assert client_of(cora).get(address).status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_plan_lowered_closes_the_reports(
    address: str, ada: User, lena: User, meridian: Company, client_of: Clients
) -> None:
    client = client_of(ada)
    assert client.get(address).status_code in (200, 302)
    Company.objects.filter(pk=meridian.pk).update(plan=Company.Plan.TEAM)
    assert client.get(address).status_code == 404
    ada.company.refresh_from_db()
    assert not progress_of(ada).exists()


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_neither_manages_people_nor_reports_is_refused(address: str, lena: User, client_of: Clients) -> None:
    assert client_of(lena).get(address).status_code == 403


@pytest.mark.parametrize("address", ADDRESSES)
def test_managing_assignments_alone_does_not_open_the_reports(address: str, sam: User, client_of: Clients) -> None:
    assert client_of(sam).get(address).status_code == 403


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_operator_finds_no_reports(address: str, operator: User, client_of: Clients) -> None:
    assert client_of(operator).get(address).status_code == 404


@pytest.mark.parametrize("address", [PAGE, FILE])
def test_the_report_is_only_read(address: str, ada: User, client_of: Clients) -> None:
    assert client_of(ada).post(address).status_code == 405


def test_manage_reports_sees_the_company(ada: User, lena: User, message: Certification, report: Report) -> None:
    eligible_person(message, ada.company, first_name="Zoe")
    assert first_names(report(ada)) == ["Lena", "Zoe"]


def test_a_manager_sees_everyone_below_at_any_depth_and_nobody_beside(
    ada: User, max: User, rosa: User, lena: User, message: Certification, report: Report
) -> None:
    eligible_person(message, max.company, first_name="Deep", reports_to=lena)
    eligible_person(message, max.company, first_name="Beside")
    eligible_person(message, max.company, first_name="Sibling", reports_to=max)
    assert first_names(report(max)) == ["Deep", "Lena", "Sibling"]
    assert first_names(report(rosa)) == ["Deep", "Lena"]


def test_a_manager_is_not_below_themselves(meridian: Company, message: Certification, report: Report) -> None:
    boss = eligible_person(message, meridian, first_name="Boss")
    eligible_person(message, meridian, first_name="Own", reports_to=boss)
    assert first_names(report(boss)) == ["Own"]


def test_a_circle_of_managers_ends(max: User, rosa: User, lena: User, report: Report) -> None:
    User.objects.filter(pk=max.pk).update(reports_to=lena)
    assert first_names(report(max)) == ["Lena"]


def test_another_companys_people_are_never_seen(
    ada: User, lena: User, max: User, harbor: Company, message: Certification, report: Report
) -> None:
    """Not even one who stands below by a fault of the data."""
    stranger = eligible_person(message, harbor, first_name="Stranger")
    User.objects.filter(pk=stranger.pk).update(reports_to=max)
    assert first_names(report(max)) == ["Lena"]
    assert first_names(report(ada)) == ["Lena"]
    chief = PersonFactory(company=harbor, first_name="Chief", can_manage_reports=True)
    assert first_names(report(chief)) == ["Stranger"]
