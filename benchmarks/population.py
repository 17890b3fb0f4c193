"""The companies of a run, filled in by a few statements: nothing of the product's own code is used."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

TODAY = datetime.now(UTC).date()
MADE_AT = datetime.now(UTC) - timedelta(days=40)
DAY = date(2026, 1, 12)
STEPS = 5
#: More people than a tab has to hold: some are Waiting, Inactive, or in another of the groups.
SURPLUS = 1.1
#: All that grows with the people.
TABLES = (
    *("accounts_user", "certifications_attendance", "certifications_faststartenrollment"),
    *("certifications_certificationenrollment", "certifications_stepcompletion", "assignments_operation"),
    *("assignments_assignment", "assignments_assignmentchange", "notifications_notification"),
    *("certifications_certification", "certifications_companycertification", "certifications_step"),
)


@dataclass(frozen=True)
class Certificate:
    """One certification of every company, and of a hundred people how many of what."""

    slug: str
    trained: int
    enrolled: int
    assigned: int
    begun: int


ELIGIBLE = Certificate("mostly-eligible", trained=99, enrolled=98, assigned=2, begun=2)
ASSIGNED = Certificate("mostly-assigned", trained=99, enrolled=98, assigned=97, begun=40)
NOT_ELIGIBLE = Certificate("mostly-not-eligible", trained=50, enrolled=3, assigned=1, begun=1)
BEGUN = Certificate("mostly-begun", trained=99, enrolled=98, assigned=30, begun=60)
CERTIFICATES = [ELIGIBLE, ASSIGNED, NOT_ELIGIBLE, BEGUN]


@dataclass(frozen=True)
class Populated:
    """A company that is there: its admin, and how many people it has at least in the tab that is mostly its own."""

    name: str
    pk: int
    people: int
    admin: str
    manager: str


def fill(sizes: dict[str, int]) -> dict[str, Populated]:
    """Companies of these sizes, with their pasts; ANALYZEd."""
    _catalogue()
    found = {name: _company(name, size) for name, size in sizes.items()}
    vacuum()
    return found


def vacuum() -> None:
    """As autovacuum leaves the tables behind, without waiting for it."""
    run(f"VACUUM (ANALYZE) {', '.join(TABLES)}")


def run(statement: str, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return int(cursor.rowcount)


def ask(statement: str, **values: Any) -> Any:
    """The first cell."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchone()[0]


def press(company: int, name: str) -> None:
    """The operation in which the assignments of the past were made: the last one."""
    from assignments.models import Operation

    Operation.objects.create(company_id=company, kind="assign", op_id=uuid.uuid4(), made_at=MADE_AT, name=name)


def _catalogue() -> None:
    from certifications.models import Certification, FastStartProgram, Step, TrainingSession

    for each in CERTIFICATES:
        title = each.slug.replace("-", " ").capitalize()
        program = FastStartProgram.objects.create(title=title, slug=each.slug)
        TrainingSession.objects.create(program=program, title=f"{title}, spring", held_on=DAY)
        certification = Certification.objects.create(title=title, slug=each.slug, program=program)
        Step.objects.bulk_create(
            Step(certification=certification, position=number, title=f"Step {number}") for number in range(1, STEPS + 1)
        )


