"""What the rules say about messages to one person, where a sweep that runs meanwhile may or may not have come by.

What a person's mailbox *may* look like is a set of `Post`s. Without a sweep it has one member.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from .words import Key, Person, Plan, Task

ASSIGNED, REMINDER, OVERDUE, REMIND_NOW = "assigned", "reminder", "overdue", "remind_now"
WAITING, SENT, CANCELLED, FAILED = "waiting", "sent", "cancelled", "failed"
DAYS_LATE = 7

#: Its kind, and what tells it from others of the kind.
Name: TypeAlias = tuple[Any, ...]
Tasks: TypeAlias = Mapping[Key, Task]


@dataclass(frozen=True)
class Row:
    """One message; `day` is the day on which it was promised."""

    state: str
    about: Key
    day: int


@dataclass(frozen=True)
class Post:
    """The days on which a sweep has to look at the person's assignments, and the person's messages."""

    nexts: frozenset[tuple[Key, int]] = frozenset()
    rows: frozenset[tuple[Name, Row]] = frozenset()


class Draft:
    """A post that is being changed."""

    def __init__(self, post: Post) -> None:
        self.nexts, self.rows = dict(post.nexts), dict(post.rows)

    def done(self) -> Post:
        return Post(frozenset(self.nexts.items()), frozenset(self.rows.items()))

    def note(self, key: Key, day: int | None) -> None:
        self.nexts.pop(key, None)
        if day is not None:
            self.nexts[key] = day

    def promise(self, name: Name, about: Key, day: int) -> None:
        """The same promise is made once, and anew when it was taken back."""
        if name not in self.rows or self.rows[name].state == CANCELLED:
            self.rows[name] = Row(WAITING, about, day)

    def take_back(self, about: Key, kinds: tuple[str, ...] = (ASSIGNED, REMINDER, OVERDUE, REMIND_NOW)) -> None:
        for name, row in self.rows.items():
            if row.about == about and name[0] in kinds and row.state == WAITING:
                self.rows[name] = replace(row, state=CANCELLED)

    def states(self, about: Key) -> set[str]:
        return {row.state for row in self.rows.values() if row.about == about}

    def why_not_reminded(self, key: Key, day: int) -> str:
        """Nothing, unless on that day there was a reminder of this assignment by the plan, or of anything by somebody's
        press. By the plan one that failed is none, by a press it is to be sent again.
        """
        of_the_day = {name: row for name, row in self.rows.items() if row.day == day and row.state != CANCELLED}
        by_plan = any(
            row.about == key and name[0] in (REMINDER, OVERDUE) and row.state != FAILED
            for name, row in of_the_day.items()
        )
        pressed = of_the_day.get((REMIND_NOW, day))
        if pressed and pressed.state == FAILED and not by_plan:
            return "reminder failed"
        return "reminded" if pressed or by_plan else ""

    def send_again(self, key: Key) -> None:
        for name, row in self.rows.items():
            if row.about == key and row.state == FAILED:
                self.rows[name] = replace(row, state=WAITING)


def changed(post: Post, change: Callable[[Draft], object]) -> Post:
    draft = Draft(post)
    change(draft)
    return draft.done()


# When a reminder is due


def next_after(plan: Plan, due: int | None, day: int) -> int | None:
    """The first occasion later than that day."""
    return None if due is None else min((due - before for before in plan if due - before > day), default=None)


def next_on_moving(plan: Plan, due: int | None, day: int) -> int | None:
    """The last reminder that has passed is owed, since nothing else tells the learner; else the first to come."""
    if due is None:
        return None
    missed = [due - before for before in plan if before >= 0 and due - before <= day]
    return max(missed) if missed else next_after(plan, due, day)


# What the system does by itself


def queue(draft: Draft, key: Key, task: Task, person: Person, plan: Plan, day: int) -> None:
    """What a sweep does about one assignment: the last occasion that has come is written about, if it makes sense."""
    noted = draft.nexts.get(key)
    if noted is None or noted > day or task.due is None:
        return
    come = [before for before in plan if task.due - before <= day]
    if come and not person.has_completed:
        before = min(come)
        on = task.due - before
        in_time = task.due >= day if before >= 0 else day - on <= DAYS_LATE
        if in_time and noted <= on:
            draft.promise((REMINDER if before >= 0 else OVERDUE, key, task.due, abs(before)), key, day)
    draft.note(key, next_after(plan, task.due, day))


def deliver(draft: Draft, name: Name, tasks: Tasks, person: Person, day: int) -> None:
    """What a worker does about one message: send what is still wanted, cancel the rest."""
    row = draft.rows[name]
    if row.state == WAITING:
        is_wanted = _is_wanted(name, tasks[row.about], person, day)
        draft.rows[name] = replace(row, state=SENT if is_wanted else CANCELLED)


def _is_wanted(name: Name, task: Task, person: Person, day: int) -> bool:
    if not task.is_open or person.status != "active":
        return False
    if name[0] == ASSIGNED:
        return True
    is_of_this_day = name[0] == REMIND_NOW or name[2] == task.due
    is_late = name[0] == REMINDER and name[2] < day
    return not person.has_completed and is_of_this_day and not is_late


def settled(post: Post, tasks: Tasks, person: Person, plan: Plan, day: int) -> Post:
    """After a sweep that nobody was in the way of."""
    draft = Draft(post)
    for key in dict(post.nexts):
        queue(draft, key, tasks[key], person, plan, day)
    for name in [*draft.rows]:
        deliver(draft, name, tasks, person, day)
    return draft.done()


def possible(posts: frozenset[Post], tasks: Tasks, person: Person, plan: Plan, day: int) -> frozenset[Post]:
    """What the posts may have become while sweeps come by, each of which may leave anything to the next one."""
    found, fresh = set(posts), list(posts)
    while fresh:
        for post in _one_step_further(fresh.pop(), tasks, person, plan, day):
            if post not in found:
                found.add(post)
                fresh.append(post)
    return frozenset(found)


def _one_step_further(post: Post, tasks: Tasks, person: Person, plan: Plan, day: int) -> Iterator[Post]:
    for key, noted in post.nexts:
        if noted <= day:
            draft = Draft(post)
            queue(draft, key, tasks[key], person, plan, day)
            yield draft.done()
    for name, row in post.rows:
        if row.state == WAITING:
            draft = Draft(post)
            deliver(draft, name, tasks, person, day)
            yield draft.done()
