"""The reminder: five days before the due day, at 08:00 where the company is, once, while it is true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import services as people
from accounts.models import Company, User
from assignments import services
from assignments.reminders import Plan
from certifications import services as training
from certifications.models import Certification
from notifications.models import Notification
from tests.factories import complete, eligible_person

from .conftest import Press, open_assignment
from .test_upcoming import choose

NEW_YORK = ZoneInfo("America/New_York")
ASSIGNED_AT = datetime(2027, 2, 1, 12, tzinfo=NEW_YORK)
DUE_ON = date(2027, 3, 9)
REMINDED_AT = datetime(2027, 3, 4, 8, tzinfo=NEW_YORK)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(ASSIGNED_AT, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def assigned(clock: time_machine.Coordinates, lena: User, assign: Press, mailoutbox: list[EmailMessage]) -> User:
    """Lena, assigned on 1 February and due on 9 March; her first mail is out."""
    assign(lena, due_on=DUE_ON)
    services.sweep()
    mailoutbox.clear()
    return lena


def sweep_at(clock: time_machine.Coordinates, at: datetime) -> services.Sweep:
    clock.move_to(at)
    return services.sweep()


def test_it_goes_out_at_eight_by_the_company_clock_and_not_a_minute_before(
    clock: time_machine.Coordinates, assigned: User, mailoutbox: list[EmailMessage]
) -> None:
    assert sweep_at(clock, REMINDED_AT - MINUTE).reminders == 0
    assert sweep_at(clock, REMINDED_AT).reminders == 1
    [mail] = mailoutbox
    assert mail.to == ["lena@meridian.example"]
    assert mail.subject.startswith("Command of the Message")
    assert "Tue 9 March 2027" in mail.body


def test_it_goes_out_once_however_often_is_swept(
    clock: time_machine.Coordinates, assigned: User, mailoutbox: list[EmailMessage]
) -> None:
    for hours in range(6):
        sweep_at(clock, REMINDED_AT + timedelta(hours=hours))
    assert len(mailoutbox) == 1


def test_it_rings_the_bell_too(clock: time_machine.Coordinates, assigned: User) -> None:
    sweep_at(clock, REMINDED_AT)
    assert [entry.kind for entry in Notification.objects.visible_to(assigned).in_bell().order_by("pk")] == [
        "assigned",
        "reminder",
    ]


@pytest.mark.parametrize("days_before", [5, 4, 1, 0])
def test_assigned_on_its_day_or_later_there_is_none(
    clock: time_machine.Coordinates, lena: User, assign: Press, mailoutbox: list[EmailMessage], days_before: int
) -> None:
    """The assignment message carries the due day itself, also at one minute past midnight of that day."""
    clock.move_to(datetime.combine(DUE_ON - days_before * DAY, datetime.min.time(), tzinfo=NEW_YORK) + MINUTE)
    assign(lena, due_on=DUE_ON)
    services.sweep()
    [first] = mailoutbox
    assert "Tue 9 March 2027" in first.body
    for day in range(1, 7):
        clock.shift(DAY)
        assert services.sweep().reminders == 0, day
    assert len(mailoutbox) == 1


def test_assigned_a_minute_before_its_day_there_is_one(
    clock: time_machine.Coordinates, lena: User, assign: Press
) -> None:
    clock.move_to(datetime(2027, 3, 3, 23, 59, tzinfo=NEW_YORK))
    assign(lena, due_on=DUE_ON)
    assert sweep_at(clock, REMINDED_AT).reminders == 1


def test_without_a_due_day_there_is_none(clock: time_machine.Coordinates, lena: User, assign: Press) -> None:
    assign(lena)
    assert open_assignment(lena).next_reminder_on is None


def test_moved_to_another_day_it_follows(clock: time_machine.Coordinates, assigned: User, move: Press) -> None:
    move(assigned, due_on=DUE_ON + 7 * DAY)
    assert sweep_at(clock, REMINDED_AT).reminders == 0
    assert sweep_at(clock, REMINDED_AT + 7 * DAY).reminders == 1


def test_moved_so_that_its_moment_has_passed_it_goes_out_at_the_next_sweep(
    clock: time_machine.Coordinates, assigned: User, move: Press, mailoutbox: list[EmailMessage]
) -> None:
    clock.move_to(datetime(2027, 2, 20, 15, tzinfo=NEW_YORK))
    move(assigned, due_on=date(2027, 2, 22))
    assert services.sweep().reminders == 1
    assert "Mon 22 February 2027" in mailoutbox[0].body


def test_moved_away_and_back_before_it_was_sent_it_goes_out_at_its_moment(
    clock: time_machine.Coordinates, assigned: User, move: Press, mailoutbox: list[EmailMessage]
) -> None:
    move(assigned, due_on=DUE_ON + 30 * DAY)
    move(assigned, due_on=DUE_ON)
    assert sweep_at(clock, REMINDED_AT - MINUTE).reminders == 0
    assert sweep_at(clock, REMINDED_AT).reminders == 1
    assert len(mailoutbox) == 1


def test_queued_but_not_sent_when_the_day_moves_away_and_back_it_is_sent_once(
    clock: time_machine.Coordinates, assigned: User, move: Press, mailoutbox: list[EmailMessage]
) -> None:
    clock.move_to(REMINDED_AT)
    services.queue_reminders(at=REMINDED_AT)
    move(assigned, due_on=DUE_ON + 30 * DAY)
    assert services.sweep().sent == 0
    move(assigned, due_on=DUE_ON)
    services.sweep()
    services.sweep()
    assert len(mailoutbox) == 1


def test_queued_for_a_day_that_is_no_longer_due_it_leaves_the_bell_at_once(
    clock: time_machine.Coordinates, assigned: User, move: Press
) -> None:
    clock.move_to(REMINDED_AT)
    services.queue_reminders(at=REMINDED_AT)
    bell = Notification.objects.visible_to(assigned).in_bell().filter(kind="reminder")
    assert bell.exists()
    move(assigned, due_on=DUE_ON + 30 * DAY)
    assert not bell.exists()


def test_sent_once_for_a_due_day_it_is_never_sent_for_that_day_again(
    clock: time_machine.Coordinates, assigned: User, move: Press, mailoutbox: list[EmailMessage]
) -> None:
    sweep_at(clock, REMINDED_AT)
    move(assigned, due_on=DUE_ON + 30 * DAY)
    move(assigned, due_on=DUE_ON)
    services.sweep()
    assert len(mailoutbox) == 1


def test_the_due_day_cleared_there_is_none(clock: time_machine.Coordinates, assigned: User, move: Press) -> None:
    move(assigned, due_on=None)
    assert sweep_at(clock, REMINDED_AT).reminders == 0


def test_completed_before_its_moment_there_is_none(
    clock: time_machine.Coordinates, assigned: User, message: Certification
) -> None:
    complete(assigned, message, at=ASSIGNED_AT)
    assert sweep_at(clock, REMINDED_AT).reminders == 0


def test_almost_completed_it_says_how_many_steps_are_left(
    clock: time_machine.Coordinates, assigned: User, message: Certification, mailoutbox: list[EmailMessage]
) -> None:
    complete(assigned, message, steps=5, at=ASSIGNED_AT)
    sweep_at(clock, REMINDED_AT)
    assert "1 of its 6 steps is left" in mailoutbox[0].body


def _complete(learner: User, message: Certification, unassign: Press, move: Press) -> None:
    complete(learner, message)


def _unassign(learner: User, message: Certification, unassign: Press, move: Press) -> None:
    unassign(learner)


def _deactivate(learner: User, message: Certification, unassign: Press, move: Press) -> None:
    people.deactivate(person=learner, by=None, at=REMINDED_AT)


def _move_away(learner: User, message: Certification, unassign: Press, move: Press) -> None:
    move(learner, due_on=DUE_ON + DAY)


def _lower_the_plan(learner: User, message: Certification, unassign: Press, move: Press) -> None:
    Company.objects.filter(pk=learner.company_id).update(plan=Company.Plan.TEAM)


@pytest.mark.parametrize("event", [_complete, _unassign, _deactivate, _move_away, _lower_the_plan])
def test_what_happens_between_queueing_and_sending_cancels_it_and_takes_it_from_the_bell(
    clock: time_machine.Coordinates,
    assigned: User,
    message: Certification,
    unassign: Press,
    move: Press,
    mailoutbox: list[EmailMessage],
    event: object,
) -> None:
    clock.move_to(REMINDED_AT)
    assert services.queue_reminders(at=REMINDED_AT) == 1
    event(assigned, message, unassign, move)  # type: ignore[operator]
    services.sweep()
    assert not [mail for mail in mailoutbox if "9 March" in mail.body]
    reminder = Notification.objects.get(dedupe_key__endswith=":2027-03-09:5")
    assert reminder.state == Notification.State.CANCELLED
    assert reminder not in Notification.objects.visible_to(assigned).in_bell()


def test_a_lowered_plan_stops_it_and_a_raised_one_catches_up(
    clock: time_machine.Coordinates, assigned: User, meridian: Company
) -> None:
    Company.objects.filter(pk=meridian.pk).update(plan=Company.Plan.PRO)
    assert sweep_at(clock, REMINDED_AT).reminders == 0
    Company.objects.filter(pk=meridian.pk).update(plan=Company.Plan.PLUS)
    assert sweep_at(clock, REMINDED_AT + DAY).reminders == 1


@pytest.mark.parametrize(("days", "told"), [(67, 1), (68, 0)])
def test_a_plan_raised_after_half_a_year_catches_up_what_is_not_too_long_ago(
    clock: time_machine.Coordinates, ada: User, lena: User, assign: Press, days: int, told: int
) -> None:
    """The longest time between an assignment's next occasion and the last one that it may still have."""
    choose(ada.company, Plan(learner=(90, -60)))
    due_on = ASSIGNED_AT.date() + timedelta(days=100)
    assign(lena, due_on=due_on)
    Company.objects.update(plan=Company.Plan.PRO)
    sweep_at(clock, datetime.combine(due_on + days * DAY, time(9), tzinfo=NEW_YORK))
    Company.objects.update(plan=Company.Plan.PLUS)
    assert sweep_at(clock, datetime.combine(due_on + days * DAY, time(10), tzinfo=NEW_YORK)).reminders == told


