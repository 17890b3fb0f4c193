"""A past that is filled in: each email of it is kept as delivery would have left it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from accounts.models import User
from notifications import services
from notifications.models import Notification, SwitchedOff
from notifications.post import Refused, TryLater
from tests.factories import PersonFactory

from .conftest import NOON, NUDGE, UNWRITABLE, promise, told

pytestmark = pytest.mark.django_db
State = Notification.State


def test_each_ends_as_things_were_then_and_nothing_goes_out(ada: User, max: User, lena: User, rosa: User) -> None:
    gone = PersonFactory(company=ada.company, status=User.Status.INACTIVE)
    promise(ada, max, lena, gone)
    promise(rosa, kind=NUDGE)
    SwitchedOff.objects.create(recipient=rosa, kind=NUDGE.name, switched_off_at=NOON)
    answers = {max.email: Refused("no such user"), lena.email: TryLater("busy")}
    assert services.record_as_sent(told_until=NOON, is_read=True, answers=answers) == 5

    found = {one.recipient: one for one in Notification.objects.select_related("recipient")}
    assert {person: (one.state, one.attempts, one.failure) for person, one in found.items()} == {
        ada: (State.SENT, 1, ""),
        max: (State.FAILED, 1, "no such user"),
        lena: (State.PENDING, 8, "busy"),
        gone: (State.CANCELLED, 0, ""),
        rosa: (State.DECLINED, 0, ""),
    }
    sent = found[ada]
    assert (sent.sent_at, sent.sent_to) == (NOON, ada.email)
    assert "Command of the Message" in sent.subject
    assert "Command of the Message" in sent.text
    assert found[lena].next_attempt_at == NOON + timedelta(minutes=40)
    assert (found[gone].cancelled_at, found[gone].read_at) == (NOON, None)
    assert {found[person].read_at for person in (ada, max, lena, rosa)} == {NOON + timedelta(hours=2)}
    assert mail.outbox == []


def test_one_that_cannot_be_written_is_a_mistake_in_the_history(ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(title=UNWRITABLE)
    promise(ada)
    with pytest.raises(ValueError, match=UNWRITABLE):
        services.record_as_sent(told_until=NOON, is_read=False)
    assert told(ada).state == State.PENDING
