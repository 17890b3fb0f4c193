"""Who comes in, who does not, and what the door says."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from accounts import services
from accounts.models import User
from tests.factories import PersonFactory

from .conftest import LogIn

MISMATCH = "Email and password do not belong together"


def is_logged_in(client: Client) -> bool:
    return client.get("/account/profile/").status_code == 200


def test_email_and_password_open_the_door(client: Client, log_in: LogIn, ada: User) -> None:
    response = log_in("ada@meridian.example")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_logged_in(client)


@pytest.mark.parametrize("typed", ["ADA@Meridian.Example", "  ada@meridian.example "])
def test_the_email_counts_in_any_case_and_with_spaces_around_it(
    client: Client, log_in: LogIn, ada: User, typed: str
) -> None:
    log_in(typed)
    assert is_logged_in(client)


def test_a_wrong_password_is_refused_by_its_field(client: Client, log_in: LogIn, ada: User) -> None:
    page = log_in("ada@meridian.example", "not-the-password").content.decode()
    assert MISMATCH in page.partition('id="id_password_error"')[2]
    assert not is_logged_in(client)


def test_an_unknown_email_reads_like_a_wrong_password(log_in: LogIn, ada: User) -> None:
    assert MISMATCH in log_in("nobody@meridian.example").content.decode()


def test_an_inactive_person_is_told_so_and_stays_outside(client: Client, log_in: LogIn, lena: User, moment) -> None:
    services.deactivate(person=lena, by=None, at=moment)
    assert log_in("lena@meridian.example")["Location"] == "/accounts/inactive/"
    assert not is_logged_in(client)


def test_an_inactive_person_with_a_wrong_password_is_told_nothing(log_in: LogIn, lena: User, moment) -> None:
    services.deactivate(person=lena, by=None, at=moment)
    assert MISMATCH in log_in("lena@meridian.example", "not-the-password").content.decode()


def test_the_first_login_makes_a_waiting_person_active(log_in: LogIn, meridian) -> None:
    person = PersonFactory(company=meridian, email="new@meridian.example", status=User.Status.WAITING)
    log_in("new@meridian.example")
    person.refresh_from_db()
    assert person.status == User.Status.ACTIVE


def test_a_failed_login_leaves_a_waiting_person_waiting(log_in: LogIn, meridian) -> None:
    person = PersonFactory(company=meridian, email="new@meridian.example", status=User.Status.WAITING)
    log_in("new@meridian.example", "not-the-password")
    person.refresh_from_db()
    assert person.status == User.Status.WAITING


def test_after_the_login_one_is_where_one_wanted_to_go(log_in: LogIn, ada: User) -> None:
    assert log_in("ada@meridian.example", next="/account/settings/")["Location"] == "/account/settings/"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "http://localhost/", r"\\evil.example", "javascript:alert(1)"],
)
def test_the_way_after_the_login_stays_on_this_host(log_in: LogIn, ada: User, elsewhere: str, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    assert log_in("ada@meridian.example", next=elsewhere)["Location"] == "/"


def test_guessing_ends_after_five_attempts_even_with_the_right_password(log_in: LogIn, ada: User) -> None:
    for _ in range(5):
        log_in("ada@meridian.example", "not-the-password")
    assert "Too many failed attempts" in log_in("ada@meridian.example").content.decode()


def test_one_persons_failed_attempts_do_not_lock_another_out(client: Client, log_in: LogIn, ada: User, sam) -> None:
    for _ in range(5):
        log_in("sam@harbor.example", "not-the-password")
    log_in("ada@meridian.example")
    assert is_logged_in(client)


def test_the_attempts_are_counted_where_all_processes_see_them(log_in: LogIn, ada: User, django_db_blocker) -> None:
    from django.db import connection

    log_in("ada@meridian.example", "not-the-password")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT cache_key FROM {settings.CACHES['default']['LOCATION']}")
        kept = [key for (key,) in cursor.fetchall()]
    assert any("login_failed" in key for key in kept)


@pytest.mark.parametrize("door", ["login/", "password/reset/", "password/reset/key/a-set-password/"])
def test_a_company_behind_one_address_comes_in_on_the_same_morning(client: Client, db: None, door: str) -> None:
    forms = ({"email": f"{nth}@meridian.example"} for nth in range(60))
    assert 429 not in {client.post(f"/accounts/{door}", form).status_code for form in forms}


def test_past_a_limit_a_page_of_ours_says_what_to_do(log_in: LogIn, ada: User, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    log_in("ada@meridian.example", "not-the-password")
    refused = log_in("ada@meridian.example")
    assert refused.status_code == 429
    assert refused.text.count("<h1>") == 1
    assert "Wait a minute" in refused.text
    assert 'class="asc-brand"' in refused.text


def test_a_sixth_link_to_one_account_in_a_minute_is_refused(client: Client, ada: User) -> None:
    form = {"email": "ada@meridian.example"}
    answers = [client.post("/accounts/password/reset/", form).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]


def test_nobody_signs_up(client: Client, db: None) -> None:
    form = {"email": "new@meridian.example", "password1": "a-long-password", "password2": "a-long-password"}
    client.post("/accounts/signup/", form)
    assert not User.objects.exists()


def test_logging_out_takes_a_press(client: Client, log_in: LogIn, ada: User) -> None:
    log_in("ada@meridian.example")
    client.get("/accounts/logout/")
    assert is_logged_in(client)
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert not is_logged_in(client)
