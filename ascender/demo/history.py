"""What has happened at a company before today: trainings, assignments, progress, and what became of them.

Days count from the day of the fill: `ago` backwards, `due_in` forwards (below zero: overdue).
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from accounts import services as accounts
from accounts.models import Company, User
from assignments import services as assigning
from assignments.models import Assignment
from assignments.notices.keys import ABOUT_A_DUE_DAY
from certifications import services as training
from certifications.errors import StepNotOpen
from certifications.models import Certification, Step, TrainingSession
from notifications import services as post_office
from notifications.post import NotSent, Refused

from .diary import Diary
from .staff import Staff

ENROLLS_AFTER = timedelta(days=6)
UNKNOWN_ADDRESS = Refused("The mail server refused the address: 550 5.1.1 No such mailbox here.")


def known_op_id(name: str) -> uuid.UUID:
    """The same in every demo, so that the address of a press can be known before."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"demo:{name}")


@dataclass(frozen=True, kw_only=True)
class Wave:
    """One press of Assign. Of its learners, so many in a hundred have completed or begun by now."""

    ago: int
    by: str
    size: int
    due_in: int | None = None
    name: str = ""
    completed: int = 35
    begun: int = 35
    skipped: int = 0


@dataclass(frozen=True, kw_only=True)
class Round:
    """One training, those who went there, how many of them enrolled afterwards, and the waves among these."""

    ago: int
    attended: int
    enrolled: int
    waves: Sequence[Wave] = field(default_factory=list)


class Chronicle:
    """Writes one company's past of one certification into the diary."""

    def __init__(
        self, diary: Diary, *, company: Company, certification: Certification, session_title: str, rng: random.Random
    ) -> None:
        self.diary = diary
        self.company = company
        self.certification = certification
        self.session_title = session_title
        self.rng = rng
        self.steps = list(certification.steps.order_by("position"))

    def training(self, ago: int, *, went: Sequence[User], enrolled: Sequence[User]) -> None:
        """A training, and a week later the enrolments of some of those who were there."""
        end = self.diary.workday(self.company, days_ago=ago, at=time(16, 30))
        session = TrainingSession(program=self.certification.program, title=self.session_title, held_on=end.date())
        training.save_entry(entry=session)
        for person in went:
            self.diary.note(end, partial(self._attend, person, session))
        for number, person in enumerate(enrolled):
            self.diary.note(end + ENROLLS_AFTER + timedelta(minutes=number), partial(self._enroll, person))

    def assign(self, wave: Wave, *, by: User, learners: Sequence[User]) -> None:
        at = self.diary.workday(self.company, days_ago=wave.ago, at=time(10, self.rng.randrange(60)))
        self.diary.tell(at, partial(self._assign, wave, by, learners))

    def assign_by_mistake(self, wave: Wave, *, by: User, learners: Sequence[User]) -> None:
        """The mail server is away for a few minutes: unassigned by then, nobody gets an email."""
        at = self.diary.workday(self.company, days_ago=wave.ago, at=time(15, 10))
        self.diary.note(at, partial(self._assign, wave, by, learners))
        self.diary.note(at + timedelta(minutes=4), partial(self._unassign, by, learners))

    def progress(self, person: User, *, since: int, steps: int) -> None:
        """The first steps of the certification, on days between then and yesterday."""
        days = sorted((self.rng.randint(1, since - 1) for _ in range(steps)), reverse=True)
        for step, ago in zip(self.steps, days, strict=False):
            at = self.diary.moment(self.company, days_ago=ago, at=time(self.rng.randint(9, 17), self.rng.randrange(60)))
            self.diary.note(at, partial(self._complete, person, step))

    def unassign(self, ago: int, *, by: User, learners: Sequence[User]) -> None:
        at = self.diary.workday(self.company, days_ago=ago, at=time(14, 20))
        self.diary.note(at, partial(self._unassign, by, learners))

    def change_due_date(
        self, ago: int, *, by: User, learners: Sequence[User], due_in: int | None, reason: str = ""
    ) -> None:
        at = self.diary.workday(self.company, days_ago=ago, at=time(11, 5))
        self.diary.note(at, partial(self._change_due_date, by, learners, due_in, reason))

    def remind_now(self, at: datetime, *, by: User, learners: Sequence[User], name: str) -> None:
        self.diary.tell(at, partial(self._remind_now, by, learners, known_op_id(name)))

    def send_again(self, ago: int, *, by: User, learners: Sequence[User], name: str) -> None:
        at = self.diary.workday(self.company, days_ago=ago, at=time(9, 30))
        self.diary.tell(at, partial(self._send_again, by, learners, known_op_id(name)))

    def mistype(self, people: Sequence[User]) -> None:
        """Their address lacks a letter, as long as nobody mends it."""
        for person in people:
            name, _, domain = person.email.partition("@")
            accounts.change_email(person=person, email=f"{name[:-1]}@{domain}")
            self.diary.answers[person.email] = UNKNOWN_ADDRESS

    def mend_address(self, ago: int, *, person: User, email: str) -> None:
        at = self.diary.workday(self.company, days_ago=ago, at=time(9, 10))
        self.diary.note(at, lambda _: accounts.change_email(person=person, email=email))

    def answer(self, at: datetime, person: User, answer: NotSent) -> None:
        """From then on the mail server says that of the person's address."""
        self.diary.note(at, lambda _: self.diary.answers.update({person.email: answer}))

    def switch_reminders_off(self, ago: int, *, people: Sequence[User]) -> None:
        """From then on they want no emails of a due day."""
        at = self.diary.workday(self.company, days_ago=ago, at=time(12, 15))
        for person in people:
            self.diary.note(at, partial(self._switch_reminders_off, person))

    def withdraw(self, ago: int, *, by: User, learners: Sequence[User]) -> None:
        at = self.diary.workday(self.company, days_ago=ago, at=time(9, 40))
        for person in learners:
            self.diary.note(at, partial(self._withdraw, person, by))

    def deactivate(self, ago: int, *, by: User, people: Sequence[User]) -> None:
        """One person a day, the last one so many days ago."""
        for number, person in enumerate(people):
            at = self.diary.workday(self.company, days_ago=ago + number, at=time(17, 10))
            self.diary.note(at, partial(self._deactivate, person, by))

    def _attend(self, person: User, session: TrainingSession, at: datetime) -> None:
        training.record_attendances(people=[person], session=session)

    def _enroll(self, person: User, at: datetime) -> None:
        training.enroll(person=person, program=self.certification.program, at=at)

    def _complete(self, person: User, step: Step, at: datetime) -> None:
        if person.status == User.Status.ACTIVE:
            with suppress(StepNotOpen):  # withdrawn before the first step
                training.complete_step(person=person, step=step, at=at)

    def _assign(self, wave: Wave, by: User, learners: Sequence[User], at: datetime) -> None:
        assigning.assign(
            by=by,
            certification=self.certification,
            learner_ids=[person.pk for person in learners],
            name=wave.name or self.certification.title,
            due_on=self._day(wave.due_in),
            op_id=self._op_id(),
            at=at,
        )

    def _unassign(self, by: User, learners: Sequence[User], at: datetime) -> None:
        assigning.unassign(
            by=by,
            certification=self.certification,
            assignment_ids=list(self._open(learners)),
            op_id=self._op_id(),
            at=at,
        )

    def _change_due_date(
        self, by: User, learners: Sequence[User], due_in: int | None, reason: str, at: datetime
    ) -> None:
        assigning.change_due_date(
            by=by,
            certification=self.certification,
            seen=self._open(learners),
            new=assigning.NewDueDate(self._day(due_in)),
            reason=reason,
            op_id=self._op_id(),
            at=at,
        )

    def _remind_now(self, by: User, learners: Sequence[User], op_id: uuid.UUID, at: datetime) -> None:
        assigning.remind_now(
            by=by,
            certification=self.certification,
            assignment_ids=list(self._open(learners)),
            op_id=op_id,
            at=at,
        )

    def _send_again(self, by: User, learners: Sequence[User], op_id: uuid.UUID, at: datetime) -> None:
        assigning.send_again(
            by=by,
            certification=self.certification,
            assignment_ids=list(self._open(learners)),
            op_id=op_id,
            at=at,
        )

    def _switch_reminders_off(self, person: User, at: datetime) -> None:
        post_office.switch_emails(person=person, off=ABOUT_A_DUE_DAY, at=at)

    def _withdraw(self, person: User, by: User, at: datetime) -> None:
        training.withdraw(person=person, program=self.certification.program, by=by, at=at)

    def _deactivate(self, person: User, by: User, at: datetime) -> None:
        accounts.deactivate(person=person, by=by, at=at)

    def _open(self, learners: Sequence[User]) -> dict[int, int]:
        """The open assignments of these people, with the version each has on the admin's screen."""
        mine = Assignment.objects.open().filter(certification=self.certification, learner__in=[p.pk for p in learners])
        return dict(mine.values_list("pk", "version"))

    def _day(self, due_in: int | None) -> date | None:
        return None if due_in is None else self.company.day_at(self.diary.now) + timedelta(days=due_in)

    def _op_id(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)


