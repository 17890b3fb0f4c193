"""Emails that their reader has switched off: not sent, said so, and in the bell like any other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import services as people
from accounts.models import User
from notifications import services
from notifications.models import Notification, SwitchedOff
from notifications.services import Delivery, delivery
from tests.factories import PersonFactory

from .conftest import NOON, NUDGE, about, promise, told
from .sink import Sink

State = Notification.State
pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=1)


def switch_off(*persons: User) -> None:
    for person in persons:
        services.switch_emails(person=person, off=[NUDGE.name], at=NOON)


def switch_on(person: User) -> None:
    services.switch_emails(person=person, on=[NUDGE.name], at=NOON)


def deliver(at: Any = NOON) -> Delivery:
    return services.deliver_due(at=at)


def bell_of(person: User) -> int:
    return Notification.objects.visible_to(person).in_bell().unread().count()


# What becomes of an email


def test_who_switched_emails_off_finds_it_in_the_bell_alone(ada: User, max: User, sink: Sink) -> None:
    switch_off(max)
    promise(ada, max, kind=NUDGE)
    assert deliver() == Delivery(sent=1, declined=1)
    assert sink.recipients == [ada.email]
    assert (told(max).state, told(max).attempts, bell_of(max)) == (State.DECLINED, 0, 1)
    assert (told(max).lease_token, told(max).leased_until) == (None, None)


def test_what_always_comes_comes_to_them_too(max: User, sink: Sink) -> None:
    switch_off(max)
    promise(max)
    assert deliver() == Delivery(sent=1)


def test_another_kind_stays_on(max: User, sink: Sink) -> None:
    services.switch_emails(person=max, off=["reminder"], at=NOON)
    promise(max, kind=NUDGE)
    assert deliver() == Delivery(sent=1)


def test_what_is_no_longer_wanted_is_withdrawn_all_the_same(max: User, sink: Sink) -> None:
    switch_off(max)
    promise(max, kind=NUDGE)
    people.deactivate(person=max, by=None, at=NOON)
    assert deliver() == Delivery(cancelled=1)
    assert bell_of(max) == 0


def test_switching_off_counts_for_what_was_promised_before(max: User, sink: Sink) -> None:
    promise(max, kind=NUDGE)
    switch_off(max)
    assert deliver() == Delivery(declined=1)


def test_switching_on_again_lets_what_still_waits_go_out(max: User, sink: Sink) -> None:
    switch_off(max)
    promise(max, kind=NUDGE)
    switch_on(max)
    assert deliver() == Delivery(sent=1)


def test_what_was_declined_is_not_sent_afterwards(max: User, sink: Sink) -> None:
    """Neither when it is switched on again, nor when it is promised, sent again or taken back once more."""
    switch_off(max)
    promise(max, kind=NUDGE)
    deliver()
    switch_on(max)
    assert promise(max, kind=NUDGE) == 0
    assert services.send_again(about=about(max), at=NOON) == 0
    assert services.cancel(about=about(max), at=NOON) == 0
    assert deliver(NOON + timedelta(days=1)) == Delivery()
    assert told(max).state == State.DECLINED


def test_a_refusal_of_before_is_not_why_it_was_not_sent(max: User, sink: Sink) -> None:
    promise(max, kind=NUDGE)
    sink.answer_to("RCPT", "450 mailbox busy")
    deliver()
    switch_off(max)
    assert deliver(LATER) == Delivery(declined=1)
    assert told(max).failure == ""


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_switching_off_while_the_one_before_is_sent_counts(
    ada: User, max: User, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "FRESH", 0.0)

    def switch(phase: str) -> None:
        if phase == "DATA" and not SwitchedOff.objects.exists():
            switch_off(max)
            connection.close()

    promise(ada, kind=NUDGE)
    promise(max, at=NOON + timedelta(seconds=1), kind=NUDGE)
    sink.before_answer = switch
    assert deliver(LATER) == Delivery(sent=1, declined=1)
    assert sink.recipients == [ada.email]


def test_it_is_asked_for_a_whole_group_at_once_and_only_of_what_may_be_switched_off(
    meridian: Any, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "FRESH", 600.0)  # seconds: a busy machine would ask anew for the rest of the group
    few, many = ([PersonFactory(company=meridian) for _ in range(count)] for count in (2, delivery.GROUP))
    always = [PersonFactory(company=meridian) for _ in range(2)]

    def questions(*persons: User, **kind: Any) -> int:
        promise(*persons, **kind)
        with CaptureQueriesContext(connection) as captured:
            deliver()
        return sum("notifications_switchedoff" in query["sql"] for query in captured)

    assert questions(*few, kind=NUDGE) == questions(*many, kind=NUDGE) == 1
    assert questions(*always) == 0


# The switches


def test_switching_off_twice_is_switching_off_once(max: User) -> None:
    switch_off(max)
    services.switch_emails(person=max, off=[NUDGE.name], at=LATER)
    assert list(SwitchedOff.objects.values_list("recipient", "kind", "switched_off_at")) == [(max.pk, "nudge", NOON)]
    switch_on(max)
    switch_on(max)
    assert not SwitchedOff.objects.exists()


def test_one_persons_switch_is_nobody_elses(ada: User, max: User) -> None:
    switch_off(ada, max)
    switch_on(ada)
    assert not SwitchedOff.objects.visible_to(ada).exists()
    assert SwitchedOff.objects.visible_to(max).exists()


@pytest.mark.parametrize("kind", ["greeting", "assigned", "remind_now", "unheard of"])
def test_what_always_comes_cannot_be_switched_off(max: User, kind: str) -> None:
    with pytest.raises(ValueError, match=kind):
        services.switch_emails(person=max, off=["reminder", kind], at=NOON)
    assert not SwitchedOff.objects.exists()