def test_a_sweep_does_not_read_what_has_been_too_long_ago_for_years(
    clock: time_machine.Coordinates, assigned: User
) -> None:
    Company.objects.update(plan=Company.Plan.PRO)
    clock.move_to(REMINDED_AT + 400 * DAY)
    with CaptureQueriesContext(connection) as captured:
        services.queue_reminders(at=REMINDED_AT + 400 * DAY)
    asked = [query["sql"] for query in captured if '"next_reminder_on" BETWEEN' in query["sql"]]
    assert asked
    assert all("2027-11-" in sql for sql in asked)


def test_a_time_zone_that_this_machine_does_not_know_holds_up_nobody_else(
    clock: time_machine.Coordinates, assigned: User, harbor: Company, caplog: pytest.LogCaptureFixture
) -> None:
    Company.objects.filter(pk=harbor.pk).update(time_zone="Antarctica/Newest")
    assert sweep_at(clock, REMINDED_AT).reminders == 1
    assert "Antarctica/Newest" in caplog.text


def test_out_of_scope_it_waits_and_back_in_scope_it_catches_up(
    clock: time_machine.Coordinates, assigned: User, meridian: Company, message: Certification
) -> None:
    training.take_out_of_scope(company=meridian, certification=message)
    assert sweep_at(clock, REMINDED_AT).reminders == 0
    training.put_in_scope(company=meridian, certification=message)
    assert sweep_at(clock, REMINDED_AT + DAY).reminders == 1


