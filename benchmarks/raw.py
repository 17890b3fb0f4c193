"""The limits of B1: the same rows into the same tables under the same indexes, by plain statements in one transaction.

No eligibility, no locks, no version, no reason for who is left out: the people are known, in a table of their own.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from .population import run


def choose(learners: list[int]) -> None:
    """Who is concerned, as the raw statements find them; kept for the session."""
    run("DROP TABLE IF EXISTS chosen")
    run("CREATE TEMPORARY TABLE chosen AS SELECT unnest(%(ids)s::bigint[]) AS id", ids=learners)
    run("ANALYZE chosen")


@transaction.atomic
def assign(**values: Any) -> int:
    """Returns the operation."""
    operation = _operation("assign", **values)
    for statement in (_ASSIGNMENTS, _CHANGES, _MESSAGES):
        run(statement, operation=operation, **values)
    return operation


@transaction.atomic
def unassign(opened_in: int, **values: Any) -> None:
    """Close all that the operation opened."""
    operation = _operation("unassign", **values)
    for statement in (_CLOSE, _CHANGES_OF_CLOSING, _CANCEL):
        run(statement, operation=operation, opened_in=opened_in, **values)


def _operation(kind: str, *, at: datetime, **values: Any) -> int:
    """The one row of it, by the product's own model."""
    from assignments.models import Operation

    told = {"company_id": values["company"], "certification_id": values["certification"], "made_by_id": values["admin"]}
    counts = {"requested": values["count"], "changed": values["count"]}
    named = {"name": values["name"], "due_on": values["due_on"]}
    return Operation.objects.create(
        kind=kind, op_id=uuid.uuid4(), made_at=at, digest="0" * 64, **told, **counts, **named
    ).pk


_ASSIGNMENTS = """
INSERT INTO assignments_assignment (learner_id, certification_id, company_id, name, due_on, next_reminder_on,
    assigned_at, assigned_by_id, closed_reason, version, opened_in_id)
SELECT id, %(certification)s, %(company)s, %(name)s, %(due_on)s, %(due_on)s::date - 5, %(at)s, %(admin)s, '', 1,
    %(operation)s
FROM chosen
"""
_CHANGES = """
INSERT INTO assignments_assignmentchange (assignment_id, operation_id, kind, due_after)
SELECT id, %(operation)s, 'assigned', due_on FROM assignments_assignment WHERE opened_in_id = %(operation)s
"""
_MESSAGES = """
INSERT INTO notifications_notification (recipient_id, kind, context, lane, dedupe_key, about, created_at, state,
    next_attempt_at, tried_since, attempts, unfinished, failure, sent_to, subject, text)
SELECT learner_id, 'assigned', jsonb_build_object('assignment', id), company_id, 'assigned:' || id,
    'assignment:' || id, %(at)s, 'pending', %(at)s, %(at)s, 0, 0, '', '', '', ''
FROM assignments_assignment WHERE opened_in_id = %(operation)s
"""
_CLOSE = """
UPDATE assignments_assignment SET closed_at = %(at)s, closed_by_id = %(admin)s, closed_reason = 'unassigned',
    closed_in_id = %(operation)s, next_reminder_on = NULL, version = version + 1
WHERE opened_in_id = %(opened_in)s
"""
_CHANGES_OF_CLOSING = """
INSERT INTO assignments_assignmentchange (assignment_id, operation_id, kind, due_before)
SELECT id, %(operation)s, 'unassigned', due_on FROM assignments_assignment WHERE closed_in_id = %(operation)s
"""
_CANCEL = """
UPDATE notifications_notification SET state = 'cancelled', cancelled_at = %(at)s, lease_token = NULL,
    leased_until = NULL
WHERE dedupe_key IN (SELECT 'assigned:' || id FROM assignments_assignment WHERE closed_in_id = %(operation)s)
"""
