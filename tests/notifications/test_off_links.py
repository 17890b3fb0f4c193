"""The link that switches such emails off: in which emails it stands, what it permits, and what it gives away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from accounts import services as people
from accounts.models import Company, User
from assignments.notices import KINDS
from notifications import kinds, services
from notifications.models import Notification, SwitchedOff
from notifications.services import Delivery
from notifications.switches import link_of
from tests.assignments.pages import words

from .conftest import GREETING, NOON, NUDGE, promise, told
from .sink import Sink
from .test_letters import part

pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def email_to(person: User, sink: Sink, kind: kinds.Kind = NUDGE) -> EmailMessage:
    promise(person, kind=kind)
    services.deliver_due(at=NOON)
    return sink.messages[-1]


def path_for(person: User, kind: str = "reminder") -> str:
    return link_of(Notification(recipient=person, kind=kind)).removeprefix(SITE)


def signed(value: Any, salt: str = "notifications.switches") -> str:
    return reverse("notifications-off", args=[signing.Signer(salt=salt).sign_object(value)])


def off_of(person: User) -> list[str]:
    return list(SwitchedOff.objects.visible_to(person).values_list("kind", flat=True))


# In the email


def test_what_may_be_switched_off_says_so_at_its_head_and_at_its_end(rosa: User, sink: Sink) -> None:
    message = email_to(rosa, sink)
    link = link_of(told(rosa))
    assert link.startswith(f"{SITE}/notifications/off/")
    assert message["List-Unsubscribe"] == f"<{link}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    why = part(message, "plain").partition("You get this because ")[2]
    assert why.endswith(f". You can switch these emails off: {link}")
    assert f'href="{link}"' in part(message, "html").partition("You get this because ")[2]


def test_what_always_comes_offers_nothing_that_would_not_work(rosa: User, sink: Sink) -> None:
    message = email_to(rosa, sink, GREETING)
    assert not [name for name in message if name.startswith("List-")]
    assert "switch these emails off" not in part(message, "plain") + part(message, "html")


def test_the_link_is_the_same_at_any_moment_and_another_one_for_another_person_or_kind(ada: User, max: User) -> None:
    assert path_for(ada) == path_for(ada)
    assert len({path_for(ada), path_for(max), path_for(ada, "overdue")}) == 3


def test_nobody_can_be_read_in_the_link(rosa: User) -> None:
    assert "rosa" not in path_for(rosa)
    assert "meridian" not in path_for(rosa)


# What it does


def test_opening_it_changes_nothing(client: Client, rosa: User) -> None:
    page = client.get(path_for(rosa))
    assert page.status_code == 200
    said = words(page.text)
    assert "Reminders before and on a due date will no longer be emailed to the address that begins with “ro”." in said
    assert "The bell in Ascender shows them all the same." in said
    assert client.head(path_for(rosa)).status_code == 200
    assert off_of(rosa) == []


def test_its_button_switches_them_off_and_says_how_to_switch_them_on(client: Client, rosa: User) -> None:
    done = client.post(path_for(rosa))
    assert done.status_code == 200
    said = words(done.text)
    assert "Reminders before and on a due date are no longer emailed to the address that begins with “ro”." in said
    assert "log in and tick them in Account Settings" in said
    assert off_of(rosa) == ["reminder"]
    assert "Emails switched off" in client.get(path_for(rosa)).text


@pytest.mark.parametrize("options", [{}, {"content_type": "text/plain"}])
def test_a_mail_program_does_it_with_one_click_and_knows_no_cookies(rosa: User, options: Any) -> None:
    program = Client(enforce_csrf_checks=True)
    answer = program.post(path_for(rosa), "List-Unsubscribe=One-Click" if options else ONE_CLICK, **options)
    assert (answer.status_code, off_of(rosa)) == (200, ["reminder"])


def test_twice_is_once(client: Client, rosa: User) -> None:
    assert [client.post(path_for(rosa), ONE_CLICK).status_code for _ in range(2)] == [200, 200]
    assert off_of(rosa) == ["reminder"]


def test_from_the_email_to_the_next_one_that_does_not_come(client: Client, rosa: User, sink: Sink) -> None:
    link = email_to(rosa, sink)["List-Unsubscribe"].strip("<>")
    client.post(link.removeprefix(SITE), ONE_CLICK)
    Notification.objects.all().delete()
    promise(rosa, kind=NUDGE)
    assert services.deliver_due(at=NOON + timedelta(days=1)) == Delivery(declined=1)


def test_whoever_is_logged_in_it_is_about_whom_it_names(
    client_of: Callable[[User], Client], ada: User, rosa: User
) -> None:
    client_of(ada).post(path_for(rosa))
    assert (off_of(rosa), off_of(ada)) == (["reminder"], [])


def test_who_has_left_or_lost_the_plan_is_answered_like_anybody(client: Client, meridian: Company, rosa: User) -> None:
    before = client.get(path_for(rosa)).text
    people.deactivate(person=rosa, by=None, at=NOON)
    Company.objects.filter(pk=meridian.pk).update(plan=Company.Plan.CONNECT)
    assert client.get(path_for(rosa)).text == before
    assert client.post(path_for(rosa)).status_code == 200
    assert off_of(rosa) == ["reminder"]


# What it does not do


def unknown_address(client: Client) -> tuple[int, str]:
    page = client.get("/there-is-no-such-page/")
    return page.status_code, words(page.text)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("part", [slice(1, None), slice(None, -1), slice(None, 20)])
def test_a_link_that_was_cut_off_is_an_unknown_address(client: Client, rosa: User, method: str, part: slice) -> None:
    head, _, token = path_for(rosa).rstrip("/").rpartition("/")
    answer = getattr(client, method)(f"{head}/{token[part]}/")
    assert (answer.status_code, words(answer.text)) == unknown_address(client)
    assert off_of(rosa) == []


def test_the_end_of_one_link_does_not_fit_another(client: Client, rosa: User, max: User) -> None:
    ours, theirs = (path_for(person).rpartition(":") for person in (rosa, max))
    assert client.post(theirs[0] + ":" + ours[2]).status_code == 404
    assert not SwitchedOff.objects.exists()


def test_what_was_signed_for_something_else_is_no_link(client: Client, rosa: User) -> None:
    assert client.post(signed([rosa.pk, "reminder"])).status_code == 200
    for salt in ("", "django.core.signing", "account", "notifications"):
        assert client.post(signed([rosa.pk, "overdue"], salt or "x")).status_code == 404
    assert off_of(rosa) == ["reminder"]


@pytest.mark.parametrize("kind", ["assigned", "remind_now", "greeting", "unheard of"])
def test_what_always_comes_has_no_link_that_works(client: Client, rosa: User, kind: str) -> None:
    """Also a kind that could be switched off when the email was sent, and cannot be any more."""
    for method in (client.get, client.post):
        answer = method(path_for(rosa, kind))
        assert (answer.status_code, words(answer.text)) == unknown_address(client)
    assert off_of(rosa) == []


def test_a_person_who_is_gone_is_an_unknown_address(client: Client) -> None:
    assert client.post(signed([10**9, "reminder"])).status_code == 404


def test_the_address_is_not_given_away(client: Client, rosa: User) -> None:
    text = client.get(path_for(rosa)).text + client.post(path_for(rosa)).text
    assert "rosa" not in text.lower()
    assert "Conti" not in text
    assert "meridian" not in text.lower()


def test_no_copy_of_the_page_is_kept_on_the_way(client: Client, rosa: User) -> None:
    assert "no-store" in client.get(path_for(rosa))["Cache-Control"]


def test_the_products_kinds_that_always_come_are_those_of_assigning_and_by_hand() -> None:
    assert {kind.name for kind in KINDS if not kind.optional_as} == {"assigned", "remind_now"}