def test_a_system_that_was_down_catches_up_once(
    clock: time_machine.Coordinates, assigned: User, mailoutbox: list[EmailMessage]
) -> None:
    sweep_at(clock, datetime(2027, 3, 8, 19, tzinfo=NEW_YORK))
    sweep_at(clock, datetime(2027, 3, 8, 20, tzinfo=NEW_YORK))
    assert len(mailoutbox) == 1
    assert "tomorrow" in mailoutbox[0].body


@pytest.mark.parametrize(("minutes", "sent"), [(-1, 1), (0, 0)])
def test_it_is_caught_up_until_the_due_day_ends(
    clock: time_machine.Coordinates, assigned: User, mailoutbox: list[EmailMessage], minutes: int, sent: int
) -> None:
    midnight = datetime(2027, 3, 10, tzinfo=NEW_YORK)
    assert sweep_at(clock, midnight + minutes * MINUTE).reminders == sent
    assert len(mailoutbox) == sent


def test_a_company_that_moves_to_another_zone_is_reminded_by_its_new_clock(
    clock: time_machine.Coordinates, assigned: User, meridian: Company
) -> None:
    Company.objects.filter(pk=meridian.pk).update(time_zone="Pacific/Auckland")
    moment = datetime(2027, 3, 4, 8, tzinfo=ZoneInfo("Pacific/Auckland"))
    assert sweep_at(clock, moment - MINUTE).reminders == 0
    assert sweep_at(clock, moment).reminders == 1


