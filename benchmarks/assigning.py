"""B1: one press for 1,000, 10,000 and 100,000 people, beside the plain statements that write the same rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from . import raw
from .figures import ROUNDS, Figure, Timed, against, seconds_of
from .population import ELIGIBLE, TODAY, Populated, ask, run, vacuum
from .visitors import Visitor

GOAL = 2.5
RAW = "the raw statement"
#: Seconds of assigning and of unassigning.
Pair = tuple[float, float]


def measure(company: Populated, sizes: list[int]) -> Iterator[Figure]:
    for size in sizes:
        presses = _Presses(company, _eligible(company, size))
        presses.once(presses.press)
        own, limit = [], []
        for _ in range(ROUNDS):  # by turns, so that whatever else the machine does strikes both
            own.append(presses.once(presses.press))
            limit.append(presses.once(presses.write))
        for index, job in enumerate(("assign", "unassign")):
            taken, least = (Timed([pair[index] for pair in pairs]) for pairs in (own, limit))
            yield against("B1", f"{job} {size:,}", taken, least, what=RAW, goal=GOAL, raw=least.in_words)


class _Presses:
    def __init__(self, company: Populated, learners: list[int]) -> None:
        self._admin = Visitor(company.admin)
        self._path = f"/team/assignments/certifications/{ELIGIBLE.slug}"
        self._learners = learners
        self._values = {
            "company": company.pk,
            "certification": ask("SELECT id FROM certifications_certification WHERE slug = %(s)s", s=ELIGIBLE.slug),
            "admin": ask("SELECT id FROM accounts_user WHERE email = %(email)s", email=company.admin),
            "name": "Measured",
            "due_on": TODAY + timedelta(days=60),
            "count": len(learners),
        }
        raw.choose(learners)

    def once(self, way: Callable[[], Pair]) -> Pair:
        """Assign and unassign these people in one way, from tables as they were before."""
        last = {table: ask(f"SELECT max(id) FROM {table}") for table in written}
        pair = way()
        for table, before in last.items():
            run(f"DELETE FROM {table} WHERE id > %(before)s", before=before)
        vacuum()
        return pair

    def press(self) -> Pair:
        return seconds_of(self._assign), self._unassign_seconds(self._opened())

    def write(self) -> Pair:
        operation = 0

        def assign() -> None:
            nonlocal operation
            operation = raw.assign(at=timezone.now(), **self._values)

        assigning = seconds_of(assign)
        return assigning, seconds_of(lambda: raw.unassign(operation, at=timezone.now(), **self._values))

    def _assign(self) -> None:
        due_on = str(self._values["due_on"])
        self._press("assign", self._learners, name="Measured", due_on=due_on)

    def _unassign_seconds(self, boxes: list[str]) -> float:
        return seconds_of(lambda: self._press("unassign", boxes))

    def _press(self, button: str, boxes: list[Any], **fields: str) -> None:
        selection = ",".join(map(str, boxes))
        self._admin.press(f"{self._path}/{button}/", learner=selection, foreseen="", op_id=str(uuid.uuid4()), **fields)

    def _opened(self) -> list[str]:
        """The values of the boxes of who was assigned; all of them were."""
        last = "SELECT max(id) FROM assignments_operation"
        found = ask(f"SELECT array_agg(id) FROM assignments_assignment WHERE opened_in_id = ({last})")
        assert len(found) == len(self._learners), f"{len(found)} of {len(self._learners)} were assigned"
        return [f"{pk}:1" for pk in found]


#: In the order in which they can be emptied.
written = (
    "assignments_assignmentchange",
    "notifications_notification",
    "assignments_assignment",
    "assignments_operation",
)


def _eligible(company: Populated, size: int) -> list[int]:
    found: list[int] = ask(_ELIGIBLE, company=company.pk, slug=ELIGIBLE.slug, size=size)
    if len(found) < size:
        raise ValueError(f"only {len(found):,} people of {company.name} are eligible")
    return found


_ELIGIBLE = """
SELECT array_agg(id) FROM (
    SELECT person.id FROM accounts_user person JOIN certifications_faststartenrollment fast ON fast.user_id = person.id
    JOIN certifications_certification certification USING (program_id)
    WHERE person.company_id = %(company)s AND status = 'active' AND slug = %(slug)s AND withdrawn_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM assignments_assignment a WHERE a.learner_id = person.id
            AND a.certification_id = certification.id AND a.closed_at IS NULL)
    ORDER BY person.id LIMIT %(size)s) eligible
"""
