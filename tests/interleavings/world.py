"""The world of a round: all that its presses can see and change. What may happen to one assignment is said here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from .messages import ASSIGNED, OVERDUE, REMINDER, Draft, Post, changed, next_after, next_on_moving, possible
from .words import Change, Key, Person, Plan, Press, Task, Told


@dataclass
class World:
    """`is_swept`: sweeps come by all the time. `posts` are what each person's mailbox may look like."""

    people: list[Person]
    plan: Plan
    is_swept: bool = False
    tasks: dict[Key, Task] = field(default_factory=dict)
    posts: list[frozenset[Post]] = field(default_factory=list)
    done: dict[str, tuple[Press, Told]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.posts = self.posts or [frozenset([Post()]) for _ in self.people]

    def copy(self) -> World:
        return World([*self.people], self.plan, self.is_swept, {**self.tasks}, [*self.posts], {**self.done})

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """Equal for two worlds from which everything goes on alike."""
        return tuple(self.people), self.plan, frozenset(self.tasks.items()), tuple(self.posts), frozenset(self.done)

    def open_task(self, person: int) -> Key | None:
        return next((key for key, task in self.tasks.items() if key[0] == person and task.is_open), None)

    def why_not(self, number: int) -> str:
        """Why the person cannot be assigned now; empty when they can."""
        person, present = self.people[number], self.open_task(number)
        if present:
            return f"assigned by {self.tasks[present].assigned_by}"
        if person.status == "inactive":
            return "deactivated"
        reasons = {"waiting": person.status == "waiting"}
        if not person.is_enrolled:
            reasons["untrained"] = not person.has_attended
            reasons["withdrawn"] = person.has_attended and person.was_withdrawn
            reasons["not enrolled"] = person.has_attended and not person.was_withdrawn
        return ", ".join(words for words, is_so in reasons.items() if is_so)

    def touch(self, number: int) -> None:
        """Before anything happens to a person: sweeps may have come by until now."""
        if self.is_swept:
            tasks, person = self.tasks, self.people[number]
            self.posts[number] = possible(self.posts[number], tasks, person, self.plan, day=0)

    def write(self, number: int, change: Callable[[Draft], object]) -> None:
        self.touch(number)
        self.posts[number] = frozenset(changed(post, change) for post in self.posts[number])

    def keep(self, key: Key, change: Change) -> None:
        task = self.tasks[key]
        self.tasks[key] = replace(task, history=(*task.history, change))

    # What happens to one assignment

    def open(self, key: Key, press: Press, due: int | None) -> None:
        self.tasks[key] = Task(due, press.by, history=(Change("assigned", press.label, press.by, None, due),))

        def tell(draft: Draft) -> None:
            draft.promise((ASSIGNED, key), key, press.day)
            draft.note(key, next_after(self.plan, due, press.day))

        self.write(key[0], tell)

    def close(self, key: Key, reason: str, label: str, by: int) -> None:
        self.touch(key[0])
        task = self.tasks[key]
        self.keep(key, Change("unassigned", label, by, task.due, None))
        self.tasks[key] = replace(
            self.tasks[key], version=task.version + 1, closed=reason, closed_by=by, closed_in=label
        )
        self.posts[key[0]] = frozenset(changed(post, lambda draft: _silence(draft, key)) for post in self.posts[key[0]])

    def move(self, key: Key, due: int | None, press: Press) -> None:
        self.touch(key[0])
        task = self.tasks[key]
        self.keep(key, Change("due_date", press.label, press.by, task.due, due))
        self.tasks[key] = replace(self.tasks[key], due=due, version=task.version + 1)

        def follow(draft: Draft) -> None:
            draft.take_back(key, (REMINDER, OVERDUE))
            draft.note(key, next_on_moving(self.plan, due, press.day))

        self.posts[key[0]] = frozenset(changed(post, follow) for post in self.posts[key[0]])


def _silence(draft: Draft, key: Key) -> None:
    draft.take_back(key)
    draft.note(key, None)


# What is told


def done(able: Iterable[Key], skipped: Iterable[tuple[int, str]]) -> Told:
    return Told("done", frozenset(able), tuple(sorted(skipped)))


def why_closed(task: Task) -> str:
    return f"{task.closed} by {task.closed_by}"


def why_changed(task: Task) -> str:
    return f"changed by {task.last_change.by} to {task.due}"
