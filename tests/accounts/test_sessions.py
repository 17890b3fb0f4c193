"""When a running session ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

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


def test_a_wrong_current_password_changes_nothing(browser: Client, lena: User) -> None:
    new = {"oldpassword": "wrong", "password1": "a-wholly-new-password", "password2": "a-wholly-new-password"}
    page = browser.post("/accounts/password/change/", new).content.decode()
    assert "This is not your current password." in page
    lena.refresh_from_db()
    assert lena.check_password(PASSWORD)
