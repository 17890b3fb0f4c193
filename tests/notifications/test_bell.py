"""The bell and its pages: each person sees their own, and nothing changes but by a POST."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from accounts.models import User
from notifications import kinds, services
from notifications.bell import Bell
from notifications.models import Notification
from tests.factories import PersonFactory

from .conftest import GREETING, NOON, NUDGE, UNWRITABLE, about, promise, told

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]

LIST, BELL, NEWEST = "/notifications/", "/notifications/bell/", "/notifications/newest/"
READ_ALL = "/notifications/read-all/"


def tell_many(person: User, count: int) -> None:
    """So many notifications for one person, about as many people, one minute apart."""
    for minute in range(count):
        subject = PersonFactory(company=person.company)
        promise(subject, at=NOON + timedelta(minutes=minute))
        Notification.objects.filter(recipient=subject).update(recipient=person)


def test_the_bell_counts_what_is_unread_and_shows_the_newest(ada: User) -> None:
    tell_many(ada, 7)
    bell = Bell(ada)
    assert bell.unread == 7
    assert [entry.created_at for entry in bell.newest] == [NOON + timedelta(minutes=m) for m in (6, 5, 4, 3, 2)]
    assert bell.newest[0].is_unread
    assert bell.newest[0].path == "/account/profile/"
    assert "Command of the Message" in bell.newest[0].text


def test_the_bell_shows_nobody_elses(ada: User, max: User) -> None:
    promise(max)
    assert (Bell(ada).unread, Bell(ada).newest) == (0, [])


def test_of_what_is_gone_or_cannot_be_written_the_bell_says_so_until_it_was_read(
    ada: User, max: User, rosa: User, client_of: LogIn
) -> None:
    for person in (ada, max, rosa):
        promise(person)
        Notification.objects.filter(recipient=person).update(recipient=ada)
    Notification.objects.filter(context__person=ada.pk).update(kind="unheard of")
    Notification.objects.filter(context__person=max.pk).update(context={"person": 0})
    User.objects.filter(pk=rosa.pk).update(title=UNWRITABLE)
    assert [entry.text for entry in Bell(ada).newest] == ["What this was about is no longer there."] * 3
    assert Bell(ada).unread == 3
    html = client_of(ada).get(LIST).content.decode()
    assert html.count("<span>What this was about is no longer there.</span>") == 3
    services.mark_all_read(user=ada, at=NOON)
    assert (Bell(ada).unread, Bell(ada).newest) == (0, [])


def test_of_what_cannot_even_be_read_the_bell_says_so_and_shows_the_others(
    ada: User, max: User, rosa: User, client_of: LogIn
) -> None:
    for person in (ada, max, rosa):
        promise(person, kind=NUDGE if person == rosa else GREETING)
        Notification.objects.filter(recipient=person).update(recipient=ada)
    Notification.objects.filter(context__person=max.pk).update(context={})
    texts = [entry.text for entry in Bell(ada).newest]
    assert ["no longer there" in text for text in texts].count(True) == 1
    assert ["was assigned to you" in text for text in texts].count(True) == 2
    assert client_of(ada).get(LIST).status_code == 200


def test_what_is_gone_and_read_takes_nobodys_place(ada: User) -> None:
    tell_many(ada, 7)
    newest = Notification.objects.newest().values_list("pk", flat=True)[:6]
    Notification.objects.filter(pk__in=[*newest]).update(context={"person": 0}, read_at=NOON)
    assert len(Bell(ada).newest) == 1


@pytest.mark.parametrize("action", ["open", "read"])
def test_what_was_withdrawn_is_not_brought_back_by_a_page_that_still_shows_it(
    ada: User, client_of: LogIn, action: str
) -> None:
    promise(ada)
    services.cancel(about=about(ada), at=NOON)
    client_of(ada).post(f"/notifications/{told(ada).pk}/{action}/")
    assert told(ada).read_at is None
    assert Bell(ada).newest == []


def test_the_bell_withdraws_what_was_taken_back_unread(ada: User) -> None:
    promise(ada)
    services.cancel(about=about(ada), at=NOON)
    assert (Bell(ada).unread, Bell(ada).newest) == (0, [])


def test_the_bell_asks_nothing_before_it_is_looked_at_and_as_much_for_two_as_for_twenty(ada: User) -> None:
    tell_many(ada, 2)
    with CaptureQueriesContext(connection) as unasked:
        bell = Bell(ada)
    assert len(unasked) == 0
    with CaptureQueriesContext(connection) as for_two:
        assert (bell.unread, len(bell.newest)) == (2, 2)
    tell_many(ada, 18)
    bell = Bell(ada)
    with CaptureQueriesContext(connection) as for_twenty:
        assert (bell.unread, len(bell.newest)) == (20, 5)
    assert len(for_twenty) == len(for_two)


def test_the_full_list_has_the_unread_first_then_the_newest(ada: User, client_of: LogIn) -> None:
    tell_many(ada, 4)
    newest = Notification.objects.newest().first()
    assert newest is not None
    services.mark_read(notification=newest, at=NOON)
    page = client_of(ada).get(LIST)
    assert [entry.is_unread for entry in page.context["entries"]] == [True, True, True, False]
    html = page.content.decode()
    assert html.count("<h1") == 1
    assert "3 unread, listed first." in html
    assert re.findall(r'<th role="columnheader" scope="col">(\w+)</th>', html) == ["Notification", "Received", "Status"]


def test_a_page_of_the_full_list_of_which_nothing_is_left_leads_to_the_others(ada: User, client_of: LogIn) -> None:
    tell_many(ada, 27)
    services.mark_all_read(user=ada, at=NOON)
    gone = Notification.objects.newest()[:26].values("pk")
    Notification.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).update(kind="of_another_day")
    html = client_of(ada).get(LIST).content.decode()
    assert "no longer there" in html
    assert "Nothing yet" not in html
    assert 'href="?page=2"' in html


def test_the_full_list_says_so_when_there_is_nothing(ada: User, client_of: LogIn) -> None:
    html = client_of(ada).get(LIST).content.decode()
    assert "Nothing yet" in html
    assert "<table" not in html


def test_the_full_list_has_pages(ada: User, client_of: LogIn) -> None:
    tell_many(ada, 26)
    client = client_of(ada)
    assert len(client.get(LIST).context["entries"]) == 25
    assert len(client.get(LIST, {"page": 2}).context["entries"]) == 1
    assert len(client.get(LIST, {"page": "last \0", "size": "a million"}).context["entries"]) == 25


def test_the_full_list_asks_as_much_for_two_as_for_twenty(ada: User, client_of: LogIn) -> None:
    client = client_of(ada)
    tell_many(ada, 2)
    client.get(LIST)
    with CaptureQueriesContext(connection) as for_two:
        client.get(LIST)
    tell_many(ada, 18)
    with CaptureQueriesContext(connection) as for_twenty:
        client.get(LIST)
    assert len(for_twenty) == len(for_two)


def test_opening_one_marks_it_read_and_leads_to_the_thing(ada: User, client_of: LogIn) -> None:
    promise(ada)
    response = client_of(ada).post(f"/notifications/{told(ada).pk}/open/")
    assert response.headers["Location"] == "/account/profile/"
    assert told(ada).read_at is not None


def test_opening_one_whose_subject_is_gone_leads_back_to_the_list(ada: User, client_of: LogIn) -> None:
    promise(ada)
    Notification.objects.update(context={"person": 0})
    response = client_of(ada).post(f"/notifications/{told(ada).pk}/open/")
    assert response.headers["Location"] == LIST
    assert told(ada).read_at is not None


def test_the_first_reading_counts(ada: User) -> None:
    promise(ada)
    assert services.mark_read(notification=told(ada), at=NOON)
    assert not services.mark_read(notification=told(ada), at=NOON + timedelta(days=1))
    assert told(ada).read_at == NOON


def test_marking_one_read_stays_on_the_list(ada: User, client_of: LogIn) -> None:
    promise(ada)
    response = client_of(ada).post(f"/notifications/{told(ada).pk}/read/")
    assert response.headers["Location"] == LIST
    assert told(ada).read_at is not None


@pytest.mark.parametrize("action", ["{}/read/", "{}/open/", "read-all/"])
def test_what_is_pressed_on_a_page_of_the_list_leads_back_to_that_page(
    ada: User, client_of: LogIn, action: str
) -> None:
    tell_many(ada, 26)
    Notification.objects.update(context={"person": 0})  # so that opening one has nowhere else to lead
    asked, client = "?page=2&size=25&next=https%3A%2F%2Felsewhere.example%2F", client_of(ada)
    leads_to = f"{LIST}{action.format(Notification.objects.newest()[25].pk)}{asked}"
    assert f'action="{escape(leads_to)}"' in client.get(f"{LIST}{asked}").content.decode()
    for ask in (client.get, client.post):  # the first when one had to log in before
        assert ask(leads_to).headers["Location"] == f"{LIST}{asked}"


def test_marking_all_read_leaves_everybody_elses(ada: User, max: User, client_of: LogIn) -> None:
    promise(ada, max)
    response = client_of(ada).post(READ_ALL)
    assert response.headers["Location"] == LIST
    assert told(ada).read_at is not None
    assert told(max).read_at is None


@pytest.mark.parametrize("action", ["open", "read"])
def test_anothers_notification_looks_like_none_at_all(
    ada: User, max: User, sam: User, client_of: LogIn, action: str
) -> None:
    promise(ada)
    for stranger in (max, sam):
        for ask in (client_of(stranger).post, client_of(stranger).get):
            anothers = ask(f"/notifications/{told(ada).pk}/{action}/")
            nobodys = ask(f"/notifications/999999/{action}/")
            assert anothers.status_code == nobodys.status_code == 404
    assert told(ada).read_at is None


@pytest.mark.parametrize("address", ["/notifications/{pk}/open/", "/notifications/{pk}/read/", READ_ALL])
def test_a_get_marks_nothing_and_leads_to_the_list(ada: User, client_of: LogIn, address: str) -> None:
    """Who was logged out meanwhile arrives there by logging in again."""
    promise(ada)
    response = client_of(ada).get(address.format(pk=told(ada).pk))
    assert (response.status_code, response.get("Location")) == (302, LIST)
    assert told(ada).read_at is None


@pytest.mark.parametrize("address", [LIST, BELL, NEWEST])
@pytest.mark.parametrize("person", ["lena", "max", "ada", "sam", "cora"])
def test_everybody_of_a_company_has_a_bell_on_any_plan(
    request: pytest.FixtureRequest, client_of: LogIn, person: str, address: str
) -> None:
    assert client_of(request.getfixturevalue(person)).get(address).status_code == 200


@pytest.mark.parametrize("address", [LIST, BELL, NEWEST])
def test_an_operator_has_none_and_a_stranger_is_asked_to_log_in(
    operator: User, client: Client, client_of: LogIn, address: str
) -> None:
    assert client_of(operator).get(address).status_code == 404
    response = client.get(address)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")


def test_a_page_says_how_many_are_unread_and_asks_for_nothing_else(ada: User, client_of: LogIn) -> None:
    tell_many(ada, 2)
    with CaptureQueriesContext(connection) as asked:
        html = client_of(ada).get("/account/profile/").content.decode()
    assert "Notifications, 2 unread" in html
    assert "was assigned to you" not in html
    assert len([query for query in asked if "notifications_notification" in query["sql"]]) == 1


def test_a_poll_is_answered_only_when_there_is_news(ada: User, client_of: LogIn) -> None:
    client = client_of(ada)
    promise(ada)
    same = client.get(BELL, {"unread": "1"})
    assert (same.status_code, same.content) == (204, b"")
    for shown in ("0", "2", "", "many"):
        html = client.get(BELL, {"unread": shown}).content.decode()
        assert "Notifications, 1 unread" in html
        assert 'hx-get="/notifications/bell/?unread=1"' in html
        assert "<html" not in html


def test_what_the_opened_bell_shows(ada: User, client_of: LogIn) -> None:
    client = client_of(ada)
    assert "Nothing yet" in client.get(NEWEST).content.decode()
    promise(ada)
    html = client.get(NEWEST).content.decode()
    assert "<b>Command of the Message</b> was assigned to you" in html
    assert f'action="/notifications/{told(ada).pk}/open/"' in html
    assert "<html" not in html


@pytest.mark.parametrize("address", [LIST, NEWEST])
def test_html_in_a_title_is_shown_not_obeyed(max: User, client_of: LogIn, address: str) -> None:
    User.objects.filter(pk=max.pk).update(region="<img src=x>")
    promise(max)
    html = client_of(max).get(address).content.decode()
    assert "<b>&lt;img src=x&gt;</b> was assigned to you" in html
    assert "<img" not in html


def test_an_operator_sees_them_all_in_the_back_office_and_changes_none(
    operator: User, ada: User, client_of: LogIn
) -> None:
    promise(ada)
    client = client_of(operator)
    page = client.get("/admin/notifications/notification/", {"state__exact": "pending"})
    assert told(ada).dedupe_key in page.content.decode()
    assert (
        told(ada).dedupe_key
        not in client.get("/admin/notifications/notification/", {"state__exact": "failed"}).content.decode()
    )
    of_kinds = [client.get("/admin/notifications/notification/", {"kind": kind}).text for kind in kinds.names()]
    assert sum(told(ada).dedupe_key in page for page in of_kinds) == 1
    assert client.get("/admin/notifications/notification/add/").status_code == 403
    changed = client.post(f"/admin/notifications/notification/{told(ada).pk}/change/", {"state": "failed"})
    assert changed.status_code == 403