def _company(name: str, size: int) -> Populated:
    from accounts.models import Company, User
    from certifications.models import Certification, CompanyCertification

    people = round(size * SURPLUS) + 1
    company = Company.objects.create(name=name, plan=Company.Plan.PLUS, time_zone="Europe/Berlin", seats=people)
    CompanyCertification.objects.bulk_create(
        CompanyCertification(company=company, certification=each)
        for each in Certification.objects.filter(slug__in=[each.slug for each in CERTIFICATES])
    )
    first = ask("SELECT coalesce(max(id), 0) FROM accounts_user") + 1
    run(_PEOPLE, company=company.pk, first=first, people=people, domain=f"{name.lower()}.example")
    run("SELECT setval('accounts_user_id_seq', %(last)s)", last=first + people)
    for each in CERTIFICATES:
        _past(each, company.pk, admin=first)
    team = max(10, people // 100)
    return Populated(
        name,
        company.pk,
        size,
        admin=User.objects.get(pk=first).email,
        manager=User.objects.get(pk=_head_of(first, people, team)).email,
    )


def _head_of(first: int, people: int, team: int) -> int:
    """Whoever has about so many below them: the tree has ten branches at every manager."""
    level, number = people, 0
    while level // 10 >= team:
        level, number = level // 10, 10 * number + 1
    return first + number


def _past(each: Certificate, company: int, *, admin: int) -> None:
    """Training, enrolment, progress and assignments of one certification, with the messages that went out."""
    certification = ask("SELECT id FROM certifications_certification WHERE slug = %(slug)s", slug=each.slug)
    values = {"company": company, "certification": certification, "admin": admin, "made_at": MADE_AT, "today": TODAY}
    shares = {"trained": each.trained, "enrolled": each.enrolled, "assigned": each.assigned, "begun": each.begun}
    press(company, "Before")
    for statement in (_TRAINED, _ENROLLED, _BEGUN, _STEPS_DONE, _ASSIGNED, _CHANGES, _MESSAGES):
        run(statement, **values, **shares)


#: Names as they are among people: a few that many have. `hashint4` scatters without being random.
_PEOPLE = """
WITH names AS (SELECT
  ARRAY['Ada','Bo','Cleo','Dan','Eva','Finn','Gia','Hugo','Ida','Jan','Kim','Lena','Max','Nora','Otto','Pia','Ravi',
        'Sam','Tara','Uma','Vik','Wren','Xia','Yann','Zoe','Amara','Bilal','Carmen','Dmitri','Elif'] AS firsts,
  ARRAY['Field','Partner','Inside','Success','Renewals','Enablement','Presales','Alliances'] AS areas,
  ARRAY['EMEA North','EMEA South','Americas East','Americas West','APAC','ANZ'] AS regions)
INSERT INTO accounts_user (id, password, is_superuser, email, first_name, last_name, company_id, reports_to_id, title,
    functional_area, region, status, can_manage_users, can_manage_assignments, can_manage_reports, is_staff,
    session_generation)
SELECT %(first)s + i, '!', false, 'person' || i || '@' || %(domain)s, firsts[1 + abs(hashint4(i)) %% 30],
    initcap(left(md5((abs(hashint4(i + 7)) %% 20000)::text), 7)), %(company)s,
    CASE WHEN i > 0 THEN %(first)s + (i - 1) / 10 END, 'Account Executive ' || abs(hashint4(i + 3)) %% 12,
    areas[1 + abs(hashint4(i + 1)) %% 8], regions[1 + abs(hashint4(i + 2)) %% 6],
    CASE WHEN i = 0 OR abs(hashint4(i + 4)) %% 100 >= 3 THEN 'active'
         WHEN abs(hashint4(i + 4)) %% 100 = 0 THEN 'inactive' ELSE 'waiting' END,
    i = 0, i = 0, i = 0, false, 0
FROM names, generate_series(0, %(people)s - 1) i ORDER BY i
"""
_CHANCE = "abs(hashint8(person.id * 8 + %(certification)s)) %% 100"
_PROGRAM = "(SELECT program_id FROM certifications_certification WHERE id = %(certification)s)"
_TRAINED = f"""
INSERT INTO certifications_attendance (session_id, user_id)
SELECT session.id, person.id FROM accounts_user person, certifications_trainingsession session
WHERE company_id = %(company)s AND session.program_id = {_PROGRAM} AND {_CHANCE} < %(trained)s
"""
_ENROLLED = f"""
INSERT INTO certifications_faststartenrollment (user_id, program_id, enrolled_at)
SELECT person.id, {_PROGRAM}, %(made_at)s FROM accounts_user person
WHERE company_id = %(company)s AND status = 'active' AND {_CHANCE} < %(enrolled)s
"""
_BEGUN = f"""
INSERT INTO certifications_certificationenrollment (user_id, certification_id, status, started_at, completed_at)
SELECT person.id, %(certification)s, CASE WHEN person.id %% 3 = 0 THEN 'completed' ELSE 'in_progress' END,
    %(made_at)s, CASE WHEN person.id %% 3 = 0 THEN %(made_at)s + interval '2 days' END
FROM accounts_user person
WHERE company_id = %(company)s AND status = 'active' AND {_CHANCE} < %(begun)s
"""
_STEPS_DONE = """
INSERT INTO certifications_stepcompletion (enrollment_id, step_id, completed_at)
SELECT begun.id, step.id, begun.started_at
FROM certifications_certificationenrollment begun JOIN accounts_user person ON person.id = begun.user_id
JOIN certifications_step step USING (certification_id)
WHERE person.company_id = %(company)s AND begun.certification_id = %(certification)s
    AND (begun.status = 'completed' OR step.position <= 1 + person.id %% 4)
"""
_PRESS = "(SELECT max(id) FROM assignments_operation)"
_ASSIGNED = f"""
INSERT INTO assignments_assignment (learner_id, certification_id, company_id, name, due_on, next_reminder_on,
    assigned_at, assigned_by_id, closed_reason, version, opened_in_id)
SELECT person.id, %(certification)s, %(company)s, 'Before', due_on, due_on - 5, %(made_at)s, %(admin)s, '', 1, {_PRESS}
FROM accounts_user person, LATERAL (SELECT CASE WHEN person.id %% 10 > 0 THEN
    %(today)s::date + 6 + abs(hashint8(person.id)) %% 120 END AS due_on) due
WHERE company_id = %(company)s AND status = 'active' AND {_CHANCE} < %(assigned)s ORDER BY person.id
"""
_CHANGES = f"""
INSERT INTO assignments_assignmentchange (assignment_id, operation_id, kind, due_after)
SELECT id, opened_in_id, 'assigned', due_on FROM assignments_assignment WHERE opened_in_id = {_PRESS}
"""
_MESSAGES = f"""
INSERT INTO notifications_notification (recipient_id, kind, context, lane, dedupe_key, about, created_at, read_at,
    state, next_attempt_at, tried_since, attempts, unfinished, sent_at, failure, sent_to, subject, text)
SELECT learner_id, 'assigned', jsonb_build_object('assignment', id), company_id, 'assigned:' || id,
    'assignment:' || id, assigned_at, CASE WHEN id %% 4 > 0 THEN assigned_at END, 'sent', assigned_at, assigned_at, 1,
    0, assigned_at, '', 'person@example.com', 'You are assigned', repeat('A line of the message. ', 20)
FROM assignments_assignment WHERE opened_in_id = {_PRESS}
"""
