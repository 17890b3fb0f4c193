"""B5: the sweep's question for due reminders among a million assignments, and what it does when many are due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from .figures import ROUNDS, Figure, Timed, against, seconds_of, timed, within
from .population import MADE_AT, TODAY, Populated, ask, press, run, vacuum

NOTHING_DUE, GOAL = 10.0, 2.5
#: Certifications that each of the people is assigned to.
EACH = 10
TIMES = 20


def measure(company: Populated) -> Iterator[Figure]:
    from assignments.services import queue_reminders

    _assign_everybody(company)
    total = ask("SELECT count(*) FROM assignments_assignment WHERE closed_at IS NULL")
    own = timed(lambda: queue_reminders(at=timezone.now()), times=TIMES)
    yield within("B5", f"sweep, nothing due of {total:,}", own, milliseconds=NOTHING_DUE)
    own_seconds, limit_seconds = [], []
    for _ in range(ROUNDS + 1):
        due = _make_due(company)
        own_seconds.append(seconds_of(lambda: queue_reminders(at=timezone.now())))
        _make_due(company)
        limit_seconds.append(seconds_of(_raw))
    taken, least = Timed(own_seconds[1:]), Timed(limit_seconds[1:])
    what = "the raw statement"
    yield against("B5", f"sweep, {due:,} reminders due", taken, least, what=what, goal=GOAL, raw=least.in_words)


def _assign_everybody(company: Populated) -> None:
    from certifications.models import Certification, CompanyCertification, FastStartProgram

    program = FastStartProgram.objects.create(title="Vast", slug="vast")
    made = [Certification(title=f"Vast {number}", slug=f"vast-{number}", program=program) for number in range(EACH)]
    for each in Certification.objects.bulk_create(made):
        CompanyCertification.objects.create(company_id=company.pk, certification=each)
    press(company.pk, "Vast")
    run(_ASSIGNMENTS, company=company.pk, at=MADE_AT, due_on=TODAY + timedelta(days=200))
    vacuum()


def _make_due(company: Populated) -> int:
    """A tenth is due on the day after tomorrow, so that its reminder's moment was the day before yesterday."""
    run("DELETE FROM notifications_notification WHERE kind = 'reminder'")
    due = run(_DUE, company=company.pk, due_on=TODAY + timedelta(days=3), reminder_on=TODAY - timedelta(days=2))
    vacuum()
    return due


@transaction.atomic
def _raw() -> None:
    run(_REMINDERS, at=timezone.now(), today=TODAY)
    run(_NONE_TO_COME, today=TODAY)


_ASSIGNMENTS = """
INSERT INTO assignments_assignment (learner_id, certification_id, company_id, name, due_on, next_reminder_on,
    assigned_at, closed_reason, version, opened_in_id)
SELECT person.id, certification.id, person.company_id, 'Vast', %(due_on)s, %(due_on)s::date - 5, %(at)s, '', 1,
    (SELECT max(id) FROM assignments_operation)
FROM accounts_user person, certifications_certification certification
WHERE company_id = %(company)s AND certification.slug LIKE 'vast-%%'
ORDER BY certification.id, person.id
"""
_DUE = """
UPDATE assignments_assignment SET due_on = %(due_on)s, next_reminder_on = %(reminder_on)s
FROM certifications_certification certification
WHERE certification.id = certification_id AND slug = 'vast-0' AND company_id = %(company)s AND closed_at IS NULL
"""
_REMINDERS = """
INSERT INTO notifications_notification (recipient_id, kind, context, lane, dedupe_key, about, created_at, state,
    next_attempt_at, tried_since, attempts, unfinished, failure, sent_to, subject, text)
SELECT learner_id, 'reminder', jsonb_build_object('assignment', id, 'due_on', due_on), company_id,
    'reminder:' || id || ':' || due_on || ':5', 'assignment:' || id, %(at)s, 'pending', %(at)s, %(at)s, 0, 0, '', '',
    '', ''
FROM assignments_assignment WHERE closed_at IS NULL AND next_reminder_on <= %(today)s
"""
_NONE_TO_COME = """
UPDATE assignments_assignment SET next_reminder_on = NULL WHERE closed_at IS NULL AND next_reminder_on <= %(today)s
"""
