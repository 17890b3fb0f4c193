"""One sweep, by its two doors: `manage.py sweep`, which says what it did, and the task that beat asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings as configured
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import OperationalError, ProgrammingError

from accounts import services as people
from accounts.models import Company, User
from ascender.celery import app
from assignments import tasks
from assignments.models import Upload
from certifications.models import Certification
from notifications.models import Channel, Notification
from tests.factories import CompanyFactory, eligible_person

from .presses import DUE_ON, NOW, assign
from .test_upload_interrupted import trouble_at

pytestmark = pytest.mark.django_db
Sweep = Callable[..., str]
Mails = list[EmailMessage]
NOTHING = "reminders queued 0 · emails sent 0 · later 0 · failed 0\n"


@pytest.fixture
def sweep(capsys: pytest.CaptureFixture[str]) -> Sweep:
    """`sweep("--at", "…")`: what the command printed."""

    def run(*arguments: str) -> str:
        call_command("sweep", *arguments)
        return capsys.readouterr().out

    return run


@pytest.fixture
def demo(meridian: Company, harbor: Company) -> None:
    """Every company here was made by the demo."""
    Company.objects.update(is_demo=True)


def test_nothing_to_do_is_said_in_four_numbers(sweep: Sweep) -> None:
    assert sweep() == NOTHING


def test_what_is_waiting_goes_out_without_a_broker(
    ada: User, lena: User, message: Certification, sweep: Sweep, mailoutbox: Mails
) -> None:
    assign(ada, message, lena, eligible_person(message, ada.company))
    assert sweep() == "reminders queued 0 · emails sent 2 · later 0 · failed 0\n"
    assert sweep() == NOTHING
    assert len(mailoutbox) == 2


def test_a_reminder_that_is_due_is_queued_and_goes_out_in_the_same_sweep(
    ada: User, lena: User, message: Certification, sweep: Sweep, clock: time_machine.Coordinates
) -> None:
    assign(ada, message, lena, due_on=DUE_ON)
    assert sweep() == "reminders queued 0 · emails sent 1 · later 0 · failed 0\n"
    clock.move_to(datetime(2027, 3, 4, 12, 59, tzinfo=UTC))
    assert sweep() == NOTHING
    clock.move_to(datetime(2027, 3, 4, 13, 0, tzinfo=UTC))
    assert sweep() == "reminders queued 1 · emails sent 1 · later 0 · failed 0\n"


@pytest.mark.parametrize("setting", ["KEEP_MESSAGES_DAYS", "KEEP_UPLOADS_DAYS"])
def test_a_purge_that_fails_is_logged_and_keeps_nothing_else_from_its_turn(
    ada: User,
    lena: User,
    message: Certification,
    sweep: Sweep,
    mailoutbox: Mails,
    settings: Any,
    setting: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    setattr(settings, setting, 999_999)  # before the first year of the calendar
    assign(ada, message, lena)
    about = {"company": ada.company, "certification": message, "uploaded_by": ada, "uploaded_at": NOW}
    waiting = Upload.objects.create(kind=Upload.Kind.ASSIGN, content=b"Email\nlena@meridian.example\n", **about)
    assert sweep() == "reminders queued 0 · emails sent 1 · later 0 · failed 0\n"
    assert [mail.to for mail in mailoutbox] == [[lena.email]]
    waiting.refresh_from_db()
    assert waiting.state == Upload.State.READ
    assert "OverflowError" in caplog.text


@pytest.mark.parametrize("error", [OperationalError, ProgrammingError, MemoryError, SoftTimeLimitExceeded])
def test_what_is_no_fault_of_a_purge_is_not_taken_for_one(
    ada: User, lena: User, message: Certification, sweep: Sweep, mailoutbox: Mails, error: type[Exception]
) -> None:
    """A database that is away costs the round, and a process whose time is up ends; the emails went out before."""
    assign(ada, message, lena)
    with trouble_at('uploaded_at" <', error), pytest.raises(error):
        sweep()
    assert len(mailoutbox) == 1


def test_later_and_failed_are_counted_too(
    ada: User, lena: User, message: Certification, sweep: Sweep, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "notifications.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody answers there
    assign(ada, message, lena)
    assert sweep() == "reminders queued 0 · emails sent 0 · later 1 · failed 0\n"
    User.objects.filter(pk=lena.pk).update(email="no address")
    Channel.objects.update(paused_until=NOW)
    assert sweep("--at", "2027-03-01T18:00:00Z", "--rehearse-future") == (
        "reminders queued 0 · emails sent 0 · later 0 · failed 1\n"
    )


# --at


@pytest.mark.parametrize(
    ("at", "queued"),
    [
        ("2027-03-04T07:59:59-05:00", 0),
        ("2027-03-04T08:00:00-05:00", 1),
        ("2027-03-04T13:00:00Z", 1),
        ("2027-03-04 13:00+00:00", 1),
        ("2027-03-05T02:00:00+13:00", 1),
        ("2027-03-09T23:59:59-05:00", 1),
        ("2027-03-10T00:00:00-05:00", 0),
    ],
)
def test_at_is_the_moment_for_what_is_due(
    ada: User, lena: User, message: Certification, sweep: Sweep, clock: time_machine.Coordinates, at: str, queued: int
) -> None:
    assign(ada, message, lena, due_on=DUE_ON)
    sweep()
    clock.move_to(datetime(2027, 4, 1, tzinfo=UTC))
    assert sweep("--at", at) == f"reminders queued {queued} · emails sent {queued} · later 0 · failed 0\n"


def test_at_is_the_moment_that_the_email_speaks_of(
    ada: User, lena: User, message: Certification, sweep: Sweep, clock: time_machine.Coordinates, mailoutbox: Mails
) -> None:
    assign(ada, message, lena, due_on=DUE_ON)
    sweep()
    clock.move_to(datetime(2027, 4, 1, tzinfo=UTC))
    sweep("--at", "2027-03-08T12:00:00-05:00")
    assert "is due tomorrow" in mailoutbox[-1].body
    assert Notification.objects.get(kind="reminder").sent_at == datetime(2027, 3, 8, 17, 0, tzinfo=UTC)


def test_at_a_moment_before_it_was_promised_nothing_goes_out(
    ada: User, lena: User, message: Certification, sweep: Sweep
) -> None:
    assign(ada, message, lena)
    assert sweep("--at", "2027-02-28T12:00:00Z") == NOTHING


@pytest.mark.parametrize("at", ["2027-03-01T10:00:00", "2027-03-01 10:00", "2027-03-01"])
def test_a_moment_without_an_offset_is_refused(ada: User, lena: User, message, sweep: Sweep, at: str) -> None:
    assign(ada, message, lena)
    with pytest.raises(CommandError, match="has no offset"):
        sweep("--at", at)
    assert Notification.objects.get().state == "pending"


@pytest.mark.parametrize("at", ["", "soon", "2027-02-30T10:00:00Z", "2027-03-01T25:00:00Z", "10:00Z", "1e9"])
def test_what_is_not_a_moment_is_refused(ada: User, lena: User, message, sweep: Sweep, at: str) -> None:
    assign(ada, message, lena)
    with pytest.raises(CommandError, match="is not a moment"):
        sweep("--at", at)
    assert Notification.objects.get().state == "pending"


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-12:00", "9999-12-31T12:00:00Z", "0001-01-01T00:00:00Z"])
def test_a_moment_beyond_the_calendar_of_some_company_is_refused(meridian, harbor, sweep: Sweep, at: str) -> None:
    with pytest.raises(CommandError, match="is not a moment"):
        sweep("--at", at, "--rehearse-future")


AHEAD = "2027-03-01T15:00:01Z"  # a second after NOW


def test_a_moment_ahead_of_the_clock_is_refused(ada: User, lena: User, message, sweep: Sweep) -> None:
    assign(ada, message, lena)
    with pytest.raises(CommandError, match=r"ahead of the clock.*Add --rehearse-future"):
        sweep("--at", AHEAD)
    assert Notification.objects.get().state == "pending"


def test_this_very_moment_is_not_ahead(meridian: Company, sweep: Sweep) -> None:
    assert sweep("--at", NOW.isoformat()) == NOTHING


def test_in_the_demo_a_moment_ahead_is_fine(ada: User, lena: User, message, demo: None, sweep: Sweep) -> None:
    assign(ada, message, lena, due_on=DUE_ON)
    sweep()
    assert sweep("--at", "2027-03-04T08:00:00-05:00").startswith("reminders queued 1 · emails sent 1")


def test_one_company_that_is_real_makes_it_real(demo: None, sweep: Sweep) -> None:
    CompanyFactory(name="Real Customers")
    with pytest.raises(CommandError, match="this is not the demo"):
        sweep("--at", AHEAD)


def test_without_any_company_it_is_not_the_demo(db: None, sweep: Sweep) -> None:
    with pytest.raises(CommandError, match="this is not the demo"):
        sweep("--at", AHEAD)


def test_who_says_so_may_rehearse_the_future_anywhere(ada: User, lena: User, message, sweep: Sweep) -> None:
    assign(ada, message, lena, due_on=DUE_ON)
    sweep()
    assert sweep("--at", "2027-03-04T08:00:00-05:00", "--rehearse-future").startswith(
        "reminders queued 1 · emails sent 1"
    )


# The task


def test_beat_asks_for_the_task_that_there_is() -> None:
    asked = configured.CELERY_BEAT_SCHEDULE["sweep"]["task"]
    app.loader.import_default_modules()
    assert asked == tasks.sweep.name
    assert asked in app.tasks


def test_the_task_does_what_the_command_does(
    ada: User, lena: User, message: Certification, mailoutbox: Mails, clock: time_machine.Coordinates
) -> None:
    assign(ada, message, lena, due_on=DUE_ON)
    clock.move_to(datetime(2027, 3, 4, 13, 0, tzinfo=UTC))
    tasks.sweep()
    tasks.sweep()
    assert sorted(mail.subject for mail in mailoutbox) == [
        "Command of the Message: assigned, due Tue 9 March 2027",
        "Command of the Message: reminder, due Tue 9 March 2027",
    ]


@pytest.mark.parametrize("sweeps", [1, 2, 5])
def test_any_number_of_sweeps_gives_the_same_messages(
    ada: User, lena: User, message: Certification, mailoutbox: Mails, clock: time_machine.Coordinates, sweeps: int
) -> None:
    assign(ada, message, lena, due_on=DUE_ON)
    for moment in (NOW, datetime(2027, 3, 4, 13, 0, tzinfo=UTC), datetime(2027, 3, 9, 20, 0, tzinfo=UTC)):
        clock.move_to(moment)
        for _ in range(sweeps):
            tasks.sweep()
    assert len(mailoutbox) == 2


def test_who_was_deactivated_between_two_sweeps_hears_nothing_more(
    ada: User, lena: User, message: Certification, mailoutbox: Mails, clock: time_machine.Coordinates
) -> None:
    assign(ada, message, lena, due_on=DUE_ON)
    tasks.sweep()
    people.deactivate(person=lena, by=ada, at=NOW)
    clock.move_to(datetime(2027, 3, 4, 13, 0, tzinfo=UTC))
    tasks.sweep()
    assert len(mailoutbox) == 1
