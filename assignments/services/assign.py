"""Assign a certification to those of the selected learners who are eligible now."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import CharField, DateField, DateTimeField, F, IntegerField, Value
from django.db.models.expressions import Combinable

from accounts.models import User
from accounts.querysets import one_of
from assignments import lengths, notices
from assignments.errors import InvalidName
from assignments.models import Assignment, AssignmentChange, Learner, Operation, ReminderRule
from assignments.querysets import AssignmentQuerySet, LearnerQuerySet, next_occasion
from certifications.models import Certification

from .history import record_changes
from .inserts import insert_from
from .operations import begin, check_due_on, check_press, finish
from .rehearsal import Rehearsal, unforeseen_first
from .skipped import in_the_way_of, learners_left_as_they_are


@transaction.atomic
def assign(
    *,
    by: User,
    certification: Certification,
    learner_ids: Sequence[int],
    name: str,
    due_on: date | None,
    op_id: uuid.UUID,
    at: datetime,
    foreseen: Collection[int] | None = None,
) -> Operation:
    """Open an assignment for each selected learner who is eligible, and promise the message to each.

    `foreseen` are those of whom the dialog said that they cannot be assigned: they are not, even if
    they can by now. Returns the operation with what was done and who was skipped why; the same one
    when the press is a repetition. Ids of nobody in the company are skipped like ids of nobody at all.
    Raises a `RefusedOperation`. The number of queries does not depend on the number of learners.
    """
    company = check_press(by=by, certification=certification, selected=learner_ids)
    selected = sorted(set(learner_ids))
    operation, is_new = begin(
        kind=Operation.Kind.ASSIGN,
        company=company,
        op_id=op_id,
        asked={"by": by.pk, "certification": certification.pk, "ids": selected, "name": name, "due_on": due_on},
        by=by,
        at=at,
        certification=certification,
        name=checked_name(name),
        due_on=due_on,
    )
    if is_new:
        check_due_on(due_on, company=company, at=at)
        learners = Learner.objects.visible_to(by).filter(pk__in=one_of(selected))
        lock_learners(learners)
        # Asked before anybody is assigned: whoever is unassigned from now on was still assigned for this press.
        in_the_way = in_the_way_of(learners, certification)
        able = learners.exclude(pk__in=one_of(foreseen)) if foreseen else learners
        changed = insert_assignments(
            operation,
            able.eligible_for(certification),
            learner=F("pk"),
            name=Value(operation.name, CharField()),
            due_on=Value(due_on, DateField()),
        )
        opened = Assignment.objects.filter(opened_in=operation).values_list("learner_id", flat=True)
        skipped = learners_left_as_they_are(operation, learners, selected, assigned=opened, in_the_way=in_the_way)
        finish(operation, requested=len(selected), changed=changed, skipped=unforeseen_first(skipped, foreseen))
    return operation


def rehearse_assign(*, by: User, certification: Certification, learner_ids: Sequence[int], at: datetime) -> Rehearsal:
    """What `assign` would do at this moment; nothing is written."""
    selected = set(learner_ids)
    learners = Learner.objects.visible_to(by).filter(pk__in=one_of(selected))
    able = list(learners.eligible_for(certification).values_list("pk", flat=True))
    operation = Operation(kind=Operation.Kind.ASSIGN, company=by.company, certification=certification, made_at=at)
    return Rehearsal(able, learners_left_as_they_are(operation, learners, selected, assigned=able))


def checked_name(name: str) -> str:
    """The name as it is kept. Raises `InvalidName`."""
    name = " ".join(name.split())
    if not name or len(name) > lengths.NAME:
        raise InvalidName(f"Give the assignment a name of 1 to {lengths.NAME} characters.")
    return name


def lock_learners(learners: LearnerQuerySet) -> None:
    """Hold off whatever changes who these people are or may do."""
    list(learners.locked().values_list("pk", flat=True))


def insert_assignments(
    operation: Operation,
    rows: LearnerQuerySet | AssignmentQuerySet,
    *,
    learner: F,
    name: Combinable,
    due_on: Combinable,
) -> int:
    """Open one for each of the rows by one statement, keep the change, and promise the message to each.

    An occasion whose day has come is none any more: the message carries the due day itself.
    """
    plan = ReminderRule.objects.plan_of(operation.company_id)
    today = operation.company.day_at(operation.made_at)
    columns = {
        "learner": learner,
        "certification": Value(operation.certification_id, IntegerField()),
        "company": Value(operation.company_id, IntegerField()),
        "name": name,
        "due_on": due_on,
        "next_reminder_on": next_occasion(plan, due_on, after=today),
        "assigned_at": Value(operation.made_at, DateTimeField()),
        "assigned_by": Value(operation.made_by_id, IntegerField()),
        "closed_reason": Value("", CharField()),
        "version": Value(1, IntegerField()),
        "opened_in": Value(operation.pk, IntegerField()),
    }
    selected = rows.annotate(**{f"new_{column}": value for column, value in columns.items()})
    inserted = insert_from(
        Assignment,
        list(columns),
        selected.order_by("pk").values_list(*(f"new_{column}" for column in columns)),
        on_conflict="ON CONFLICT (learner_id, certification_id) WHERE closed_at IS NULL DO NOTHING",
    )
    opened = Assignment.objects.filter(opened_in=operation)
    record_changes(operation, opened, AssignmentChange.Kind.ASSIGNED, due_after=F("due_on"))
    notices.promise_assigned(operation)
    return inserted
