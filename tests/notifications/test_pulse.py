"""Whether delivery is alive: heartbeats, progress, and what /readyz makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from assignments import tasks as assigning
from notifications import services, tasks
from notifications.models import Channel, Heartbeat
from notifications.services import channel, heartbeats

from .conftest import NOON, promise
from .sink import HANG_UP, Sink

pytestmark = pytest.mark.django_db
MINUTES = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def nothing_noted_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each process notes only now and then; each test is a process that has not."""
    monkeypatch.setattr(heartbeats, "_last", {})
    monkeypatch.setattr(channel, "_noted_at", float("-inf"))


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """It stands still: what is told is told in seconds."""
    with time_machine.travel(NOON, tick=False):
        yield


def ready(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def test_with_nothing_to_do_it_is_ready(client: Client) -> None:
    status, said = ready(client)
    assert (status, said["delivery"]["oldest_due_seconds"]) == (200, None)


def test_an_email_that_is_due_for_over_a_minute_while_nobody_works_makes_it_unready(client: Client, ada: User) -> None:
    promise(ada, at=timezone.now() - 2 * MINUTES)
    status, said = ready(client)
    assert (status, said["delivery"]["oldest_due_seconds"]) == (503, 120)
    assert said["reason"] == "no email has gone out for over a minute, and one is due since 120 seconds"


@pytest.mark.postgresql
def test_the_probe_does_not_read_all_that_was_ever_sent(ada: User) -> None:
    promise(ada)
    with CaptureQueriesContext(connection) as asked:
        services.pulse(at=timezone.now())
    about_messages = [one["sql"] for one in asked if '"notifications_notification"' in one["sql"]]
    assert about_messages
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a small table is read whole all the same
        for sql in about_messages:
            cursor.execute(f"EXPLAIN {sql}")
            assert "Seq Scan" not in str(cursor.fetchall())


def test_an_email_that_is_due_since_a_moment_does_not(client: Client, ada: User) -> None:
    promise(ada, at=timezone.now() - MINUTES / 2)
    assert ready(client)[0] == 200


def test_one_that_is_due_later_does_not(client: Client, ada: User) -> None:
    promise(ada, at=timezone.now() + MINUTES)
    assert ready(client)[1]["delivery"]["oldest_due_seconds"] is None


def test_a_backlog_that_is_being_worked_through_does_not(client: Client, ada: User, max: User, sink: Sink) -> None:
    promise(ada, at=timezone.now())
    tasks.deliver()
    promise(max, at=timezone.now() - 2 * MINUTES)
    status, said = ready(client)
    assert (status, said["delivery"]["last_progress_seconds"]) == (200, 0)


def test_one_in_the_hands_of_a_dead_worker_counts_as_waiting(client: Client, ada: User) -> None:
    promise(ada, at=timezone.now() - 2 * MINUTES)
    services.claims.claim(at=timezone.now(), size=1)
    assert ready(client)[0] == 503


def test_a_mail_server_that_refuses_us_is_told_without_its_words(
    client: Client, ada: User, sink: Sink, settings: Any
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ascender", "wrong"
    sink.offers_login = True
    sink.answer_to("AUTH", "535 no mailbox for secret@meridian.example")
    promise(ada, at=timezone.now() - 2 * MINUTES)
    tasks.deliver()
    status, said = ready(client)
    assert (status, said["delivery"]["is_paused"]) == (503, True)
    assert said["reason"] == "the mail server refuses us: its settings need a look"
    assert "secret" not in str(said)


def test_a_mail_server_that_is_away_is_told_for_as_long_as_it_is(client: Client, ada: User, sink: Sink) -> None:
    sink.answer_to("CONNECT", HANG_UP)
    promise(ada, at=timezone.now() - 2 * MINUTES)
    with time_machine.travel(NOON, tick=False) as now:
        for minutes in (0, 1, 60, 600):
            now.move_to(NOON + minutes * MINUTES)
            tasks.deliver()
            status, said = ready(client)
            assert (status, said["reason"]) == (503, "the mail server cannot be reached")
            assert said["delivery"]["oldest_due_seconds"] == (minutes + 2) * 60


def test_a_ring_is_a_sign_of_a_worker_and_a_tick_of_beat_too(sink: Sink, client: Client) -> None:
    tasks.deliver()
    assert ready(client)[1]["delivery"]["last_seen_seconds"] == {"worker": 0}
    assigning.sweep()
    assert ready(client)[1]["delivery"]["last_seen_seconds"] == {"beat": 0, "worker": 0}


def test_a_heartbeat_is_written_now_and_then_only(django_assert_num_queries: Any) -> None:
    services.beat("worker", at=timezone.now())
    with django_assert_num_queries(0):
        services.beat("worker", at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_that_cannot_be_written_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE notifications_heartbeat RENAME TO gone")
    try:
        services.beat("worker", at=timezone.now())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO notifications_heartbeat")
    assert not Heartbeat.objects.exists()


def test_what_is_done_now_and_then_is_done_by_the_first_who_comes() -> None:
    day = timedelta(days=1)
    now = timezone.now()
    turns = [heartbeats.take_turn("purge", at=now + hours * day / 24, every=day) for hours in (0, 1, 23, 24, 25)]
    assert turns == [True, False, False, True, False]


def test_progress_is_noted(ada: User, sink: Sink) -> None:
    promise(ada, at=timezone.now())
    services.deliver_due()
    assert Channel.objects.get().settled_at is not None