@pytest.mark.parametrize(
    ("zone", "due_on", "moment"),
    [
        # The clocks go forward in New York on the reminder's own morning: 08:00 is an hour earlier than the day before.
        ("America/New_York", date(2027, 3, 19), datetime(2027, 3, 14, 12, tzinfo=UTC)),
        ("Pacific/Auckland", date(2027, 4, 9), datetime(2027, 4, 3, 20, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2027, 3, 9), datetime(2027, 3, 3, 18, tzinfo=UTC)),
        ("Pacific/Pago_Pago", date(2027, 3, 9), datetime(2027, 3, 4, 19, tzinfo=UTC)),
        ("Asia/Kathmandu", date(2028, 3, 5), datetime(2028, 2, 29, 2, 15, tzinfo=UTC)),
    ],
)
def test_its_moment_is_eight_on_the_local_day(
    clock: time_machine.Coordinates,
    meridian: Company,
    lena: User,
    assign: Press,
    zone: str,
    due_on: date,
    moment: datetime,
) -> None:
    Company.objects.filter(pk=meridian.pk).update(time_zone=zone)
    meridian.refresh_from_db()
    assign(lena, due_on=due_on)
    assert sweep_at(clock, moment - MINUTE).reminders == 0
    assert sweep_at(clock, moment).reminders == 1


def test_a_due_day_at_the_end_of_time_is_a_day_like_any_other(
    clock: time_machine.Coordinates, lena: User, assign: Press, mailoutbox: list[EmailMessage]
) -> None:
    assign(lena, due_on=date.max)
    services.sweep()
    assert "Fri 31 December 9999" in mailoutbox[0].body


def test_the_number_of_queries_does_not_grow_with_the_reminders(
    clock: time_machine.Coordinates,
    meridian: Company,
    message: Certification,
    assign: Press,
) -> None:
    counts = []
    for month, number in ((3, 2), (4, 20)):
        learners = [eligible_person(message, meridian, first_name=f"R{month}{n}") for n in range(number)]
        assign(*learners, due_on=date(2027, month, 28))
        counts.append(_queries_of_queueing(datetime(2027, month, 23, 8, tzinfo=NEW_YORK)))
    assert counts[0] == counts[1]


def _queries_of_queueing(at: datetime) -> int:

    with CaptureQueriesContext(
        connection,
    ) as queries:
        services.queue_reminders(at=at)
    return len(queries)
