"""A forgotten password, and the first one of an invited person."""

from __future__ import annotations

import re
import socket
from datetime import datetime

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts import services
from accounts.models import Company, User
from tests.factories import PASSWORD, PersonFactory

from .conftest import PATIENCE, LogIn, ask_for_a_link, handing_over

NEW = "a-wholly-new-password"


def the_link() -> str:
    letter = mail.outbox[0]
    link = re.search(r"http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)", str(letter.body))
    assert link, letter.body
    return link[1]


def choose(client: Client, password: str = NEW) -> int:
    form = client.get(the_link(), follow=True)
    page = form.redirect_chain[-1][0]
    return client.post(page, {"password1": password, "password2": password}).status_code


def test_the_link_in_the_mail_leads_to_a_new_password(client: Client, log_in: LogIn, ada: User) -> None:
    ask_for_a_link(client, "Ada@Meridian.example")
    assert mail.outbox[0].to == ["ada@meridian.example"]
    assert str(mail.outbox[0].body).endswith("Ascender · http://127.0.0.1:8000")
    assert choose(client) == 302
    log_in("ada@meridian.example", NEW)
    assert client.get("/account/profile/").status_code == 200


def test_the_old_password_is_good_no_longer(client: Client, log_in: LogIn, ada: User) -> None:
    ask_for_a_link(client, "ada@meridian.example")
    choose(client)
    log_in("ada@meridian.example", PASSWORD)
    assert client.get("/account/profile/").status_code == 302


def test_the_link_works_once(client: Client, ada: User) -> None:
    ask_for_a_link(client, "ada@meridian.example")
    choose(client)
    page = Client().get(the_link(), follow=True).content.decode()
    assert 'name="password1"' not in page
    assert "This link no longer works" in page


def test_the_mail_leads_to_the_site_whatever_host_was_asked(client: Client, ada: User, settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    ask_for_a_link(client, "ada@meridian.example", headers={"host": "evil.example"})
    assert the_link()


def test_a_waiting_person_chooses_a_password_logs_in_and_is_active(
    client: Client, log_in: LogIn, meridian: Company
) -> None:
    person = PersonFactory(company=meridian, email="new@meridian.example", status="waiting", password=None)
    ask_for_a_link(client, "new@meridian.example")
    choose(client)
    person.refresh_from_db()
    assert person.status == User.Status.WAITING
    log_in("new@meridian.example", NEW)
    person.refresh_from_db()
    assert person.status == User.Status.ACTIVE


@pytest.mark.parametrize("email", ["nobody@meridian.example", "pending@elsewhere.example"])
def test_no_mail_goes_to_an_address_that_is_nobodys_login(client: Client, ada: User, email: str) -> None:
    EmailAddress.objects.create(user=ada, email="pending@elsewhere.example", verified=False)
    ask_for_a_link(client, email)
    assert mail.outbox == []


def test_an_inactive_person_gets_no_mail(client: Client, lena: User, moment: datetime) -> None:
    services.deactivate(person=lena, by=None, at=moment)
    ask_for_a_link(client, "lena@meridian.example")
    assert mail.outbox == []


def test_choosing_a_password_does_not_undo_a_deactivation_of_the_same_moment(ada: User, moment: datetime) -> None:
    read_before = User.objects.get(pk=ada.pk)
    services.deactivate(person=ada, by=None, at=moment)
    services.set_password(person=read_before, password=NEW)
    ada.refresh_from_db()
    assert ada.status == User.Status.INACTIVE
    assert ada.check_password(NEW)


@pytest.mark.parametrize("host", ["127.0.0.1", "mail..example"])
def test_a_mail_server_that_cannot_be_used_shows_a_stranger_nothing(
    client: Client, ada: User, settings, host: str
) -> None:
    settings.EMAIL_BACKEND = "notifications.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, 9
    ask_for_a_link(client, "ada@meridian.example")
    ask_for_a_link(client, "nobody@meridian.example")


def test_the_answer_does_not_wait_for_the_mail_server(client: Client, ada: User, settings) -> None:
    """A stranger could tell by the time that there is an account."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND = "notifications.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        settings.EMAIL_TIMEOUT = PATIENCE
        assert client.post("/accounts/password/reset/", {"email": "ada@meridian.example"}).status_code == 302
        assert handing_over()
