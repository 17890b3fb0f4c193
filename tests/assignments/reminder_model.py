"""What the rules say must be written to whom, and when: plain Python that knows nothing of the product.

Written from the domain ("Messages") and decision 0006. Where these are silent, this is how they are read:

- A company's occasions are the days of its plan around a due day. Of each assignment there is a day until which
  they are *dealt with*: on assigning that very day; on moving the last reminded day, but for the last reminder
  missed by then, which is still owed; with each sweep the reminded day; with a new plan the reminded day too, but
  the day of assigning for who was assigned that morning and not moved since: their first message said it all.
  A company that goes to another zone takes these days along; they are not worked out anew.
- A sweep passes over assignments of a company below Plus, or of a certification out of scope: what they miss is
  caught up, as after an outage. With a new plan it is not: what has passed by then has passed.
- A message that is unwanted at the moment of sending is cancelled, and not promised anew when what made it
  unwanted ends, unless the due day is moved away and back: then it is owed again, like any other.
- A message that is promised goes out however late it is sent while it is wanted. A later one about the same due day, or
  to the same manager, takes its place.
- "At most seven days late" is counted in local days when the message is promised.
- Assigned again, a person is reminded again: it is another assignment.
- A due day that is taken back to one that has passed is a move like any other: the last message that was missed
  goes out, if it still makes sense.
- A manager hears of a day once. Who becomes late after that on the same day is named with the next message.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WAITING, SENT, CANCELLED = "waiting", "sent", "cancelled"
ABOUT_A_DUE_DAY = ("reminder", "overdue")
DAYS_LATE = 7


@dataclass
class Firm:
    pk: int
    zone: str
    scope: set[int]
    is_plus: bool = True
    learner: tuple[int, ...] = (5,)
    manager: tuple[int, ...] = ()

    def today(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def reminded(self, at: datetime) -> date:
        """The last day of which it has been eight in the morning."""
        shown = at.astimezone(ZoneInfo(self.zone))
        return shown.date() if shown.hour >= 8 else shown.date() - timedelta(days=1)

    def eight_on(self, ordinal: int) -> datetime:
        return datetime.combine(date.fromordinal(ordinal), time(8), tzinfo=ZoneInfo(self.zone))


@dataclass
class Person:
    pk: int
    firm: Firm
    manager: Person | None = None
    is_active: bool = True
    enrolled: set[int] = field(default_factory=set)
    completed: set[int] = field(default_factory=set)


@dataclass
class Task:
    """One assignment. Days are dates, and ordinals where they are counted with."""

    pk: int
    person: Person
    certification: int
    due_on: date | None
    assigned_at: datetime
    dealt_with: int
    is_open: bool = True
    was_moved: bool = False
    due_days: list[date] = field(default_factory=list)

    @property
    def firm(self) -> Firm:
        return self.person.firm

    @property
    def is_reachable(self) -> bool:
        """Whether anything about it may be written to its person."""
        return self.is_open and self.person.is_active and self.certification in self.firm.scope

    @property
    def is_to_do(self) -> bool:
        return self.is_reachable and self.certification not in self.person.completed

    def day_of(self, before: int) -> int:
        assert self.due_on
        return self.due_on.toordinal() - before

    @property
    def occasions(self) -> list[int]:
        """The days of all, whoever is written to."""
        if self.due_on is None:
            return []
        return sorted({self.day_of(before) for before in (*self.firm.learner, *self.firm.manager)})


@dataclass
class Message:
    kind: str
    to: Person
    task: Task | None
    due_on: date | None
    due_by: int = 0
    state: str = WAITING
    rank: int = 0  # among those that would say the same


class Model:
    """Companies, people, assignments, and every message there should be, by its name."""

    def __init__(self) -> None:
        self.tasks: dict[int, Task] = {}
        self.messages: dict[str, Message] = {}
        self.pairs: list[tuple[Person, int]] = []

    def open_tasks(self, firm: Firm | None = None) -> list[Task]:
        return [task for task in self.tasks.values() if task.is_open and (firm is None or task.firm is firm)]

    @property
    def eligible(self) -> list[tuple[Person, int]]:
        """Of the pairs of people and certifications those that a press could assign now."""
        taken = {(task.person.pk, task.certification) for task in self.open_tasks()}
        return [
            (person, certification)
            for person, certification in self.pairs
            if person.firm.is_plus
            and certification in person.firm.scope & person.enrolled
            and person.is_active
            and (person.pk, certification) not in taken
        ]

    @property
    def pressable(self) -> list[Task]:
        """What a press could change now; while something is promised about some of them, only these."""
        tasks = [task for task in self.open_tasks() if task.firm.is_plus and task.certification in task.firm.scope]
        return [task for task in tasks if task in self._promised] or tasks

    @property
    def touchable(self) -> list[tuple[Person, int]]:
        """The pairs to which something may happen, in the same sense: where it matters most."""
        return [(task.person, task.certification) for task in self._promised] or self.pairs

    @property
    def _promised(self) -> list[Task]:
        """Of which a reminder, or a message about being overdue, is promised and not sent."""
        waiting = [each.task for each in self.messages.values() if each.state == WAITING and each.due_on]
        return [task for task in waiting if task]

    def days_left_behind(self, at: datetime) -> list[tuple[Task, date]]:
        """Due days from which a task was moved away, and to which a press could set it back."""
        return [
            (task, day)
            for task in self.pressable
            for day in dict.fromkeys(task.due_days)
            if day != task.due_on and day >= task.firm.today(at)
        ]

    # What people do

    def assign(self, pk: int, person: Person, certification: int, due_on: date | None, at: datetime) -> None:
        task = Task(pk, person, certification, due_on, at, dealt_with=person.firm.today(at).toordinal())
        task.due_days += [due_on] if due_on else []
        self.tasks[pk] = task
        self._promise(f"assigned:{pk}", Message("assigned", person, task, None))

    def move(self, task: Task, due_on: date | None, at: datetime) -> None:
        self._take_back(task, ABOUT_A_DUE_DAY)
        task.due_on, task.was_moved = due_on, True
        task.due_days += [due_on] if due_on else []
        task.dealt_with = task.firm.reminded(at).toordinal()
        if due_on:
            reminders = [task.day_of(before) for before in task.firm.learner if before >= 0]
            missed = [day for day in reminders if day <= task.dealt_with]
            task.dealt_with = max(missed, default=task.dealt_with + 1) - 1

    def close(self, task: Task) -> None:
        self._take_back(task, ("assigned", *ABOUT_A_DUE_DAY))
        task.is_open = False

    def change_plan(self, firm: Firm, learner: tuple[int, ...], manager: tuple[int, ...], at: datetime) -> None:
        self._queue_all(firm, at)
        firm.learner, firm.manager = learner, manager
        for task in self.open_tasks(firm):
            told_on = date.min if task.was_moved else firm.today(task.assigned_at)
            task.dealt_with = max(firm.reminded(at), told_on).toordinal()

    # What the system does

    def queue(self, at: datetime) -> None:
        for firm in {id(task.firm): task.firm for task in self.tasks.values()}.values():
            self._queue_all(firm, at)

    def deliver(self, at: datetime) -> list[str]:
        """The names of what goes out."""
        waiting = {name: each for name, each in self.messages.items() if each.state == WAITING}
        for message in waiting.values():
            message.state = SENT if self._is_wanted(message, at) else CANCELLED
        return [name for name, message in waiting.items() if message.state == SENT]

    def bell(self) -> set[tuple[int, str]]:
        """Whose bell says what, by the ids of people and the names of messages; nobody here reads it."""
        return {(each.to.pk, name) for name, each in self.messages.items() if each.state != CANCELLED}

    def late_of(self, message: Message) -> list[Task]:
        """Whom a message to a manager names: who is late by the day it was promised, as things are now."""
        tasks = [task for task in self.open_tasks() if task.person.manager is message.to and task.is_to_do]
        return [task for task in tasks if task.due_on and task.due_on.toordinal() <= message.due_by]

    def moments(self, after: datetime) -> Iterator[datetime]:
        """At which something comes, by the plans and the clocks of now."""
        for task in self.open_tasks():
            soon = [day for day in task.occasions if day <= after.toordinal() + 400]
            yield from (at for at in map(task.firm.eight_on, soon) if at > after)

    def _queue_all(self, firm: Firm, at: datetime) -> None:
        if firm.is_plus:
            for task in self.open_tasks(firm):
                if task.certification in firm.scope:
                    self._queue(task, firm.today(at).toordinal(), firm.reminded(at).toordinal(), at)

    def _queue(self, task: Task, today: int, reminded: int, at: datetime) -> None:
        come = [day for day in task.occasions if task.dealt_with < day <= reminded]
        if not come or task.due_on is None:
            return
        task.dealt_with = reminded
        if not task.is_to_do:
            return
        to_learner = [before for before in task.firm.learner if task.day_of(before) in come]
        if to_learner:
            self._remind(task, min(to_learner), task.due_on, today)
        to_manager = [before for before in task.firm.manager if today - DAYS_LATE <= task.day_of(before) <= reminded]
        boss = task.person.manager
        if boss and boss.is_active and any(task.day_of(before) in come for before in to_manager):
            message = Message("team_overdue", boss, None, None, due_by=today + max(task.firm.manager), rank=today)
            self._promise(f"team_overdue:{boss.pk}:{task.firm.today(at)}", message)

    def _remind(self, task: Task, before: int, due_on: date, today: int) -> None:
        """The last of those that have come, if it still makes sense."""
        if before >= 0 and due_on.toordinal() >= today:
            self._promise(
                f"reminder:{task.pk}:{due_on}:{before}", Message("reminder", task.person, task, due_on, rank=-before)
            )
        if before < 0 and task.day_of(before) >= today - DAYS_LATE:
            self._promise(
                f"overdue:{task.pk}:{due_on}:{-before}", Message("overdue", task.person, task, due_on, rank=-before)
            )

    def _promise(self, name: str, message: Message) -> None:
        """Once ever; one that was taken back may be promised anew."""
        if name not in self.messages or self.messages[name].state == CANCELLED:
            self.messages[name] = message

    def _take_back(self, task: Task, kinds: tuple[str, ...]) -> None:
        for message in self.messages.values():
            if message.task is task and message.kind in kinds and message.state == WAITING:
                message.state = CANCELLED

    def _is_wanted(self, message: Message, at: datetime) -> bool:
        task = message.task
        if self._is_replaced(message):
            return False
        if task is None:
            return message.to.is_active and message.to.firm.is_plus and bool(self.late_of(message))
        if message.kind == "assigned":
            return task.is_reachable
        is_true = task.is_to_do and task.firm.is_plus and task.due_on == message.due_on
        return is_true and (message.kind == "overdue" or message.due_on >= task.firm.today(at))

    def _is_replaced(self, message: Message) -> bool:
        """By a later one: of a task the last that speaks of its due day, of a manager the last message."""
        return message.kind != "assigned" and any(
            other.task is message.task
            and other.to is message.to
            and other.due_on == message.due_on
            and other.kind != "assigned"
            and other.state != CANCELLED
            and other.rank > message.rank
            for other in self.messages.values()
        )
