"""What a worker does when the bell rings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company, User
from notifications import services, tasks
from notifications.models import Notification
from notifications.services import channel
from tests.factories import PersonFactory

from .conftest import promise, told
from .sink import Sink

pytestmark = pytest.mark.django_db


def test_it_sends_what_is_due_and_rings_for_nobody(ada: User, sink: Sink, rings: list[str]) -> None:
    promise(ada, at=timezone.now())
    tasks.deliver()
    assert told(ada).state == Notification.State.SENT
    assert rings == []


def test_it_rings_for_another_when_there_is_more_than_a_batch(meridian: Company, sink: Sink, rings: list[str]) -> None:
    promise(*[PersonFactory(company=meridian) for _ in range(services.BATCH + 1)], at=timezone.now())
    tasks.deliver()
    assert len(rings) == 1
    assert len(sink.messages) == services.BATCH + 1


def test_it_rings_for_nobody_while_the_channel_is_paused(meridian: Company, sink: Sink, rings: list[str]) -> None:
    """Each who came would ring for the next."""
    promise(*[PersonFactory(company=meridian) for _ in range(services.BATCH + 1)], at=timezone.now())
    channel.pause("The mail server refuses our login.", is_away=False)
    rings.clear()
    tasks.deliver()
    assert rings == []
    assert sink.connections == 0


def test_it_rings_again_when_its_shift_ends_before_the_work(
    ada: User, rings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    promise(ada, at=timezone.now())
    monkeypatch.setattr(tasks, "SHIFT", 0)
    tasks.deliver()
    assert rings == ["notifications.tasks.deliver"]


def test_it_does_not_ring_for_a_server_that_is_away(ada: User, sink: Sink, rings: list[str], settings: Any) -> None:
    sink.answer_to("CONNECT", "421 too busy")
    promise(ada, at=timezone.now())
    tasks.deliver()
    assert told(ada).next_attempt_at < timezone.now() + timedelta(minutes=1)
    assert rings == []


def test_its_name_is_the_one_that_is_rung_for() -> None:
    assert tasks.deliver.name == "notifications.tasks.deliver"
