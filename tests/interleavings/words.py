"""What is said about a round: who presses what, and what each of them was told. Plain values that know no database.

People and admins are numbers, days are counted from today, an assignment is named by its person and by the label of
the press that opened it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

#: A person, and the label of the press that assigned them.
Key: TypeAlias = tuple[int, str]
#: The days before a due day on which learners are written to; below zero: after it.
Plan: TypeAlias = tuple[int, ...]

NOBODY = -1
YESTERDAY, TODAY = -1, 0
STEPS = (1, 2)
DEFAULT_PLAN: Plan = (5,)

ASSIGN, UNASSIGN, MOVE, TAKE_BACK = "assign", "unassign", "change due date", "take back"
REMIND, SEND_AGAIN, CHANGE_PLAN = "remind now", "send again", "change reminders"
WITHDRAW, ENROLL, DEACTIVATE, REACTIVATE = "withdraw", "enroll", "deactivate", "reactivate"
COMPLETE, SWEEP, BOUNCE = "complete a step", "sweep", "bounce"

#: What an admin presses; the others are an operator's, a learner's and the system's doing.
OF_ADMINS = (ASSIGN, UNASSIGN, MOVE, TAKE_BACK, REMIND, SEND_AGAIN, CHANGE_PLAN)
#: What lists people, or assignments, and names whom it skipped.
OF_SELECTIONS = OF_ADMINS[:-1]


@dataclass(frozen=True)
class Press:
    """One deed. Two with the same label are one press that arrives twice: they share an `op_id`."""

    label: str
    what: str
    by: int = NOBODY
    people: tuple[int, ...] = ()
    seen: tuple[tuple[Key, int], ...] = ()  # assignments, each with the version that was on the screen
    due: int | None = None
    days: int = 0  # each due day by so many days, in place of one due day for everybody
    spares: bool = False  # whoever has completed
    takes_back: str = ""
    plan: Plan = ()
    seen_plan: Plan = ()
    step: int = 0
    day: int = TODAY
    by_web: bool = False
    by_file: bool = False  # whose lines were judged, and found good, before anybody pressed

    @property
    def asks(self) -> Press:
        """What is asked, however and in whatever order it is sent."""
        return replace(
            self,
            people=tuple(sorted(self.people)),
            seen=tuple(sorted(self.seen)),
            by_web=False,
            seen_plan=(),  # a repeated change of the plan is known by the plan it asks for
        )


@dataclass(frozen=True)
class Told:
    """What became of it, as its admin reads it: `answer` is “done”, yes or no, or the name of the refusal."""

    answer: str
    changed: frozenset[Key] = frozenset()
    skipped: tuple[tuple[int, str], ...] = ()  # (person, why), sorted
    count: int = 0  # of assignments whose reminders follow a new plan

    @property
    def is_refusal(self) -> bool:
        return self.answer not in ("done", "yes", "no")


@dataclass(frozen=True)
class Person:
    """Where somebody stands on the way to the certification."""

    status: str = "active"
    has_logged_in: bool = True
    has_attended: bool = True
    is_enrolled: bool = True
    was_withdrawn: bool = False
    steps: frozenset[int] = frozenset()

    @property
    def has_completed(self) -> bool:
        return self.steps == frozenset(STEPS)


@dataclass(frozen=True)
class Change:
    """One line in the history of an assignment."""

    kind: str
    label: str
    by: int
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True)
class Task:
    """An assignment with its history, the oldest change first. `closed` says why; it is empty while it is open."""

    due: int | None
    assigned_by: int
    version: int = 1
    closed: str = ""
    closed_by: int = NOBODY
    closed_in: str = ""
    history: tuple[Change, ...] = ()

    @property
    def is_open(self) -> bool:
        return not self.closed

    @property
    def last_change(self) -> Change:
        """The last one of the assignment itself; a message is none."""
        return [each for each in self.history if each.kind in ("assigned", "unassigned", "due_date")][-1]
