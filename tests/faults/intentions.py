"""What was intended, by the tables of the business alone: no notification is looked at, and nothing of the product's
own code decides. Instants are those at which PostgreSQL says that a change was committed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAYS_BEFORE = timedelta(days=5)
TIME_OF_DAY = time(8)
FOR_EVER = float("inf")
#: Seconds that a single sweep with another clock may run.
LONGEST_SWEEP = 30.0

Query = Callable[[str], list[tuple[Any, ...]]]
Key = tuple[str, str, str, date | None]  # kind, address, name of the assignment, due day of a reminder

_ASSIGNMENTS = """
SELECT a.id, a.name, u.email, c.time_zone, EXTRACT(epoch FROM pg_xact_commit_timestamp(e.xmin))::float
FROM assignments_assignment a
JOIN accounts_user u ON u.id = a.learner_id
JOIN accounts_company c ON c.id = a.company_id
LEFT JOIN certifications_certificationenrollment e
    ON e.user_id = a.learner_id AND e.certification_id = a.certification_id AND e.status = 'completed'
"""
_CHANGES = """
SELECT h.assignment_id, h.kind, h.due_after, EXTRACT(epoch FROM o.made_at)::float,
    EXTRACT(epoch FROM pg_xact_commit_timestamp(h.xmin))::float
FROM assignments_assignmentchange h JOIN assignments_operation o ON o.id = h.operation_id ORDER BY h.id
"""


@dataclass(frozen=True)
class Window:
    """A time in which a message may go out: from its moment to the commit of what made it untrue.

    `due_at`, where that is later, is since when somebody should have seen to it.
    """

    begins_at: float
    ends_at: float
    due_at: float


@dataclass
class Intention:
    """One message to one person. It must go out when one of its windows never closed, and may in any of them."""

    key: Key
    assignment: int
    windows: list[Window] = field(default_factory=list)

    @property
    def must_at(self) -> float | None:
        """Since when it has been due, for one that must go out."""
        return next((each.due_at for each in self.windows if each.ends_at == FOR_EVER), None)

    def allows(self, at: float, *, tolerance: float) -> bool:
        return any(each.begins_at <= at <= each.ends_at + tolerance for each in self.windows)


@dataclass(frozen=True)
class Change:
    kind: str
    due_after: date | None
    made_at: float
    committed_at: float


@dataclass(frozen=True)
class Assignment:
    pk: int
    name: str
    email: str
    zone: ZoneInfo
    completed_at: float
    changes: Sequence[Change]

    @property
    def closed_at(self) -> float:
        return next((each.committed_at for each in self.changes if each.kind == "unassigned"), FOR_EVER)

    def stretches(self) -> Iterator[tuple[Change, float]]:
        """Each due day, with the instant from which it is no longer true or no longer matters."""
        kept = [each for each in self.changes if each.kind != "unassigned"]
        ends = [each.committed_at for each in kept[1:]] + [FOR_EVER]
        for change, end in zip(kept, ends, strict=True):
            yield change, min(end, self.closed_at, self.completed_at)


def read(query: Query, clocks: Iterable[tuple[float, datetime]], *, until: float) -> dict[Key, Intention]:
    """All that was intended up to an instant. `clocks`: when a sweep with another clock began, and what it said."""
    assignments = query(_ASSIGNMENTS)  # first: each of them has its changes, committed with it
    changes = defaultdict(list)
    for pk, *columns in query(_CHANGES):
        changes[pk].append(Change(*columns))
    intentions: dict[Key, Intention] = {}
    for pk, name, email, zone, completed_at in assignments:
        one = Assignment(pk, name, email, ZoneInfo(zone), completed_at or FOR_EVER, changes[pk])
        for key, window in _windows(one, list(clocks)):
            if window.begins_at > until:
                continue
            if window.due_at > until:  # it may have gone out, and need not have yet
                window = replace(window, ends_at=min(window.ends_at, until))
            intentions.setdefault(key, Intention(key, pk)).windows.append(window)
    return intentions


def _windows(one: Assignment, clocks: Sequence[tuple[float, datetime]]) -> Iterator[tuple[Key, Window]]:
    yield ("assigned", one.email, one.name, None), Window(one.changes[0].made_at, one.closed_at, one.changes[0].made_at)
    for change, end in one.stretches():
        moments = _moments(change, one.zone, clocks)
        if moments is not None and moments[0] < end:
            yield ("reminder", one.email, one.name, change.due_after), Window(moments[0], end, moments[1])


def _moments(change: Change, zone: ZoneInfo, clocks: Sequence[tuple[float, datetime]]) -> tuple[float, float] | None:
    """From when the reminder of a due day may go out, and from when it is due; None when there is none.

    Five days before, at 08:00 local time. Assigned on that day or later: never. Moved: at once, if it has passed.
    A sweep with another clock may see what was changed while it ran; the next one has to.
    """
    if change.due_after is None:
        return None
    made = datetime.fromtimestamp(change.made_at, zone)
    moment = datetime.combine(change.due_after - DAYS_BEFORE, TIME_OF_DAY, tzinfo=zone)
    if change.kind == "assigned" and moment.date() <= made.date():
        return None
    if moment <= made:
        return change.made_at, change.made_at
    begun = [begun for begun, clock in clocks if clock >= moment and begun > change.made_at - LONGEST_SWEEP]
    may = min([max(each, change.made_at) for each in begun] + [moment.timestamp()])
    return may, min([each for each in begun if each >= change.made_at] + [moment.timestamp()])
