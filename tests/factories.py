"""Rows for tests, made by the services that make them for people: what a test starts from can really be.

People alone are written as `create_person` writes them without its questions to the database: with five of them to a
test those took a sixth of the suite's time. What must not be the database refuses all the same.

Moments default to the past, well before any day a test freezes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import factory
from allauth.account.models import EmailAddress

from accounts import services as people
from accounts.models import Company, User
from certifications import services as training
from certifications.models import (
    Attendance,
    Certification,
    CertificationEnrollment,
    FastStartEnrollment,
    FastStartProgram,
    Step,
    TrainingSession,
)

PASSWORD = "ascender-demo"
TRAINED_ON = date(2026, 1, 12)
ENROLLED_AT = datetime(2026, 1, 19, 9, 0, tzinfo=UTC)
BEGUN_AT = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)


class CompanyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Company

    name = factory.Sequence(lambda n: f"Company {n}")
    plan = Company.Plan.PLUS
    time_zone = "America/New_York"
    seats = 50


class PersonFactory(factory.django.DjangoModelFactory):
    """An Active person who can log in with PASSWORD; `password=None` for one who never could."""

    class Meta:
        model = User

    company = factory.SubFactory(CompanyFactory)
    first_name = factory.Sequence(lambda n: f"Robin {n}")
    last_name = "Moss"
    email = factory.LazyAttribute(lambda person: f"{person.first_name.replace(' ', '.').lower()}@people.example")
    status = User.Status.ACTIVE
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, password: str | None, **fields: Any) -> User:
        person = User(**fields)
        person.set_password(password)
        person.save()
        EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
        return person


class OperatorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    first_name = "Olive"
    last_name = "Park"
    email = factory.Sequence(lambda n: f"operator{n}@ascender.example")
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        return people.create_operator(**fields)


class FastStartProgramFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FastStartProgram

    title = factory.Sequence(lambda n: f"Program {n}")
    slug = factory.Sequence(lambda n: f"program-{n}")


class TrainingSessionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TrainingSession

    program = factory.SubFactory(FastStartProgramFactory)
    title = factory.Sequence(lambda n: f"Training {n}")
    held_on = TRAINED_ON


class AttendanceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Attendance

    user = factory.SubFactory(PersonFactory)
    session = factory.SubFactory(TrainingSessionFactory)


class StepFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Step

    title = factory.LazyAttribute(lambda step: f"Step {step.position}")
    position = factory.Sequence(lambda n: n + 1)


class CertificationFactory(factory.django.DjangoModelFactory):
    """`CertificationFactory(steps=6, companies=[meridian])`: two steps and no company unless told."""

    class Meta:
        model = Certification
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Certification {n}")
    slug = factory.Sequence(lambda n: f"certification-{n}")
    program = factory.SubFactory(FastStartProgramFactory)

    @factory.post_generation
    def steps(self: Any, create: bool, extracted: int | None, **_: Any) -> None:
        for position in range(1, (2 if extracted is None else extracted) + 1):
            StepFactory(certification=self, position=position)

    @factory.post_generation
    def companies(self: Any, create: bool, extracted: list[Company] | None, **_: Any) -> None:
        for company in extracted or []:
            training.put_in_scope(company=company, certification=self)


def attend(person: User, program: FastStartProgram) -> TrainingSession:
    """The person attended the program's training; all of a program's people attended the same one."""
    session = TrainingSession.objects.filter(program=program).first() or TrainingSessionFactory(program=program)
    training.record_attendances(people=[person], session=session)
    return session


def enroll(person: User, program: FastStartProgram, at: datetime = ENROLLED_AT) -> FastStartEnrollment:
    """The person attended the training and is enrolled in the Fast Start Program."""
    attend(person, program)
    return training.enroll(person=person, program=program, at=at)


def eligible_person(certification: Certification, company: Company, **fields: Any) -> User:
    """An Active person, enrolled in what the certification asks for."""
    person: User = PersonFactory(company=company, **fields)
    enroll(person, certification.program)
    return person


def complete(
    person: User, certification: Certification, steps: int | None = None, at: datetime = BEGUN_AT
) -> CertificationEnrollment:
    """The person has done the first `steps` steps, all of them unless told; their enrolment."""
    for step in certification.steps.order_by("position")[:steps]:
        enrollment = training.complete_step(person=person, step=step, at=at)
    return enrollment
