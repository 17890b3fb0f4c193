"""Changing the address one logs in with: user, login and sessions move together or not at all."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import services
from accounts.models import User
from tests.assignments.pages import main_of
from tests.factories import PASSWORD
from tests.notifications.sink import Sink

from .conftest import LogIn, ask_for_a_link

OLD, NEW = "ada@meridian.example", "ada.ekstrom@meridian.example"


@pytest.fixture
def browser(client: Client, log_in: LogIn, ada: User) -> Client:
    log_in(OLD)
    return client


def ask_to_change(browser: Client, to: str = NEW) -> str:
    """The link in the mail to the new address."""
    if browser.post("/accounts/email/", {"action_add": "", "email": to}).url.startswith("/accounts/reauthenticate"):
        browser.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/email/"})
    (letter,) = mail.outbox
    assert letter.to == [to]
    link = re.search(r"http://127\.0\.0\.1:8000(/accounts/confirm-email/\S+)", str(letter.body))
    assert link, letter.body
    return link[1]


def addresses(person: User) -> list[tuple[str, bool, bool]]:
    return list(EmailAddress.objects.filter(user=person).values_list("email", "primary", "verified"))


def is_logged_in(browser: Client) -> bool:
    return browser.get("/account/profile/").status_code == 200


def test_nothing_changes_before_the_new_address_is_confirmed(browser: Client, ada: User) -> None:
    ask_to_change(browser)
    ada.refresh_from_db()
    assert ada.email == OLD
    assert f"Changing to {NEW}" in browser.get("/account/settings/").content.decode()


def test_opening_the_link_confirms_nothing_yet(browser: Client, ada: User) -> None:
    browser.get(ask_to_change(browser))
    ada.refresh_from_db()
    assert ada.email == OLD


def test_confirming_moves_user_and_login_together(browser: Client, log_in: LogIn, ada: User) -> None:
    response = browser.post(ask_to_change(browser))
    ada.refresh_from_db()
    assert response["Location"] == "/account/settings/"
    assert (ada.email, addresses(ada)) == (NEW, [(NEW, True, True)])


def test_an_operator_who_changes_it_comes_to_the_back_office(client: Client, log_in: LogIn, operator: User) -> None:
    log_in(operator.email)
    leads_to = client.post(ask_to_change(client))["Location"]
    assert (leads_to, client.get(leads_to).status_code) == ("/admin/", 200)


@pytest.mark.parametrize(("email", "comes_in"), [(NEW, True), (OLD, False)])
def test_only_the_new_address_logs_in(browser: Client, ada: User, email: str, comes_in: bool) -> None:
    browser.post(ask_to_change(browser))
    other = Client()
    other.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert is_logged_in(other) is comes_in


def test_the_old_address_resets_no_password(browser: Client, ada: User) -> None:
    browser.post(ask_to_change(browser))
    mail.outbox.clear()
    ask_for_a_link(Client(), OLD)
    assert mail.outbox == []


def test_all_other_sessions_end_and_this_one_goes_on(
    browser: Client, client_of: Callable[[User], Client], ada: User
) -> None:
    elsewhere = client_of(ada)
    browser.post(ask_to_change(browser))
    assert is_logged_in(browser)
    assert not is_logged_in(elsewhere)


def test_the_old_address_is_told(browser: Client, ada: User) -> None:
    link = ask_to_change(browser)
    mail.outbox.clear()
    browser.post(link)
    (letter,) = mail.outbox
    assert letter.to == [OLD]
    assert NEW in letter.body
    # A link that is asked for with the old address would come to nobody, and with the new one to a thief.
    assert "/password/reset/" not in letter.body
    assert "tell your company's admin at once" in letter.body


def test_a_pending_address_is_no_login(browser: Client, ada: User) -> None:
    ask_to_change(browser)
    other = Client()
    other.post("/accounts/login/", {"login": NEW, "password": PASSWORD})
    assert not is_logged_in(other)


def test_who_holds_only_the_link_must_log_in_as_that_person(browser: Client, ada: User) -> None:
    """A mistyped address belongs to a stranger, and the mail with it."""
    link = ask_to_change(browser)
    stranger = Client()
    assert stranger.post(link)["Location"].startswith("/accounts/login/?next=/accounts/confirm-email/")
    ada.refresh_from_db()
    assert ada.email == OLD


def test_another_person_with_the_link_changes_nothing(
    browser: Client, client_of: Callable[[User], Client], ada: User, sam: User
) -> None:
    client_of(sam).post(ask_to_change(browser))
    ada.refresh_from_db()
    assert (ada.email, sam.email) == (OLD, "sam@harbor.example")


def test_a_changed_mind_makes_the_first_link_worthless(browser: Client, ada: User) -> None:
    link = ask_to_change(browser, "first@meridian.example")
    mail.outbox.clear()
    ask_to_change(browser, NEW)
    assert browser.post(link).status_code == 404


def test_an_address_that_was_taken_meanwhile_is_refused(browser: Client, ada: User, rosa: User) -> None:
    link = ask_to_change(browser)
    services.change_email(person=rosa, email=NEW)
    browser.post(link)
    ada.refresh_from_db()
    assert ada.email == OLD


def changing(browser: Client, press: str, to: str = NEW) -> str:
    """What the page says after a press on it."""
    return main_of(browser.post("/accounts/email/", {press: "", "email": to}, follow=True))


def test_a_link_that_is_not_sent_again_at_once_is_said_to_have_gone(browser: Client) -> None:
    ask_to_change(browser)
    said = changing(browser, "action_send")
    assert len(mail.outbox) == 1
    assert "A link went there a moment ago" in said


def test_the_same_new_address_typed_again_at_once_is_told_so_too(browser: Client) -> None:
    ask_to_change(browser)
    assert "Changing to" not in changing(browser, "action_remove")
    mail.outbox.clear()
    said = changing(browser, "action_add")
    assert mail.outbox == []
    assert "A link went there a moment ago. If it does not come, or no longer works, send it again" in said


def test_ten_seconds_later_the_link_is_sent_again(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_to_change(browser)
    later = time.time() + 10
    monkeypatch.setattr(time, "time", lambda: later)
    page = browser.get("/accounts/email/")
    assert "Waiting for you to open the link in the email to it." in main_of(page)
    assert f"We have sent a link to {NEW}" in changing(browser, "action_send")
    assert len(mail.outbox) == 2


def test_a_link_that_could_not_be_sent_is_not_said_to_have_gone(browser: Client, settings: Any) -> None:
    ask_to_change(browser, "first@meridian.example")
    outbox, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "notifications.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    said = changing(browser, "action_add")
    assert "The email could not be sent just now" in said
    assert f"Changing to {NEW}" in said
    assert f"We have sent a link to {NEW}" not in said
    assert "A link went there a moment ago" not in said
    assert "sent there" not in said
    settings.EMAIL_BACKEND = outbox
    assert f"We have sent a link to {NEW}" in changing(browser, "action_send")


def test_a_password_that_cannot_be_said_to_the_mail_server_costs_no_page(browser: Client, settings: Any) -> None:
    ask_to_change(browser, "first@meridian.example")
    settings.EMAIL_BACKEND = "notifications.smtp.EmailBackend"
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ascender", "pässwörd"
    with closing(Sink()) as sink:
        sink.offers_login = True
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        assert "The email could not be sent just now" in changing(browser, "action_add")


def test_the_form_does_not_tell_whether_somebody_else_has_an_address(browser: Client, sam: User) -> None:
    ask_to_change(browser, "sam@harbor.example")
    assert browser.get("/accounts/email/").status_code == 200


# The service itself, which the back office uses too.


def test_the_service_ends_every_session(client_of: Callable[[User], Client], ada: User) -> None:
    elsewhere = client_of(ada)
    services.change_email(person=ada, email=f" {NEW.upper()} ")
    assert ada.email == NEW
    assert not is_logged_in(elsewhere)


def test_the_service_drops_a_pending_change(ada: User) -> None:
    EmailAddress.objects.create(user=ada, email="pending@elsewhere.example", verified=False)
    services.change_email(person=ada, email=NEW)
    assert addresses(ada) == [(NEW, True, True)]


@pytest.mark.parametrize("email", ["SAM@harbor.example", "no address", ""])
def test_a_taken_or_malformed_address_is_refused_and_nothing_changes(ada: User, sam: User, email: str) -> None:
    with pytest.raises(ValidationError):
        services.change_email(person=ada, email=email)
    assert ada.email == OLD
    ada.refresh_from_db()
    assert (ada.email, addresses(ada)) == (OLD, [(OLD, True, True)])


def test_two_people_cannot_be_made_with_one_address(ada: User) -> None:
    with pytest.raises(ValidationError):
        services.create_person(company=ada.company, email="ADA@meridian.example", first_name="Ada", last_name="Two")
