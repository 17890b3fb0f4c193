"""When a running session ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import User
from tests.factories import PASSWORD

ClientOf = Callable[[User], Client]


def is_logged_in(browser: Client) -> bool:
    return browser.get("/account/profile/").status_code == 200


@pytest.fixture
def browser(client_of: ClientOf, lena: User) -> Client:
    return client_of(lena)


def test_deactivating_ends_it_with_the_next_request(browser: Client, lena: User, moment: datetime) -> None:
    assert is_logged_in(browser)
    services.deactivate(person=lena, by=None, at=moment)
    assert not is_logged_in(browser)


def test_reactivating_does_not_bring_it_back(browser: Client, lena: User, moment: datetime) -> None:
    services.deactivate(person=lena, by=None, at=moment)
    services.reactivate(person=lena)
    assert not is_logged_in(browser)


def test_another_persons_session_goes_on(client_of: ClientOf, lena: User, rosa: User, moment: datetime) -> None:
    browser = client_of(rosa)
    services.deactivate(person=lena, by=None, at=moment)
    assert is_logged_in(browser)


def test_changing_the_password_ends_all_but_this_one(browser: Client, client_of: ClientOf, lena: User) -> None:
    elsewhere = client_of(lena)
    new = {"oldpassword": PASSWORD, "password1": "a-wholly-new-password", "password2": "a-wholly-new-password"}
    assert browser.post("/accounts/password/change/", new)["Location"] == "/account/settings/"
    assert is_logged_in(browser)
    assert not is_logged_in(elsewhere)


def test_an_operator_who_changes_the_password_comes_to_the_back_office(client_of: ClientOf, operator: User) -> None:
    browser = client_of(operator)
    new = {"oldpassword": PASSWORD, "password1": "a-wholly-new-password", "password2": "a-wholly-new-password"}
    leads_to = browser.post("/accounts/password/change/", new)["Location"]
    assert (leads_to, browser.get(leads_to).status_code) == ("/admin/", 200)


@pytest.mark.parametrize("page", ["account_change_password", "account_email"])
def test_no_link_there_leads_an_operator_to_what_operators_do_not_have(
    page: str, client_of: ClientOf, operator: User, ada: User
) -> None:
    own = reverse("account-settings")
    assert own in client_of(ada).get(reverse(page)).content.decode()
    assert own not in client_of(operator).get(reverse(page)).content.decode()


def test_a_wrong_current_password_changes_nothing(browser: Client, lena: User) -> None:
    new = {"oldpassword": "wrong", "password1": "a-wholly-new-password", "password2": "a-wholly-new-password"}
    page = browser.post("/accounts/password/change/", new).content.decode()
    assert "This is not your current password." in page
    lena.refresh_from_db()
    assert lena.check_password(PASSWORD)


# A link from elsewhere: the browser sends the session's cookie, which is Lax, and not the Strict one of CSRF


@pytest.fixture
def careful(lena: User) -> Client:
    browser = Client(enforce_csrf_checks=True)
    log_in(browser, lena)
    return browser


def log_in(browser: Client, person: User) -> None:
    token = token_of(browser.get("/accounts/login/").content.decode())
    said = {"login": person.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert browser.post("/accounts/login/", said).status_code == 302


def token_of(page: str) -> str:
    return re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[-1]


def logs_out(browser: Client, token: str) -> bool:
    return browser.post("/accounts/logout/", {"csrfmiddlewaretoken": token}).status_code == 302


def test_a_page_that_is_open_stays_good_when_another_is_reached_from_elsewhere(careful: Client) -> None:
    opened = token_of(careful.get("/").content.decode())
    del careful.cookies["csrftoken"]
    reached = token_of(careful.get("/enroll/assignments/").content.decode())
    assert logs_out(careful, opened)
    assert opened != reached  # masked anew each time


def test_what_comes_from_elsewhere_changes_nothing(careful: Client) -> None:
    opened = token_of(careful.get("/").content.decode())
    del careful.cookies["csrftoken"]
    assert not logs_out(careful, opened)


def test_a_page_of_before_the_login_is_refused_after_it(careful: Client, lena: User) -> None:
    opened = token_of(careful.get("/").content.decode())
    assert logs_out(careful, opened)
    log_in(careful, lena)
    del careful.cookies["csrftoken"]
    now = token_of(careful.get("/").content.decode())
    assert not logs_out(careful, opened)
    assert logs_out(careful, now)
