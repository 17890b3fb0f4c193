"""Who holds a row may send and mark it; who has lost it may do neither."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Company, User
from notifications import failpoints, services
from notifications.models import Notification
from notifications.services import Delivery, claims
from tests.factories import PersonFactory

from .conftest import NOON, about, promise, told
from .sink import Sink

State = Notification.State
OF_A_PROMISE = ("recipient", "kind", "context", "lane", "about", "created_at", "next_attempt_at")


def expire_all() -> None:
    Notification.objects.filter(leased_until__isnull=False).update(leased_until=timezone.now() - timedelta(seconds=1))


def in_another_session(work: Callable[[], Any]) -> Any:
    """Do it as another process would, over a connection of its own; the result."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return results[0]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do all of it in as many sessions, begun at the same moment; the results, in any order."""
    together = threading.Barrier(len(works))
    results: list[Any] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            together.wait()
            results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db
def test_what_is_claimed_is_claimed_by_one(ada: User, max: User) -> None:
    promise(ada, max)
    assert len(claims.claim(at=NOON, size=10).pks) == 2
    assert claims.claim(at=NOON, size=10).pks == []


@pytest.mark.django_db
def test_what_a_dead_worker_holds_is_freed_when_its_lease_has_run_out(ada: User, sink: Sink) -> None:
    promise(ada)
    claims.claim(at=NOON, size=10)
    assert services.deliver_due(at=NOON) == Delivery(), "held"
    expire_all()
    assert claims.free_expired_leases() == 1
    assert services.deliver_due(at=NOON) == Delivery(sent=1)


@pytest.mark.django_db
def test_delivery_frees_by_itself_what_a_dead_worker_held(ada: User, sink: Sink) -> None:
    promise(ada)
    claims.claim(at=NOON, size=10)
    expire_all()
    assert services.deliver_due(at=NOON) == Delivery(sent=1)


