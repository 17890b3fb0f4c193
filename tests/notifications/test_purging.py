"""Messages are kept for a year and more, then deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from notifications import services
from notifications.models import Heartbeat, Notification
from notifications.services import heartbeats

from .conftest import NUDGE, about, promise, told
from .sink import Sink

pytestmark = pytest.mark.django_db
State = Notification.State
DAY = timedelta(days=1)


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.CANCELLED, State.DECLINED])
def test_what_has_come_to_its_end_is_deleted_after_the_days_of_the_setting(
    ada: User, max: User, settings: Any, state: str, sink: Sink
) -> None:
    settings.KEEP_MESSAGES_DAYS = 300
    now = timezone.now()
    promise(ada, at=now - 301 * DAY, kind=NUDGE)
    promise(max, at=now - 299 * DAY, kind=NUDGE)
    settle(state, sink, ada, max)
    assert services.purge_once_a_day(at=now) == 1
    assert told(max).state == state


def settle(state: str, sink: Sink, *people: User) -> None:
    if state == State.DECLINED:
        for person in people:
            services.switch_emails(person=person, off=[NUDGE.name], at=timezone.now())
    if state == State.CANCELLED:
        services.cancel(about=about(*people), at=timezone.now())
    else:
        sink.answer_to("RCPT", "250 ok" if state == State.SENT else "550 no")
        services.deliver_due()


def test_what_is_sent_again_at_that_moment_is_kept(ada: User, sink: Sink) -> None:
    now = timezone.now()
    promise(ada, at=now - 1000 * DAY)
    settle(State.FAILED, sink, ada)
    pressed: list[bool] = []

    def press(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if not pressed and sql.startswith("SELECT") and "LIMIT 1000" in sql:
            pressed.append(True)
            Notification.objects.update(state=State.PENDING)
        return found

    with connection.execute_wrapper(press):
        assert services.purge_once_a_day(at=now) == 0
    assert pressed
    assert told(ada).state == State.PENDING


def test_what_still_waits_is_kept_however_old(ada: User) -> None:
    promise(ada, at=timezone.now() - 1000 * DAY)
    assert services.purge_once_a_day(at=timezone.now()) == 0
    assert told(ada).state == State.PENDING


def test_it_is_done_once_a_day(ada: User, sink: Sink) -> None:
    now = timezone.now()
    assert services.purge_once_a_day(at=now) == 0
    promise(ada, at=now - 1000 * DAY)
    services.deliver_due()
    assert services.purge_once_a_day(at=now + DAY / 2) == 0
    assert services.purge_once_a_day(at=now + DAY) == 1


def test_a_clock_that_was_ahead_keeps_nobody_from_it(ada: User, sink: Sink) -> None:
    now = timezone.now()
    assert services.purge_once_a_day(at=now + 365 * DAY) == 0
    promise(ada, at=now - 1000 * DAY)
    services.deliver_due()
    assert services.purge_once_a_day(at=now) == 1
    assert Heartbeat.objects.turns().get(role="purge").seen_at == now


def test_a_clock_that_is_ahead_by_less_than_a_turn_is_believed(ada: User, sink: Sink) -> None:
    now = timezone.now()
    assert services.purge_once_a_day(at=now + DAY) == 0
    promise(ada, at=now - 1000 * DAY)
    services.deliver_due()
    assert services.purge_once_a_day(at=now) == 0


def test_machines_that_are_gone_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    Heartbeat.objects.create(role="worker", host="long gone", seen_at=now - 2 * DAY)
    monkeypatch.setattr(heartbeats, "_last", {})
    services.beat("worker", at=now)
    services.purge_once_a_day(at=now)
    assert "long gone" not in Heartbeat.objects.values_list("host", flat=True)
    assert Heartbeat.objects.filter(role="worker").count() == 1
