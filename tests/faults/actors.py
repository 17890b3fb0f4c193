"""What people do during a phase: admins assign, unassign and move due days; learners complete. Each by a seed."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .visitors import Visitor, boxes_on

#: Days until the due day. A reminder's moment is five days before it, so it has passed for each of `SOON`; and none
#: of them is over for a sweep whose clock is two days ahead.
SOON = (3, 4, 5)
LATER = 30
#: The reminder's moment is tomorrow, so that a sweep whose clock is two days ahead finds it.
AHEAD = 6


@dataclass(frozen=True)
class Desk:
    """Where one admin works during a phase: one company, one certification."""

    phase: str
    slug: str
    zone: str
    learners: Sequence[int]
    due_in: int
    rounds: int


class Admin:
    """Assigns everybody, a part at a time; moves some due days, unassigns some, assigns these again."""

    def __init__(self, visitor: Visitor, desk: Desk, *, seed: str, seconds: float) -> None:
        self._visitor, self._desk = visitor, desk
        self._rng = random.Random(seed)  # noqa: S311
        self._pause = seconds / desk.rounds / 6
        self._path = f"/team/assignments/certifications/{desk.slug}"
        self._presses = 0

    def work(self) -> None:
        size = -(-len(self._desk.learners) // self._desk.rounds)
        for start in range(0, len(self._desk.learners), size):
            self._round(self._desk.learners[start : start + size])

    def _round(self, learners: Sequence[int]) -> None:
        self.assign(learners)
        self._wait()
        fresh = self._newest(len(learners))
        self._rng.shuffle(fresh)
        third = len(fresh) // 3
        soon = self._rng.choice(SOON)
        self._move(fresh[:third], soon)
        self._wait()
        self._unassign(fresh[third : third + 3])
        self._wait()
        self._change_their_mind(fresh[:3], soon, fresh[-3:])
        self.assign(learners)  # those who are still assigned are skipped

    def _change_their_mind(self, early: list[str], soon: int, late: list[str]) -> None:
        """A reminder that may just be going out becomes untrue, and true again; another is asked for, and then not."""
        self._move(self._as_now(early), LATER + 1)
        self._wait()
        self._move(late, self._rng.choice(SOON))
        self._wait()
        self._move(self._as_now(late), LATER)
        self._move(self._as_now(early), soon)

    def assign(self, learners: Sequence[int]) -> None:
        """One press for all of these."""
        self._presses += 1
        self._visitor.press(
            f"{self._path}/assign/",
            learner=",".join(map(str, learners)),
            name=f"{self._desk.phase} {self._desk.zone} {self._presses}",
            due_on=self._day(self._desk.due_in),
        )

    def _move(self, boxes: Sequence[str], due_in: int) -> None:
        if boxes:
            path = f"{self._path}/change-due-date/"
            self._visitor.press(path, learner=",".join(boxes), due_on=self._day(due_in))

    def _unassign(self, boxes: Sequence[str]) -> None:
        if boxes:
            self._visitor.press(f"{self._path}/unassign/", learner=",".join(boxes))

    def _newest(self, count: int) -> list[str]:
        return boxes_on(self._visitor.get(f"{self._path}/assigned/?sort=-assigned&size=100"))[:count]

    def _as_now(self, boxes: Sequence[str]) -> list[str]:
        """The same assignments in the versions that the list shows by now."""
        wanted = {box.partition(":")[0] for box in boxes}
        return [box for box in self._newest(100) if box.partition(":")[0] in wanted]

    def _day(self, due_in: int) -> str:
        today = datetime.now(ZoneInfo(self._desk.zone)).date()
        return (today + timedelta(days=due_in)).isoformat()

    def _wait(self) -> None:
        time.sleep(self._pause * self._rng.uniform(0.5, 1.5))


class Learner:
    """Completes the certification of a phase at some moment of it."""

    def __init__(self, visitor: Visitor, *, slug: str, step: int, after: float) -> None:
        self._visitor, self._after = visitor, after
        self._path = f"/enroll/certifications/{slug}/steps/{step}/"

    def work(self) -> None:
        time.sleep(self._after)
        self._visitor.press(self._path)
