"""What becomes of an email that is due: sent, tried later, failed, or no longer wanted."""

from __future__ import annotations

import socket
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.db import InterfaceError, OperationalError, connection, connections
from django.utils import timezone

from accounts import services as people
from accounts.models import User
from notifications import services
from notifications.models import Channel, Notification
from notifications.services import Delivery, channel, delivery
from tests.assignments.test_upload_interrupted import trouble_at
from tests.factories import PersonFactory

from .conftest import NOON, TRIED_FOR, UNWRITABLE, about, promise, told
from .sink import HANG_UP, SAY_NOTHING, Sink

State = Notification.State
pytestmark = pytest.mark.django_db


def deliver(at: Any = NOON) -> Delivery:
    return services.deliver_due(at=at)


def test_an_email_that_is_due_is_sent(ada: User, sink: Sink) -> None:
    promise(ada)
    assert deliver() == Delivery(sent=1)
    assert sink.recipients == [ada.email]
    assert (told(ada).state, told(ada).sent_at, told(ada).attempts) == (State.SENT, NOON, 1)
    assert deliver() == Delivery()


def test_an_email_that_is_not_due_yet_waits(ada: User, sink: Sink) -> None:
    promise(ada, at=NOON + timedelta(minutes=1))
    assert deliver() == Delivery()
    assert deliver(NOON + timedelta(minutes=1)) == Delivery(sent=1)


def test_all_that_is_due_goes_over_one_connection_per_batch(meridian: Any, sink: Sink) -> None:
    promise(*[PersonFactory(company=meridian) for _ in range(services.BATCH + 1)])
    assert deliver() == Delivery(sent=services.BATCH + 1)
    assert sink.connections == 2


def test_one_that_is_no_longer_wanted_is_cancelled(ada: User, max: User, sink: Sink) -> None:
    promise(ada, max)
    people.deactivate(person=max, by=None, at=NOON)
    assert deliver() == Delivery(sent=1, cancelled=1)
    assert sink.recipients == [ada.email]
    assert (told(max).state, told(max).cancelled_at) == (State.CANCELLED, NOON)


