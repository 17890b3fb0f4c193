"""A promise is written with the change that it tells about, once, and one ring follows the commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from notifications import services
from notifications.models import Notification
from tests.factories import PersonFactory

from .conftest import NOON, about, greeted, keys_of, promise, told

State = Notification.State
pytestmark = pytest.mark.django_db


def test_a_promise_is_for_the_bell_at_once_and_for_the_next_delivery(ada: User) -> None:
    assert promise(ada) == 1
    promised = told(ada)
    assert (promised.kind, promised.lane, promised.context) == ("greeting", "meridian", {"person": ada.pk})
    assert (promised.state, promised.attempts, promised.failure, promised.read_at) == (State.PENDING, 0, "", None)
    assert promised.created_at == promised.next_attempt_at == NOON
    assert list(Notification.objects.in_bell()) == [promised]


def test_the_same_promise_is_made_once(ada: User, max: User) -> None:
    promise(ada)
    assert promise(ada, max, at=NOON + timedelta(hours=1)) == 1
    assert told(ada).created_at == NOON


@pytest.mark.parametrize("state", [State.SENT, State.FAILED])
def test_what_has_come_to_an_end_is_not_promised_again(ada: User, state: str) -> None:
    promise(ada)
    Notification.objects.update(state=state, sent_at=NOON if state == State.SENT else None)
    assert promise(ada) == 0
    assert told(ada).state == state


def test_a_cancelled_promise_is_made_anew(ada: User) -> None:
    promise(ada)
    Notification.objects.update(
        state=State.CANCELLED, cancelled_at=NOON, read_at=NOON, attempts=3, unfinished=2, failure="The server was away."
    )
    later = NOON + timedelta(days=1)
    assert promise(ada, at=later) == 1
    revived = told(ada)
    assert (revived.state, revived.cancelled_at, revived.read_at) == (State.PENDING, None, None)
    assert (revived.attempts, revived.unfinished, revived.failure) == (0, 0, "")
    assert revived.created_at == revived.next_attempt_at == later


def test_nothing_to_promise_is_no_promise(ada: User) -> None:
    assert promise() == 0
    assert services.promise(kind="greeting", rows=greeted(ada).none(), at=NOON) == 0
    assert not Notification.objects.exists()


def test_many_are_promised_by_as_many_queries_as_two(ada: User, max: User, meridian: Any) -> None:
    with CaptureQueriesContext(connection) as for_two:
        promise(ada, max)
    people = [PersonFactory(company=meridian) for _ in range(20)]
    with CaptureQueriesContext(connection) as for_twenty:
        assert promise(*people) == 20
    assert len(for_twenty) == len(for_two)


def test_a_commit_rings_once_for_all(
    ada: User, max: User, rings: list[str], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        promise(ada, max)
    assert rings == ["notifications.tasks.deliver"]


def test_a_rollback_takes_the_promise_with_it_and_does_not_ring(
    ada: User, rings: list[str], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        promise(ada)
        transaction.set_rollback(True)
    assert rings == []
    assert not Notification.objects.exists()


def test_nothing_new_does_not_ring(
    ada: User, rings: list[str], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    promise(ada)
    with django_capture_on_commit_callbacks(execute=True):
        promise(ada)
    assert rings == []


def test_what_is_waiting_can_be_taken_back(ada: User, max: User) -> None:
    promise(ada, max)
    assert services.cancel(about=about(ada), at=NOON) == 1
    assert (told(ada).state, told(ada).cancelled_at) == (State.CANCELLED, NOON)
    assert told(max).state == State.PENDING
    assert services.cancel(about=about(ada), at=NOON) == 0


def test_what_was_sent_cannot_be_taken_back(ada: User) -> None:
    promise(ada)
    Notification.objects.update(state=State.SENT, sent_at=NOON)
    assert services.cancel(about=about(ada), at=NOON) == 0
    assert told(ada).state == State.SENT


def test_the_bell_keeps_what_was_read_before_it_was_taken_back(ada: User, max: User) -> None:
    promise(ada, max)
    services.mark_read(notification=told(ada), at=NOON)
    services.cancel(about=about(ada, max), at=NOON)
    assert list(Notification.objects.in_bell()) == [told(ada)]


def test_the_counts_of_some_promises_leave_out_the_others(ada: User, max: User, rosa: User) -> None:
    promise(ada, max, rosa)
    Notification.objects.filter(recipient=ada).update(state=State.SENT, sent_at=NOON)
    counts = Notification.objects.keyed(keys_of(ada, max)).delivery_counts()
    assert {name: count for name, count in counts.items() if count} == {"sent": 1, "waiting": 1}


def test_only_messages_of_the_kinds_that_are_named_are_taken_back(ada: User) -> None:
    promise(ada)
    assert services.cancel(about=about(ada), kinds=["farewell"], at=NOON) == 0
    assert services.cancel(about=about(ada), kinds=["greeting"], at=NOON) == 1
