"""Where histories of reminders play: two companies on real rows, the time, the system, and what must be true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

import time_machine
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection, transaction

from accounts import services as people
from accounts.models import Company, User
from assignments import services
from certifications.models import Certification
from notifications import services as post_office
from notifications.letters import message_id
from notifications.models import Notification

from .reminder_model import Firm, Model, Person

T = TypeVar("T")
#: Settled messages are kept for longer than that.
LONGEST = timedelta(days=300)


def one_of(those: Sequence[T], number: int) -> T:
    return those[number % len(those)]


class Stage:
    """Of what happens within it nothing stays in the database."""

    def __init__(self, clock: time_machine.Coordinates, cast: SimpleNamespace, start: datetime) -> None:
        self.clock, self.cast = clock, cast
        self.model, self.sent, self.expected = Model(), list[str](), list[str]()
        self.start = self.now = start.replace(microsecond=0, tzinfo=UTC)
        self.clock.move_to(self.now)

    def __enter__(self) -> Self:
        self.savepoint = transaction.savepoint()
        mail.outbox = []
        return self

    def __exit__(self, *error: object) -> None:
        connection.needs_rollback = False  # set by a step that broke in the middle of a press
        transaction.savepoint_rollback(self.savepoint)

    def begin(self, here: str, there: str) -> None:
        cast = self.cast
        meridian = Firm(cast.meridian.pk, here, {cast.message.pk, cast.sale.pk})
        harbor = Firm(cast.harbor.pk, there, {cast.message.pk})
        self.admins = {meridian.pk: cast.ada.pk, harbor.pk: cast.sam.pk}
        self.rosa, sam = Person(cast.rosa.pk, meridian), Person(cast.sam.pk, harbor)
        lena, noah = (Person(one.pk, meridian, self.rosa, enrolled={*meridian.scope}) for one in (cast.lena, cast.noah))
        hana = Person(cast.hana.pk, harbor, sam, enrolled={cast.message.pk})
        self.firms, learners = [meridian, harbor], [lena, noah, hana]
        self.model.pairs += [(each, certification) for each in learners for certification in sorted(each.enrolled)]
        self.names = [self.user(one).full_name for one in learners]
        for firm in self.firms:
            self.save(firm, time_zone=firm.zone)

    # Time, and what the system does in it

    def time_passes(self, spell: timedelta) -> None:
        self.go_to(self.now + spell)

    def a_moment_comes(self, which: int, seconds: int) -> None:
        moments = sorted(set(self.model.moments(self.now)))
        if moments:
            self.go_to(one_of(moments[:3], which) + timedelta(seconds=seconds))

    def midnight_comes(self, which: int, days: int, seconds: int) -> None:
        firm = one_of(self.firms, which)
        midnight = datetime.combine(firm.today(self.now) + timedelta(days), time.min, tzinfo=ZoneInfo(firm.zone))
        self.go_to(midnight.astimezone(UTC) + timedelta(seconds=seconds))

    def go_to(self, at: datetime) -> None:
        """Never back, and not so far that what was sent is forgotten."""
        self.now = max(self.now, min(at.astimezone(UTC), self.start + LONGEST))
        self.clock.move_to(self.now)

    def sweep(self, beats: int) -> None:
        for _ in range(beats):
            services.sweep()
            self.model.queue(self.now)
            self.expected += self.model.deliver(self.now)

    def queue_only(self) -> None:
        """As a sweep does that is killed before it delivers, so that a moment before delivery has its events."""
        services.queue_reminders(at=self.now)
        self.model.queue(self.now)

    def deliver_only(self) -> None:
        post_office.deliver_due(at=self.now)
        self.expected += self.model.deliver(self.now)

    # What must be true after each of these

    def check_that_exactly_the_true_ones_went_out(self) -> None:
        letters, mail.outbox = mail.outbox, []
        names = Notification.objects.values_list("dedupe_key", flat=True) if letters else []
        named = {message_id(name): name for name in names}
        for letter in letters:
            name = named[letter.extra_headers["Message-ID"]]
            self.sent.append(name)
            self.check(name, letter)
        assert Counter(self.sent) == Counter(self.expected)

    def check_that_the_bells_tell_just_these(self) -> None:
        bells = Notification.objects.in_bell().values_list("recipient", "dedupe_key")
        assert set(bells) == self.model.bell()

    def check(self, name: str, letter: EmailMessage) -> None:
        """That it is to the right person, of the right day; right after it went out."""
        message = self.model.messages[name]
        assert letter.to == [User.objects.get(pk=message.to.pk).email]
        if message.due_on:
            assert letter.subject.endswith(f" {message.due_on:%a %-d %B %Y}")
        if message.kind == "team_overdue":
            late = Counter(self.user(task.person).full_name for task in self.model.late_of(message))
            named = Counter(line.partition(":")[0] for line in letter.body.splitlines())
            assert {name: named[name] for name in self.names} == {name: late[name] for name in self.names}

    # Days and rows

    def day(self, firm: Firm, ahead: int | None) -> date | None:
        """So many days ahead of today there, at the end of the calendar at the latest."""
        today = firm.today(self.now).toordinal()
        return None if ahead is None else date.fromordinal(min(today + ahead, date.max.toordinal()))

    def admin(self, firm: Firm) -> User:
        return User.objects.get(pk=self.admins[firm.pk])

    def user(self, person: Person) -> User:
        return User.objects.get(pk=person.pk)

    def row(self, certification: int) -> Certification:
        return Certification.objects.get(pk=certification)

    def save(self, firm: Firm, **changes: str) -> None:
        company = Company.objects.get(pk=firm.pk)
        for name, value in changes.items():
            setattr(company, name, value)
        people.save_company(company=company)
