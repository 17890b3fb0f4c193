"""An upgrade with rows in the table: what the version before has written is kept, and what it still writes is taken."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from accounts.models import User
from notifications.models import Notification
from tests.versions import migrate

from .conftest import NOON, NUDGE, promise

pytestmark = pytest.mark.django_db(transaction=True)

_AS_BEFORE = """
INSERT INTO notifications_notification (
    recipient_id, dedupe_key, context, kind, lane, created_at, next_attempt_at, state, attempts, failure
) VALUES (%s, %s, '{"assignment": 7}', 'assigned', '1', %s, %s, 'pending', 0, '')
"""


@pytest.fixture
def version_before(present_afterwards: None) -> None:
    """The tables of the first version."""
    migrate(("notifications", "0001_initial"))


def promise_as_before(person: User, key: str) -> None:
    moment = connection.ops.adapt_datetimefield_value(NOON)
    with connection.cursor() as cursor:
        cursor.execute(_AS_BEFORE, [person.pk, key, moment, moment])


def test_a_message_of_before_is_found_by_its_assignment_and_tried_since_it_was_promised(
    ada: User, version_before: None
) -> None:
    promise_as_before(ada, "assigned:7")
    migrate()
    kept = Notification.objects.get()
    assert (kept.about, kept.tried_since, kept.unfinished, kept.text) == ("assignment:7", NOON, 0, "")


def test_the_version_before_can_promise_while_this_one_starts(ada: User) -> None:
    promise_as_before(ada, "assigned:8")
    assert Notification.objects.get().state == "pending"


def test_what_a_reader_declined_stays_unsent_in_the_version_before(ada: User, present_afterwards: None) -> None:
    """It knows no such state, and must not send it, nor take it out of the bell."""
    promise(ada, kind=NUDGE)
    Notification.objects.update(state=Notification.State.DECLINED)
    migrate(("notifications", "0003_claimed_before_sending"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, failure FROM notifications_notification")
        assert cursor.fetchall() == [("failed", "Switched off by the reader.")]


def test_what_a_worker_had_claimed_waits_in_the_version_before(ada: User, present_afterwards: None) -> None:
    promise(ada)
    Notification.objects.update(state="claimed", lease_token=uuid.uuid4(), leased_until=NOON)
    migrate(("notifications", "0002_ledger_channel_and_heartbeats"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, lease_token, leased_until FROM notifications_notification")
        assert cursor.fetchall() == [("pending", None, None)]