def leaving(sink: Sink, *leavers: User) -> None:
    """These people leave while the first email is on its way."""

    def leave(phase: str) -> None:
        if phase == "DATA":
            User.objects.filter(pk__in=[person.pk for person in leavers]).update(status=User.Status.INACTIVE)

    sink.before_answer = leave


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_wanted_is_asked_anew_when_the_answer_has_grown_old(
    ada: User, max: User, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "FRESH", 0.0)
    promise(ada)
    promise(max, at=NOON + timedelta(seconds=1))
    leaving(sink, max)
    assert deliver(NOON + timedelta(minutes=1)) == Delivery(sent=1, cancelled=1)
    assert sink.recipients == [ada.email]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_is_taken_back_while_the_one_before_it_is_sent_stays_here(ada: User, max: User, sink: Sink) -> None:
    """It was asked about and written together with the first."""
    taken: list[int] = []

    def take_back(phase: str) -> None:
        if phase == "DATA" and not taken:
            taken.append(services.cancel(about=about(max), at=NOON))
            connection.close()

    promise(ada)
    promise(max, at=NOON + timedelta(seconds=1))
    sink.before_answer = take_back
    assert deliver(NOON + timedelta(minutes=1)) == Delivery(sent=1)
    assert taken == [1]
    assert (sink.recipients, told(max).state) == ([ada.email], State.CANCELLED)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_is_taken_back_while_the_server_greets_us_is_not_sent(ada: User, sink: Sink) -> None:
    def take_back(phase: str) -> None:
        if phase == "EHLO":
            assert services.cancel(about=about(ada), at=NOON) == 1
            connection.close()

    promise(ada)
    sink.before_answer = take_back
    assert deliver() == Delivery()
    assert told(ada).state == State.CANCELLED
    assert sink.messages == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_who_is_no_longer_to_be_told_when_the_server_has_greeted_us_is_not(
    ada: User, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing takes the message back where somebody completes, so that has to be asked once more."""
    monkeypatch.setattr(delivery, "FRESH", 0.0)
    promise(ada)

    def leave(phase: str) -> None:
        if phase == "EHLO":
            User.objects.filter(pk=ada.pk).update(status=User.Status.INACTIVE)
            connection.close()

    sink.before_answer = leave
    assert deliver() == Delivery(cancelled=1)
    assert sink.messages == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_is_being_sent_cannot_be_taken_back_any_more(ada: User, sink: Sink) -> None:
    taken: list[int] = []

    def take_back(phase: str) -> None:
        if phase == "DATA":
            taken.append(services.cancel(about=about(ada), at=NOON))
            connection.close()

    promise(ada)
    sink.before_answer = take_back
    assert deliver() == Delivery(sent=1)
    assert (taken, told(ada).state) == ([0], State.SENT)


def test_it_goes_to_the_address_of_the_moment(ada: User, sink: Sink) -> None:
    promise(ada)
    people.change_email(person=ada, email="ada.new@meridian.example")
    deliver()
    assert sink.recipients == ["ada.new@meridian.example"]


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        ("MAIL", "451 local error"),
        ("MAIL", HANG_UP),
        ("RCPT", "450 mailbox busy"),
        ("DATA", "421 closing"),
        ("DATA", "451 local error"),
        ("DATA", HANG_UP),
        ("END", "452 disk full"),
        ("END", HANG_UP),
        ("END", SAY_NOTHING),
    ],
)
def test_what_may_pass_is_tried_again(ada: User, sink: Sink, settings: Any, phase: str, answer: str) -> None:
    promise(ada)
    sink.answer_to(phase, answer)
    patient = settings.EMAIL_TIMEOUT
    if answer == SAY_NOTHING:
        settings.EMAIL_TIMEOUT = 0.5
    assert deliver() == Delivery(later=1)
    settings.EMAIL_TIMEOUT = patient
    waiting = told(ada)
    assert (waiting.state, waiting.attempts) == (State.PENDING, 1)
    assert NOON < waiting.next_attempt_at < NOON + timedelta(minutes=1)
    assert "mail server" in waiting.failure
    sink.behave()
    assert deliver() == Delivery(), "not before its time"
    assert deliver(waiting.next_attempt_at) == Delivery(sent=1)
    assert told(ada).failure == ""


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        ("CONNECT", "421 too busy"),
        ("CONNECT", "554 not today"),
        ("CONNECT", HANG_UP),
        ("EHLO", "550 not you, not today"),
        ("EHLO", HANG_UP),
    ],
)
def test_a_server_that_is_away_is_called_again_in_a_moment_and_no_email_uses_up_an_attempt(
    ada: User, max: User, sink: Sink, phase: str, answer: str
) -> None:
    promise(ada, max)
    sink.answer_to(phase, answer)
    assert deliver() == Delivery(later=1)
    assert deliver() == Delivery(), "nobody calls it for a moment"
    assert (
        sorted(Notification.objects.values_list("state", "attempts", "next_attempt_at"))
        == [(State.PENDING, 0, NOON)] * 2
    )
    way_out = services.channel_state()
    assert (way_out.is_away, way_out.pauses) == (True, 1)
    assert "could not be reached" in way_out.failure
    sink.behave()
    end_pause()
    assert deliver() == Delivery(sent=2)
    assert (services.channel_state().is_away, services.channel_state().pauses) == (False, 0)


def test_a_server_that_takes_no_password_is_not_one_that_is_away(ada: User, sink: Sink, settings: Any) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ascender", "secret"
    sink.answer_to("EHLO", "250-sink\r\n250 AUTH XOAUTH2")
    promise(ada)
    assert deliver() == Delivery(later=1)
    way_out = services.channel_state()
    assert (way_out.is_away, way_out.pauses) == (False, 1)
    assert "We cannot log in to the mail server: " in way_out.failure


@pytest.mark.parametrize("setting", [{"EMAIL_HOST": "mail..example"}, {"EMAIL_HOST_PASSWORD": "pässwörd"}])
def test_settings_that_cannot_be_used_are_told_and_break_nothing(
    ada: User, sink: Sink, settings: Any, setting: dict[str, str]
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ascender", "secret"
    sink.offers_login = True
    for name, value in setting.items():
        setattr(settings, name, value)
    promise(ada)
    assert deliver() == Delivery(later=1)
    way_out = services.channel_state()
    assert (way_out.is_away, way_out.pauses) == (False, 1)
    assert "cannot be used" in way_out.failure


def test_a_server_that_does_not_exist_is_one_that_is_away(ada: User, sink: Sink, settings: Any) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = nobody.getsockname()[1]
        promise(ada)
        assert deliver() == Delivery(later=1)
    assert "could not be reached" in told(ada).failure


@pytest.mark.parametrize("silence", [HANG_UP, SAY_NOTHING])
def test_a_server_that_takes_it_and_never_answers_gets_it_three_times_at_most(
    ada: User, sink: Sink, settings: Any, silence: str
) -> None:
    """It may be slow and accept each of them."""
    settings.EMAIL_TIMEOUT = 0.5
    promise(ada)
    sink.answer_to("END", silence)
    tries, at = [], NOON
    while deliver(at).later:
        tries.append(at - NOON)
        at = told(ada).next_attempt_at
    assert [*tries, at - NOON] == [timedelta(), timedelta(seconds=15), timedelta(hours=1, seconds=15)]
    assert (told(ada).state, sink.connections) == (State.FAILED, 3)
    assert told(ada).failure.endswith("It may have arrived.")
    services.send_again(about=about(ada), at=at)
    sink.behave()
    assert deliver(at) == Delivery(sent=1), "asked for by hand it begins anew"


@pytest.mark.parametrize("between", [("CONNECT", HANG_UP), ("RCPT", "450 mailbox busy")])
def test_what_happens_between_does_not_let_it_begin_anew(ada: User, sink: Sink, between: tuple[str, str]) -> None:
    """An overloaded server does now this, now that."""
    promise(ada)
    at, taken = NOON, 0
    for _ in range(20):
        sink.behave()
        sink.answer_to("END", HANG_UP)
        deliver(at)
        taken += 1
        if told(ada).state == State.FAILED:
            break
        at = told(ada).next_attempt_at
        sink.behave()
        sink.answer_to(*between)
        deliver(at)
        end_pause()
        at = max(at, told(ada).next_attempt_at)
    assert taken == 3


def test_an_answer_that_is_no_refusal_after_the_end_is_one_that_nobody_understands(ada: User, sink: Sink) -> None:
    promise(ada)
    sink.answer_to("END", "252 perhaps")
    assert deliver() == Delivery(later=1)
    assert told(ada).unfinished == 1


@pytest.mark.parametrize(
    ("phase", "answer", "reason"),
    [
        ("RCPT", "550 no such user here", "refused the address: 550 no such user here"),
        ("RCPT", "550 no\0such \x07user", "refused the address: 550 nosuch user"),
        ("MAIL", "552 too large", "refused the message: 552 too large"),
        ("DATA", "554 no valid recipients", "refused the message: 554 no valid recipients"),
        ("END", "554 looks like spam", "refused the message: 554 looks like spam"),
    ],
)
def test_what_will_not_pass_fails_at_once_with_the_reason(
    ada: User, sink: Sink, phase: str, answer: str, reason: str
) -> None:
    promise(ada)
    sink.answer_to(phase, answer)
    assert deliver() == Delivery(failed=1)
    assert (told(ada).state, told(ada).attempts) == (State.FAILED, 1)
    assert reason in told(ada).failure


def test_one_refused_address_does_not_hold_up_the_others(ada: User, max: User, rosa: User, sink: Sink) -> None:
    promise(ada, max, rosa)
    sink.answer_to("RCPT", "550 no such user", max.email)
    assert deliver() == Delivery(sent=2, failed=1)
    assert sink.recipients == sorted([ada.email, rosa.email])
    assert sink.connections == 1


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        ("MAIL", "451 local error"),
        ("MAIL", "552 too large"),
        ("RCPT", "451 local error"),
        ("RCPT", "554 not this one"),
        ("DATA", "451 local error"),
        ("DATA", "554 not this one"),
        ("END", "451 local error"),
        ("END", "554 not this one"),
    ],
)
def test_what_is_said_to_one_is_not_said_to_the_next(ada: User, max: User, sink: Sink, phase: str, answer: str) -> None:
    """Wherever it is said, the next message begins anew."""

    def for_the_first(said: str) -> None:
        if said == phase:
            sink.before_answer = lambda _: sink.behave()

    promise(ada)
    promise(max, at=NOON + timedelta(seconds=1))
    sink.answer_to(phase, answer)
    sink.before_answer = for_the_first
    deliver(NOON + timedelta(minutes=1))
    assert answer in told(ada).failure
    assert told(max).state == State.SENT


def test_a_server_that_hangs_up_on_one_is_called_again_for_the_others(ada: User, max: User, sink: Sink) -> None:
    promise(ada)
    promise(max, at=NOON + timedelta(seconds=1))
    sink.answer_to("RCPT", HANG_UP, ada.email)
    assert deliver(NOON + timedelta(minutes=1)) == Delivery(sent=1, later=1)
    assert sink.recipients == [max.email]
    assert sink.connections == 2


def test_a_server_that_is_away_is_not_called_for_one_batch_after_another(meridian: Any, sink: Sink) -> None:
    promise(*[PersonFactory(company=meridian) for _ in range(services.BATCH + 1)])
    sink.answer_to("CONNECT", "421 too busy")
    assert deliver() == Delivery(later=1), "and the others do not use up an attempt"
    assert sink.connections == 1


def test_an_address_that_is_none_fails_whatever_the_server_would_say(ada: User, sink: Sink) -> None:
    promise(ada)
    User.objects.filter(pk=ada.pk).update(email="ada at meridian")
    assert deliver() == Delivery(failed=1)
    assert told(ada).failure == "“ada at meridian” is not an email address."


def test_pauses_grow_and_end_with_the_message(ada: User, sink: Sink) -> None:
    promise(ada)
    sink.answer_to("RCPT", "450 mailbox busy")
    pauses, at = [], NOON
    while deliver(at).later:
        pauses.append(told(ada).next_attempt_at - at)
        at = told(ada).next_attempt_at
    assert pauses[0] < timedelta(seconds=20)
    assert timedelta(hours=1) < sorted(pauses)[-1] < timedelta(hours=3)
    assert all(after > before for before, after in pairwise(pauses[:7]))
    assert NOON + TRIED_FOR - timedelta(minutes=1) < at < NOON + TRIED_FOR
    assert told(ada).state == State.FAILED
    assert "450 mailbox busy" in told(ada).failure


def test_one_that_never_had_its_try_is_tried_after_its_end(ada: User, sink: Sink) -> None:
    """The system was down for a week, and the message is still wanted."""
    promise(ada)
    assert deliver(NOON + timedelta(days=7)) == Delivery(sent=1)


def test_one_that_is_put_off_after_its_end_has_a_few_tries_all_the_same(ada: User, sink: Sink) -> None:
    promise(ada)
    sink.answer_to("RCPT", "450 greylisted")
    week = NOON + timedelta(days=7)
    assert [deliver(week + timedelta(hours=hour)) for hour in range(3)] == [
        Delivery(later=1),
        Delivery(later=1),
        Delivery(failed=1),
    ]


def test_one_that_cannot_be_written_fails_after_three_tries_and_the_others_go(ada: User, max: User, sink: Sink) -> None:
    User.objects.filter(pk=max.pk).update(title=UNWRITABLE)
    promise(ada, max)
    assert deliver() == Delivery(sent=1, later=1)
    assert deliver(NOON + timedelta(days=1)) == Delivery(later=1)
    assert deliver(NOON + timedelta(days=2)) == Delivery(failed=1)
    assert told(max).failure == "The message could not be written (ValueError)."
    assert sink.recipients == [ada.email]


@pytest.mark.parametrize("changes", [{"kind": "unheard of"}, {"context": {"person": 0}}])
def test_one_whose_kind_or_subject_is_gone_fails_after_three_tries(
    ada: User, sink: Sink, changes: dict[str, Any]
) -> None:
    promise(ada)
    Notification.objects.update(**changes)
    tries = [deliver(NOON + timedelta(days=day)) for day in range(4)]
    assert tries == [Delivery(later=1), Delivery(later=1), Delivery(failed=1), Delivery()]


def test_a_sender_that_is_refused_is_nobodys_fault_who_is_written_to(ada: User, max: User, sink: Sink) -> None:
    promise(ada, max)
    sink.answer_to("MAIL", "553 sender not allowed")
    assert deliver() == Delivery(later=1)
    assert sorted(Notification.objects.values_list("state", "attempts")) == [(State.PENDING, 0)] * 2
    assert "refuses us as the sender: 553 sender not allowed" in services.channel_state().failure
    assert not services.channel_state().is_away


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("RCPT", "554 5.7.1 <rosa@meridian.example>: Relay access denied"),
        ("RCPT", "553 5.7.1 <no-reply@ascender.example>: Sender address rejected: not owned by user"),
        ("RCPT", "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied"),
        ("RCPT", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain"),
        ("END", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
        ("END", "550 5.7.1 Client does not have permissions to send as this sender"),
        ("END", "550 5.4.5 Daily user sending quota exceeded"),
        ("END", "554 5.2.252 SendAsDenied; me@meridian.example not allowed to send as no-reply@meridian.example"),
        ("END", "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed"),
        ("END", "550 5.7.705 Access denied, tenant has exceeded threshold"),
        ("RCPT", "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP"),
        ("RCPT", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using dnsbl.example; see there"),
        ("RCPT", "554 5.7.1 Service unavailable; Sender address [no-reply@ascender.example] blocked using dbl.example"),
        (
            "END",
            "554 Message rejected: Email address is not verified. The following identities failed the check in region"
            " EU-WEST-1: no-reply@ascender.example",
        ),
        ("END", "550 The from address does not match a verified Sender Identity. Mail cannot be sent until then"),
    ],
)
def test_a_refusal_that_speaks_of_us_is_tried_once_an_hour_until_it_is_mended(
    ada: User, sink: Sink, phase: str, words: str
) -> None:
    promise(ada)
    sink.answer_to(phase, words)
    assert deliver() == Delivery(later=1)
    assert told(ada).next_attempt_at == NOON + timedelta(hours=1)
    assert f"refuses us as the sender: {words}" in told(ada).failure
    assert deliver(NOON + TRIED_FOR - timedelta(seconds=5)) == Delivery(failed=1)


@pytest.mark.parametrize(
    "words",
    [
        "550 5.1.1 Recipient address rejected: unknown in relay table",
        "550 5.7.1 not a member of this list",
        "550 5.7.1 <ada@meridian.example>: Recipient address rejected: Access denied",
        "550 5.7.1 You do not have permission to send to this recipient",
        "554 5.7.1 Service unavailable; Recipient address [ada@meridian.example] blocked using dbl.example",
        "550 The address of this user is not verified",
        "550 The address does not match a verified mailbox",
        "550 5.7.703 Messages to <ada@meridian.example> are blocked by your organization",
        "552 5.2.2 Mailbox full",
    ],
)
def test_a_refusal_that_speaks_of_the_recipient_is_final(ada: User, sink: Sink, words: str) -> None:
    promise(ada)
    sink.answer_to("RCPT", words)
    assert deliver() == Delivery(failed=1)


def test_a_clock_that_was_set_back_does_not_make_a_pause_longer(ada: User, sink: Sink) -> None:
    promise(ada)
    Channel.objects.create(pk="email", pauses=1, is_away=True, paused_until=timezone.now() + timedelta(hours=1))
    assert deliver() == Delivery(sent=1)


def test_a_refused_login_pauses_without_using_up_an_attempt(ada: User, max: User, sink: Sink, settings: Any) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ascender", "wrong"
    sink.offers_login = True
    sink.answer_to("AUTH", "535 who are you")
    promise(ada, max)
    assert deliver() == Delivery(later=1)
    assert sorted(Notification.objects.values_list("state", "attempts")) == [(State.PENDING, 0)] * 2
    assert Notification.objects.filter(failure__contains="refuses our login: 535 who are you").count() == 1


def refuse_login(sink: Sink, settings: Any) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ascender", "wrong"
    sink.offers_login = True
    sink.answer_to("AUTH", "535 who are you")


def end_pause() -> None:
    Channel.objects.update(paused_until=timezone.now())


def test_while_the_channel_is_paused_nobody_calls_the_server(ada: User, sink: Sink, settings: Any) -> None:
    refuse_login(sink, settings)
    promise(ada)
    deliver()
    assert deliver() == Delivery()
    assert sink.connections == 1
    assert "535 who are you" in services.channel_state().failure


def test_after_a_pause_one_email_tries_and_when_it_passes_the_others_follow(
    meridian: Any, sink: Sink, settings: Any
) -> None:
    refuse_login(sink, settings)
    promise(*[PersonFactory(company=meridian) for _ in range(3)])
    deliver()
    end_pause()
    assert deliver() == Delivery(later=1), "still refused"
    assert deliver() == Delivery()
    assert sink.connections == 2
    end_pause()
    sink.behave()
    assert deliver() == Delivery(sent=3)
    assert (services.channel_state().pauses, services.channel_state().failure) == (0, "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("words", ['SET "paused_until" = NULL', '"settled_at" = '])
def test_a_progress_that_cannot_be_written_down_costs_no_email_and_the_next_one_reopens_the_way_out(
    meridian: Any,
    sink: Sink,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    error: type[Exception],
) -> None:
    monkeypatch.setattr(channel, "_noted_at", float("-inf"))
    refuse_login(sink, settings)
    promise(*[PersonFactory(company=meridian) for _ in range(3)])
    deliver()
    end_pause()
    sink.behave()
    with trouble_at(words, error) as left:
        assert deliver() == Delivery(sent=3)
    assert not left
    assert (services.channel_state().pauses, services.channel_state().failure) == (0, "")


def test_pauses_in_a_row_grow_to_a_quarter_of_an_hour(ada: User, sink: Sink, settings: Any) -> None:
    refuse_login(sink, settings)
    promise(ada)
    lengths = []
    for _ in range(60):
        end_pause()
        deliver()
        until = services.channel_state().paused_until
        assert until is not None
        lengths.append(round((until - timezone.now()).total_seconds() / 60))
    assert lengths == [1, 2, 4, 8, *[15] * 56]


def test_a_try_that_learns_nothing_is_followed_by_the_next(ada: User, max: User, sink: Sink, settings: Any) -> None:
    """The first email after a pause may be one that nobody wants any more."""
    refuse_login(sink, settings)
    promise(ada)
    promise(max, at=NOON + timedelta(seconds=1))
    deliver()
    end_pause()
    sink.behave()
    User.objects.filter(pk=ada.pk).update(status=User.Status.INACTIVE)
    assert deliver(NOON + timedelta(minutes=1)) == Delivery(sent=1, cancelled=1)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_try_that_finds_all_in_other_hands_leaves_the_next_one_to_whoever_comes(
    ada: User, sink: Sink, settings: Any
) -> None:
    refuse_login(sink, settings)
    promise(ada)
    deliver()
    end_pause()
    sink.behave()
    holder = connections.create_connection("default")
    holder.set_autocommit(False)
    with holder.cursor() as cursor:
        cursor.execute("SELECT 1 FROM notifications_notification FOR UPDATE")
        assert deliver() == Delivery()
    holder.rollback()
    holder.close()
    assert deliver() == Delivery(sent=1)


def test_pauses_for_a_server_that_is_away_grow_to_a_minute(ada: User, sink: Sink) -> None:
    sink.answer_to("CONNECT", HANG_UP)
    promise(ada)
    lengths, told_people = [], []
    with time_machine.travel(NOON, tick=False):
        for _ in range(7):
            end_pause()
            deliver()
            until = services.channel_state().paused_until
            assert until is not None
            lengths.append((until - timezone.now()).total_seconds())
            told_people.append(services.channel_state().is_down)
    assert lengths == [5, 10, 20, 40, 60, 60, 60]
    assert told_people == [False] * 4 + [True] * 3


def test_those_who_find_out_together_count_once(ada: User, sink: Sink, settings: Any) -> None:
    """Each process that was speaking to the server learns it by itself."""
    for _ in range(3):
        channel.pause("refused", is_away=False)
    assert services.channel_state().pauses == 1


@pytest.mark.parametrize("answer", ["450 mailbox busy", "550 no such user"])
def test_a_server_that_lets_us_in_again_ends_the_pause_whatever_it_says_to_the_first(
    ada: User, max: User, sink: Sink, settings: Any, answer: str
) -> None:
    refuse_login(sink, settings)
    promise(ada)
    promise(max, at=NOON + timedelta(seconds=1))
    deliver()
    end_pause()
    sink.behave()
    sink.answer_to("RCPT", answer, ada.email)
    deliver(NOON + timedelta(minutes=1))
    assert services.channel_state().pauses == 0
    assert told(max).state == State.SENT


@pytest.mark.parametrize("encryption", ["EMAIL_USE_TLS", "EMAIL_USE_SSL"])
def test_without_the_encryption_that_was_asked_for_nothing_is_sent(
    ada: User, sink: Sink, settings: Any, encryption: str
) -> None:
    setattr(settings, encryption, True)
    promise(ada)
    assert deliver() == Delivery(later=1)
    assert told(ada).attempts == 0
    assert "No safe connection" in told(ada).failure
    assert sink.messages == []


def test_delivery_stops_when_its_time_is_up_and_says_so(ada: User, sink: Sink) -> None:
    promise(ada)
    assert services.deliver_due(at=NOON, for_seconds=0) == Delivery(is_unfinished=True)
    assert told(ada).state == State.PENDING


def test_what_waits_after_a_failure_can_still_be_taken_back(ada: User, sink: Sink) -> None:
    promise(ada)
    sink.answer_to("RCPT", "450 mailbox busy")
    deliver()
    assert services.cancel(about=about(ada), at=NOON) == 1
    assert deliver(NOON + timedelta(days=1)) == Delivery()
