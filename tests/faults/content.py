"""The companies of a campaign, filled in at once: `python -m tests.faults.content CERTIFICATIONS LEARNERS [COMPANIES]`.

Each phase of a campaign has a certification of its own, so that every message tells which phase it belongs to.
Prints, as JSON, what the people at work have to know.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from typing import Any

#: Name, time zone: far apart, on both sides of the day.
COMPANIES = [
    ("Aotea Freight", "Pacific/Auckland"),
    ("Banyan Textiles", "Asia/Kolkata"),
    ("Cobalt Optics", "Europe/Berlin"),
    ("Dune Analytics", "America/New_York"),
    ("Ember Kitchens", "Pacific/Honolulu"),
]
PASSWORD = "a quiet evening"
#: So many learners of each company log in themselves.
LOGGING_IN = 4
TRAINED_ON = date(2026, 1, 12)
ENROLLED_AT = datetime(2026, 1, 19, 9, 0, tzinfo=UTC)


def fill(certifications: int, learners: int, companies: int = len(COMPANIES)) -> dict[str, Any]:
    catalogue = _catalogue(certifications)
    return {
        "certifications": [{"slug": each.slug, "step": each.steps.get().pk} for each in catalogue],
        "companies": [_company(name, zone, catalogue, learners) for name, zone in COMPANIES[:companies]],
    }


def _catalogue(certifications: int) -> list[Any]:
    from certifications.models import Certification, FastStartProgram, Step, TrainingSession

    program = FastStartProgram.objects.create(title="Field Week", slug="field-week")
    TrainingSession.objects.create(program=program, title="Field Week, spring", held_on=TRAINED_ON)
    made = Certification.objects.bulk_create(
        Certification(title=f"Certification {number:03}", slug=phase_slug(number), program=program)
        for number in range(certifications)
    )
    Step.objects.bulk_create(Step(certification=each, position=1, title="The one step") for each in made)
    return made


def phase_slug(number: int) -> str:
    return f"phase-{number:03}"


def _company(name: str, zone: str, catalogue: list[Any], learners: int) -> dict[str, Any]:
    from accounts.models import Company
    from certifications.models import CompanyCertification

    company = Company.objects.create(name=name, plan=Company.Plan.PLUS, time_zone=zone, seats=learners + 1)
    CompanyCertification.objects.bulk_create(
        CompanyCertification(company=company, certification=each) for each in catalogue
    )
    admin, *people = _people(company, learners)
    _make_eligible(people, catalogue[0].program)
    return {
        "zone": zone,
        "admin": admin.email,
        "learners": [person.pk for person in people],
        "emails": [person.email for person in people],
    }


def _people(company: Any, learners: int) -> list[Any]:
    """An admin, then the learners; every eighth of these manages the seven after them."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth.hashers import make_password

    from accounts.models import User

    secret, domain = make_password(PASSWORD), f"{company.name.split()[0].lower()}.example"
    people = User.objects.bulk_create(
        User(
            company=company,
            email=f"{'admin' if number == 0 else f'learner{number:04}'}@{domain}",
            first_name="Robin",
            last_name=f"Moss {number:04}",
            password=secret,
            status=User.Status.ACTIVE,
            can_manage_assignments=number == 0,
        )
        for number in range(learners + 1)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=each, email=each.email, primary=True, verified=True) for each in people
    )
    for number, person in enumerate(people[1:]):
        person.reports_to = people[1 + number - number % 8] if number % 8 else None
    User.objects.bulk_update(people[1:], ["reports_to"])
    return people


def _make_eligible(people: list[Any], program: Any) -> None:
    from certifications.models import Attendance, FastStartEnrollment

    session = program.training_sessions.get()
    Attendance.objects.bulk_create(Attendance(session=session, user=each) for each in people)
    FastStartEnrollment.objects.bulk_create(
        FastStartEnrollment(user=each, program=program, enrolled_at=ENROLLED_AT) for each in people
    )


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(fill(*map(int, sys.argv[1:]))))
