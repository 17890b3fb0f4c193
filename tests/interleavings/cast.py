"""Who takes part: one company with its admins for a whole run, and people of its own for every round."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.test import Client

from accounts.models import Company, User
from assignments.models import Assignment, ReminderRule
from certifications.models import (
    Attendance,
    Certification,
    CertificationEnrollment,
    CompanyCertification,
    FastStartEnrollment,
    FastStartProgram,
    Step,
    StepCompletion,
    TrainingSession,
)

from .plan import ADMINS, Round
from .words import DEFAULT_PLAN, STEPS, Key, Person

#: So early in the company's morning a run begins: reminders of the day have passed, and midnight is far away.
MORNING = 9
LONG_AGO = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
_LABELS = uuid.UUID("5b2c9d0e-7a53-4c55-9f6e-0a64c1f4c7d1")

# The last round's people and all that happened to them.
_FORGET = """
DELETE FROM notifications_notification;
DELETE FROM assignments_uploadrow;
DELETE FROM assignments_upload;
DELETE FROM assignments_assignmentchange;
DELETE FROM assignments_assignment;
UPDATE assignments_operation SET takes_back_id = NULL, kind = 'unassign' WHERE takes_back_id IS NOT NULL;
DELETE FROM assignments_operation;
DELETE FROM assignments_reminderrule;
DELETE FROM certifications_stepcompletion;
DELETE FROM certifications_certificationenrollment;
DELETE FROM certifications_faststartenrollment;
DELETE FROM certifications_attendance;
DELETE FROM accounts_user WHERE NOT can_manage_assignments;
"""


def zone_where_it_is_morning(at: datetime) -> str:
    """A zone in which it is between nine and ten. Such zones are named the wrong way round."""
    ahead = MORNING - at.astimezone(UTC).hour
    ahead = ahead + 24 if ahead < -12 else ahead
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


class House:
    """What stays: the company, its admins with their browsers, the certification."""

    def __init__(self, name: str) -> None:
        zone = zone_where_it_is_morning(datetime.now(UTC))
        self.company = Company.objects.create(name=name, plan=Company.Plan.PLUS, time_zone=zone, seats=50)
        self.program = FastStartProgram.objects.create(title="Field Week", slug="field-week")
        self.session = TrainingSession.objects.create(program=self.program, title="Spring", held_on=LONG_AGO.date())
        self.certification = Certification.objects.create(title="Message", slug="message", program=self.program)
        self.steps = {
            number: Step.objects.create(certification=self.certification, position=number, title=f"Step {number}")
            for number in STEPS
        }
        CompanyCertification.objects.create(company=self.company, certification=self.certification)
        self.admins = [self._admin(number) for number in range(ADMINS)]
        self.browsers = [_browser_of(admin) for admin in self.admins]

    def _admin(self, number: int) -> User:
        return User.objects.create(
            company=self.company,
            email=f"admin{number}@house.example",
            first_name="Admin",
            last_name=f"No{number}",
            status=User.Status.ACTIVE,
            can_manage_assignments=True,
        )

    @property
    def today(self) -> date:
        return self.company.day_at(datetime.now(UTC))

    def day(self, days: int | None) -> date | None:
        return None if days is None else self.today + timedelta(days=days)

    def days(self, day: date | None) -> int | None:
        return None if day is None else (day - self.today).days


def _browser_of(admin: User) -> Client:
    """Answers as a server does: an exception is a 500 or a 503, not an exception."""
    browser = Client(raise_request_exception=False)
    browser.force_login(admin)
    return browser


class Cast:
    """The people of one round, by their numbers, and what their assignments are called."""

    def __init__(self, house: House, round_: Round) -> None:
        self.house, self._seed = house, round_.seed
        with connection.cursor() as cursor:
            cursor.execute(_FORGET)
        self.people = self._people(round_.people)
        self.numbers = {person.pk: number for number, person in enumerate(self.people)}
        self._prepare(round_.people)
        if round_.plan != DEFAULT_PLAN:
            ReminderRule.objects.bulk_create(
                ReminderRule(company=house.company, audience="learner", days_before=days) for days in round_.plan
            )
        self.pks: dict[Key, int] = {}

    def op_id(self, label: str) -> uuid.UUID:
        return uuid.uuid5(_LABELS, f"{self._seed} {label}")

    def learn_names(self, labels: Sequence[str]) -> None:
        """Find out which assignment is which, after what these presses opened."""
        of = {self.op_id(label): label for label in labels}
        opened = Assignment.objects.filter(opened_in__op_id__in=of)
        for pk, learner, op_id in opened.values_list("pk", "learner", "opened_in__op_id"):
            self.pks[self.numbers[learner], of[op_id]] = pk

    def _people(self, people: Sequence[Person]) -> list[User]:
        return User.objects.bulk_create(
            User(
                company=self.house.company,
                email=f"person{number}@house.example",
                first_name="Person",
                last_name=f"No{number}",
                status=person.status,
                last_login=LONG_AGO if person.has_logged_in else None,
            )
            for number, person in enumerate(people)
        )

    def _prepare(self, people: Sequence[Person]) -> None:
        users = list(zip(self.people, people, strict=True))
        Attendance.objects.bulk_create(
            Attendance(session=self.house.session, user=user) for user, person in users if person.has_attended
        )
        FastStartEnrollment.objects.bulk_create(
            FastStartEnrollment(
                user=user,
                program=self.house.program,
                enrolled_at=LONG_AGO,
                withdrawn_at=LONG_AGO if person.was_withdrawn else None,
            )
            for user, person in users
            if person.is_enrolled or person.was_withdrawn
        )
        begun = CertificationEnrollment.objects.bulk_create(
            CertificationEnrollment(
                user=user,
                certification=self.house.certification,
                started_at=LONG_AGO,
                status="completed" if person.has_completed else "in_progress",
                completed_at=LONG_AGO if person.has_completed else None,
            )
            for user, person in users
            if person.steps
        )
        StepCompletion.objects.bulk_create(
            StepCompletion(enrollment=enrollment, step=self.house.steps[step], completed_at=LONG_AGO)
            for enrollment in begun
            for step in people[self.numbers[enrollment.user_id]].steps
        )