def play_rounds(
    chronicle: Chronicle, rounds: Sequence[Round], *, learners: Iterator[User], staff: Staff
) -> dict[int, list[User]]:
    """Write the rounds into the diary, each with people who were in none before. Returns who was in which
    wave, by how many days ago it was.
    """
    members: dict[int, list[User]] = {}
    for turn in rounds:
        went = [next(learners) for _ in range(turn.attended)]
        enrolled, rest = went[: turn.enrolled], went[turn.enrolled :]
        chronicle.training(turn.ago, went=went, enrolled=enrolled)
        free = iter(enrolled)
        for wave in turn.waves:
            members[wave.ago] = [next(free) for _ in range(wave.size)]
            chronicle.assign(wave, by=staff[wave.by], learners=[*members[wave.ago], *rest[: wave.skipped]])
            _progress_of(chronicle, wave, members[wave.ago])
        _progress_of_unassigned(chronicle, turn, list(free))
    return members


def _progress_of(chronicle: Chronicle, wave: Wave, learners: Sequence[User]) -> None:
    steps = len(chronicle.steps)
    for person in learners:
        luck = chronicle.rng.randrange(100)
        if luck < wave.completed:
            chronicle.progress(person, since=wave.ago, steps=steps)
        elif luck < wave.completed + wave.begun:
            chronicle.progress(person, since=wave.ago, steps=chronicle.rng.randrange(1, steps))


def _progress_of_unassigned(chronicle: Chronicle, turn: Round, learners: Sequence[User]) -> None:
    """Some begin, or even complete, before anybody assigns it to them."""
    for person in learners[::9]:
        chronicle.progress(
            person, since=turn.ago - ENROLLS_AFTER.days - 1, steps=chronicle.rng.randint(1, len(chronicle.steps))
        )