@pytest.mark.django_db
def test_a_worker_that_slept_past_its_lease_may_neither_send_nor_mark(ada: User) -> None:
    promise(ada)
    stale = claims.claim(at=NOON, size=10)
    expire_all()
    assert not claims.begin(stale.pks[0], stale.token)
    claims.free_expired_leases()
    fresh = claims.claim(at=NOON, size=10)
    assert not claims.begin(stale.pks[0], stale.token)
    assert not claims.finish(stale.pks[0], stale.token, State.FAILED, failure="Stale.")
    assert claims.release(stale) == 0
    assert claims.finish(fresh.pks[0], fresh.token, State.SENT, sent_at=NOON)
    assert (told(ada).state, told(ada).failure) == (State.SENT, "")


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["after the last word", "in the middle of it"])
def test_a_worker_that_was_stopped_while_it_spoke_to_the_server_does_not_hand_over(
    ada: User, sink: Sink, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Until its lease was over nobody could take the message back; now somebody may have, or be sending it."""
    monkeypatch.setattr(claims, "LEASE", timedelta(seconds=1))
    promise(ada)
    if where == "after the last word":
        monkeypatch.setattr(failpoints, "reach", lambda name: time.sleep(1.2) if name == "before_data" else None)
    else:
        sink.before_answer = lambda phase: time.sleep(1.2) if phase == "DATA" else None
    assert services.deliver_due(at=NOON) == Delivery()
    assert sink.messages == []
    monkeypatch.setattr(claims, "LEASE", timedelta(seconds=45))
    monkeypatch.setattr(failpoints, "reach", lambda name: None)
    sink.before_answer = lambda _: None
    expire_all()
    assert services.deliver_due(at=NOON) == Delivery(sent=1)


@pytest.mark.django_db
def test_a_worker_may_mark_what_nobody_else_has_taken(ada: User) -> None:
    """The lease ran out while the server was slow; the email is out, and that is what is written."""
    promise(ada)
    slow = claims.claim(at=NOON, size=10)
    expire_all()
    assert claims.finish(slow.pks[0], slow.token, State.SENT, sent_at=NOON)


@pytest.mark.django_db
def test_an_email_whose_worker_died_three_times_in_the_middle_of_it_fails(ada: User, max: User) -> None:
    """The one beside it was only claimed, so it is innocent."""
    promise(ada, max)
    for _ in range(3):
        claim = claims.claim(at=NOON, size=10)
        claims.begin(told(ada).pk, claim.token)
        expire_all()
        claims.free_expired_leases()
    assert (told(ada).state, told(max).state) == (State.FAILED, State.PENDING)
    assert told(ada).failure == "It was begun 3 times, and nobody knows how that ended. It may be there."


@pytest.mark.django_db
def test_deaths_are_counted_in_a_row_only(ada: User) -> None:
    promise(ada)
    for _ in range(3):
        claim = claims.claim(at=NOON, size=10)
        claims.begin(told(ada).pk, claim.token)
        expire_all()
        claims.free_expired_leases()
        claim = claims.claim(at=NOON, size=10)
        claims.begin(told(ada).pk, claim.token)
        claims.finish(told(ada).pk, claim.token, State.PENDING)
    assert (told(ada).state, told(ada).unfinished) == (State.PENDING, 0)


@pytest.mark.django_db
def test_what_was_claimed_and_not_tried_is_given_back(ada: User, max: User) -> None:
    promise(ada, max)
    claim = claims.claim(at=NOON, size=10)
    claims.finish(claim.pks[0], claim.token, State.SENT, sent_at=NOON)
    assert claims.release(claim) == 1
    assert Counter(Notification.objects.values_list("state", flat=True)) == {State.SENT: 1, State.PENDING: 1}


@pytest.mark.django_db
def test_lanes_share_a_batch_whoever_came_first(meridian: Company, harbor: Company) -> None:
    """Ten of Meridian have waited for longer than the one of Harbor."""
    promise(*[PersonFactory(company=meridian) for _ in range(10)], lane="meridian")
    stranger = PersonFactory(company=harbor)
    promise(stranger, lane="harbor", at=NOON + timedelta(minutes=1))
    claimed = claims.claim(at=NOON + timedelta(hours=1), size=4)
    assert told(stranger).pk in claimed.pks[:2], "and its turn comes first or second"
    assert len(claimed.pks) == 3


@pytest.mark.django_db
def test_the_oldest_of_a_lane_go_first(ada: User, max: User) -> None:
    promise(ada, at=NOON)
    promise(max, at=NOON - timedelta(hours=1))
    assert claims.claim(at=NOON, size=1).pks == [told(max).pk]


@pytest.mark.django_db
def test_only_lanes_in_which_something_is_due_share(ada: User, max: User) -> None:
    promise(ada, lane="meridian")
    promise(max, lane="harbor", at=NOON + timedelta(hours=1))
    assert claims.claim(at=NOON, size=2).pks == [told(ada).pk]
    assert claims.claim(at=NOON, size=2).pks == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_claim_does_not_read_all_that_waits(ada: User) -> None:
    """One press for many: all of the same moment, in one lane."""
    promise(ada)
    [first] = Notification.objects.all()
    Notification.objects.bulk_create(
        Notification(
            dedupe_key=f"greeting:of-one-press:{number}", **{name: getattr(first, name) for name in OF_A_PROMISE}
        )
        for number in range(5_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notifications_notification")
    with CaptureQueriesContext(connection) as asked:
        assert len(claims.claim(at=NOON, size=50).pks) == 50
    read = [one["sql"] for one in asked if "notifications_notification" in one["sql"] and 'UPDATE "' not in one["sql"]]
    assert len(read) == 2
    with connection.cursor() as cursor:
        for sql in read:
            cursor.execute(f"EXPLAIN {sql}")
            plan = str(cursor.fetchall())
            assert "notifications_due" in plan
            assert "Sort" not in plan
            assert "Seq Scan" not in plan


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_many_workers_send_each_email_once(meridian: Company, sink: Sink) -> None:
    people = [PersonFactory(company=meridian) for _ in range(2 * services.BATCH)]
    promise(*people)
    deliveries = at_once(*[lambda: services.deliver_due(at=NOON)] * 4)
    assert sum(delivery.sent for delivery in deliveries) == len(people)
    assert sink.recipients == sorted(person.email for person in people)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_lost_its_rows_leaves_the_rest_and_does_not_mark(ada: User, max: User, sink: Sink) -> None:
    """While the first email is under way its leases run out, and another worker sends both."""
    promise(ada, max)
    others: list[Delivery] = []

    def another_worker_comes(phase: str) -> None:
        if phase == "MAIL" and not others:
            others.append(Delivery())
            expire_all()
            others.append(in_another_session(lambda: services.deliver_due(at=NOON)))
            connection.close()

    sink.before_answer = another_worker_comes
    assert services.deliver_due(at=NOON) == Delivery()
    assert others[1] == Delivery(sent=2)
    copies = Counter(message["Message-ID"] for message in sink.messages)
    assert sorted(copies.values()) == [1, 2], "the one that was under way has a copy, known by its Message-ID"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_server_is_spoken_to(ada: User, sink: Sink) -> None:
    open_transactions: list[int] = []

    def look(phase: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
            )
            open_transactions.append(cursor.fetchone()[0])
        connection.close()

    sink.before_answer = look
    promise(ada)
    assert services.deliver_due(at=NOON) == Delivery(sent=1)
    assert len(open_transactions) > 4
    assert not any(open_transactions)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_the_server_accepted_is_written_down_though_the_database_went_away(ada: User, sink: Sink) -> None:
    def cut_all_sessions(phase: str) -> None:
        if phase == "END":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " AND backend_type = 'client backend'"
                )
            connection.close()

    promise(ada)
    sink.before_answer = cut_all_sessions
    assert services.deliver_due(at=NOON) == Delivery(sent=1)
    assert told(ada).state == State.SENT
    assert len(sink.messages) == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_promises_of_the_same_are_one(meridian: Company, rings: list[str]) -> None:
    people = [PersonFactory(company=meridian) for _ in range(20)]
    promised = at_once(*[lambda: promise(*people)] * 4)
    assert sorted(promised) == [0, 0, 0, 20]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_promising_and_taking_back_at_once_never_wait_for_each_other_for_ever(
    meridian: Company, rings: list[str]
) -> None:
    people = [PersonFactory(company=meridian) for _ in range(20)]

    def to_and_fro() -> None:
        for _ in range(5):
            services.cancel(about=about(*people), at=NOON)
            promise(*people)

    def read() -> None:
        for person in people:
            services.mark_all_read(user=person, at=NOON)

    assert at_once(to_and_fro, to_and_fro, to_and_fro, read) == [None] * 4
    assert Notification.objects.count() == 20
