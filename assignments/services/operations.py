"""A press of a button: allowed, possible, new? And the record of what came of it."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts.access import TEAM_ASSIGNMENTS
from accounts.days import day
from accounts.models import Company, User
from accounts.services import hold_company
from assignments.errors import InvalidDueDate, NothingSelected, NotPermitted, RepeatedWithOtherContent, TooManySelected
from assignments.models import Operation, Skipped
from assignments.querysets import AssignmentQuerySet
from certifications.models import Certification

MOST_SELECTED = 100_000


def check_permission(by: User) -> Company:
    """The company whose assignments the person manages. Raises `NotPermitted`."""
    company = by.company
    if company is None or not TEAM_ASSIGNMENTS.is_open_to(by):
        raise NotPermitted("You need the Manage Assignments permission for this.")
    return company


def check_certification(*, by: User, certification: Certification) -> Company:
    """The company, if the person may assign this certification there. Raises `NotPermitted`."""
    company = check_permission(by)
    if not Certification.objects.visible_to(by).filter(pk=certification.pk).exists():
        raise NotPermitted(f"{certification.title} is not in scope for {company.name}.")
    return company


def check_press(*, by: User, certification: Certification, selected: Sequence[int]) -> Company:
    """The company in which the press happens. Raises `NotPermitted`, `NothingSelected`, `TooManySelected`."""
    company = check_certification(by=by, certification=certification)
    if not selected:
        raise NothingSelected("Nobody is selected. Tick the box beside at least one person, then try again.")
    if len(selected) > MOST_SELECTED:
        raise TooManySelected(
            f"{len(selected):,} people are selected; {MOST_SELECTED:,} at a time can be changed. Select fewer."
        )
    return company


def check_due_on(due_on: date | None, *, company: Company, at: datetime) -> None:
    """Raises `InvalidDueDate` for a day that is over where the company is."""
    if due_on is not None and due_on < company.day_at(at):
        today = day(company.day_at(at))
        raise InvalidDueDate(f"Choose today or a later day: it is {today} in {company.name}.")


def begin(
    *,
    kind: Operation.Kind,
    company: Company,
    op_id: uuid.UUID,
    asked: dict[str, object],
    by: User | None,
    at: datetime,
    **described: object,
) -> tuple[Operation, bool]:
    """The operation of this `op_id`, and whether it is new. A parallel twin waits here for the first one.

    Raises `RepeatedWithOtherContent` when the same `op_id` asked for something else before.
    """
    hold_company(company.pk)  # what we note goes by its plan of now
    digest = hashlib.sha256(json.dumps([kind, asked], default=str, sort_keys=True).encode()).hexdigest()
    operation = Operation(kind=kind, company=company, op_id=op_id, digest=digest, made_by=by, made_at=at, **described)
    try:
        with transaction.atomic():
            operation.save(force_insert=True)
    except IntegrityError:
        return _repeated(company, op_id, digest), False
    return operation, True


def _repeated(company: Company, op_id: uuid.UUID, digest: str) -> Operation:
    earlier = Operation.objects.get(company=company, op_id=op_id)
    if earlier.digest != digest:
        raise RepeatedWithOtherContent(
            "This form was sent before with other content. Open the list again and start anew."
        )
    return earlier


def finish(operation: Operation, *, requested: int, changed: int, skipped: Iterable[Skipped] = ()) -> None:
    """Record what came of it. `skipped`: one entry per person who stayed as they were."""
    operation.requested, operation.changed, operation.skipped = requested, changed, list(skipped)
    operation.save(update_fields=["requested", "changed", "skipped"])


def lock(assignments: AssignmentQuerySet) -> list[int]:
    """The ids of these assignments, locked."""
    return list(assignments.locked().values_list("pk", flat=True))
