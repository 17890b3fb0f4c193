"""The plan of a round: a cast, what was pressed yesterday, what is pressed now at once. A pure function of its seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .model import after
from .words import (
    ASSIGN,
    BOUNCE,
    CHANGE_PLAN,
    COMPLETE,
    DEACTIVATE,
    DEFAULT_PLAN,
    ENROLL,
    MOVE,
    OF_ADMINS,
    REACTIVATE,
    REMIND,
    SEND_AGAIN,
    STEPS,
    SWEEP,
    TAKE_BACK,
    TODAY,
    UNASSIGN,
    WITHDRAW,
    YESTERDAY,
    Key,
    Person,
    Plan,
    Press,
)  # fmt: skip
from .world import World

ADMINS = 8
PLANS: Sequence[Plan] = (DEFAULT_PLAN, (14, 5, 1), (5, 0, -3), (30, 7), (3,))
DUE: Sequence[int | None] = (None, 0, 2, 4, 5, 6, 8, 14, 30)
#: What is pressed how often.
WEIGHTS = {
    ASSIGN: 6, MOVE: 6, UNASSIGN: 4, TAKE_BACK: 4, REMIND: 2.5, SEND_AGAIN: 1.5, CHANGE_PLAN: 1.2, WITHDRAW: 2,
    ENROLL: 1.5, DEACTIVATE: 1.5, REACTIVATE: 1.2, COMPLETE: 2, SWEEP: 1.5,
}  # fmt: skip
BY_DAYS: Sequence[int] = (-7, -3, -1, 1, 3, 7)
BY_WEB, TWICE, TWICE_WITH_OTHER_CONTENT, STALE, MOVED_BY_DAYS, BY_FILE = 0.35, 0.1, 0.03, 0.2, 0.4, 0.25


@dataclass(frozen=True)
class Round:
    """`before` is the world after yesterday's presses. `delays` seed the pauses of each of the presses."""

    seed: str
    people: Sequence[Person]
    plan: Plan
    yesterday: Sequence[Press]
    before: World
    presses: Sequence[Press]
    delays: Sequence[int]

    @property
    def is_swept(self) -> bool:
        return any(press.what == SWEEP for press in self.presses)


def round_of(seed: int, number: int) -> Round:
    return _Dice(f"{seed} {number}").round()


class _Dice:
    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._rng = random.Random(seed)  # noqa: S311, it has to fall the same way again
        # Dice of their own: what else is pressed stays as it was without them.
        self._days = random.Random(f"{seed} by days")  # noqa: S311, it has to fall the same way again
        self._files = random.Random(f"{seed} by file")  # noqa: S311, it has to fall the same way again
        self._admins = [*range(ADMINS)]
        self._rng.shuffle(self._admins)

    def round(self) -> Round:
        people = [self._person() for _ in range(self._rng.randint(4, 10))]
        plan = self._rng.choice(PLANS) if self._chance(0.5) else DEFAULT_PLAN
        self._world = World(people, plan)
        self._hot = [*range(len(people))]
        yesterday = self._play_yesterday()
        self._hot = self._rng.sample(self._hot, self._rng.randint(2, min(5, len(people))))
        presses = self._presses()
        before = self._world
        before.is_swept = any(press.what == SWEEP for press in presses)
        delays = [self._rng.randrange(2**32) for _ in presses]
        return Round(self._seed, people, plan, yesterday, before, presses, delays)

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _person(self) -> Person:
        has_attended = self._chance(0.95)
        was_enrolled = has_attended and self._chance(0.9)
        was_withdrawn = was_enrolled and self._chance(0.07)
        status = self._rng.choices(["active", "waiting", "inactive"], [86, 7, 7])[0]
        return Person(
            status=status,
            has_logged_in=status != "waiting" and self._chance(0.7),
            has_attended=has_attended,
            is_enrolled=was_enrolled and not was_withdrawn,
            was_withdrawn=was_withdrawn,
            steps=frozenset(self._rng.sample(STEPS, self._rng.choice([1, 2]))) if self._chance(0.15) else frozenset(),
        )

    # Yesterday, one after the other

    def _play_yesterday(self) -> Sequence[Press]:
        played: list[Press] = []
        whats = [ASSIGN, *self._rng.choices([ASSIGN, MOVE, UNASSIGN, REMIND, SWEEP], [2, 4, 4, 1, 1], k=2)]
        whats = whats[: self._rng.randint(1, 3)]
        if self._chance(0.15):
            whats += [SWEEP, BOUNCE]
        for what in whats:
            press = self._press(what, f"y{len(played) + 1}", self._rng.choice(self._admins), YESTERDAY)
            if press:
                self._world = _next(self._world, press)
                played.append(press)
        return played

    # Now, at once

    def _presses(self) -> Sequence[Press]:
        presses: list[Press] = []
        size = self._rng.randint(2, 8)
        while len(presses) < size:
            if presses and self._chance(TWICE + TWICE_WITH_OTHER_CONTENT):
                twin = self._twin(self._rng.choice(presses))
            else:
                what = self._rng.choices([*WEIGHTS], [*WEIGHTS.values()])[0]
                twin = self._press(what, f"p{len(presses) + 1}", self._admins[len(presses)], TODAY)
                twin = self._by_days(twin) if twin and twin.what == MOVE else twin
                twin = self._by_file(twin) if twin and self._files.random() < BY_FILE else twin
            if twin:
                presses.append(replace(twin, by_web=twin.what in OF_ADMINS and self._chance(BY_WEB)))
        return presses

    def _twin(self, press: Press) -> Press | None:
        """The same press once more, or one that claims to be."""
        if press.what not in OF_ADMINS:
            return None
        if self._chance(TWICE / (TWICE + TWICE_WITH_OTHER_CONTENT)):
            return press
        if press.by_file:
            return None
        if press.days:
            return replace(press, days=press.days + 10)
        return replace(press, due=9) if press.what in (ASSIGN, MOVE) else None

    def _by_days(self, press: Press) -> Press:
        """Now and then each of them by some days, in place of all to one day."""
        if self._days.random() > MOVED_BY_DAYS:
            return press
        return replace(press, due=None, days=self._days.choice(BY_DAYS), spares=self._days.random() < STALE)

    def _by_file(self, press: Press) -> Press:
        """The same by a file, of which those lines are pressed that can be carried out when it is judged."""
        if press.what == ASSIGN:
            able = tuple(number for number in press.people if not self._world.why_not(number))
            return replace(press, people=able, by_file=True) if able else press
        if press.what not in (UNASSIGN, MOVE) or press.days:
            return press
        tasks = {key: self._world.tasks[key] for key, _ in press.seen if self._world.tasks[key].is_open}
        seen = tuple(
            (key, task.version) for key, task in tasks.items() if press.what == UNASSIGN or task.due != press.due
        )
        return replace(press, seen=seen, by_file=True) if seen else press

    def _press(self, what: str, label: str, by: int, day: int) -> Press | None:
        """One deed of that sort, if there is anything to do it with."""
        press = Press(label, what, by, day=day)
        if what == ASSIGN:
            return replace(press, people=self._some_people(), due=self._rng.choice(DUE))
        if what in (UNASSIGN, MOVE, REMIND, SEND_AGAIN):
            return self._about_tasks(press)
        if what == TAKE_BACK:
            return self._take_back(press)
        if what == CHANGE_PLAN:
            seen = self._world.plan if self._chance(0.85) else self._rng.choice(PLANS)
            return replace(press, plan=self._rng.choice(PLANS), seen_plan=seen)
        press = Press(label, what, day=day)
        if what == SWEEP:
            return press
        if what == BOUNCE:
            return replace(press, people=self._some_people())
        step = self._rng.choice(STEPS) if what == COMPLETE else 0
        return replace(press, people=(self._somebody(what),), step=step)

    def _some_people(self) -> tuple[int, ...]:
        least = 1 if self._chance(0.3) else max(1, len(self._hot) // 2)
        return tuple(self._rng.sample(self._hot, self._rng.randint(least, len(self._hot))))

    def _somebody(self, what: str) -> int:
        """Rather somebody to whom it can happen."""
        able = [number for number in self._hot if _can(what, self._world.people[number])]
        return self._rng.choice(able if able and self._chance(0.7) else self._hot)

    def _about_tasks(self, press: Press) -> Press | None:
        keys = [key for key in self._world.tasks if key[0] in self._hot and self._may_be_on_screen(key)]
        if not keys:
            return None
        self._rng.shuffle(keys)
        seen = tuple((key, self._version(key)) for key in keys[: self._rng.randint((len(keys) + 1) // 2, len(keys))])
        return replace(press, seen=seen, due=self._rng.choice(DUE) if press.what == MOVE else None)

    def _may_be_on_screen(self, key: Key) -> bool:
        return self._world.tasks[key].is_open or self._chance(STALE)

    def _version(self, key: Key) -> int:
        """As the page shows it, which may be an older one."""
        version = self._world.tasks[key].version
        return max(1, version - 1) if self._chance(STALE) else version

    def _take_back(self, press: Press) -> Press | None:
        kinds = (ASSIGN, UNASSIGN, MOVE)
        labels = [label for label, (asked, told) in self._world.done.items() if asked.what in kinds and told.changed]
        return replace(press, takes_back=self._rng.choice(labels)) if labels else None


def _can(what: str, person: Person) -> bool:
    if what == WITHDRAW:
        return person.is_enrolled
    if what == ENROLL:
        return person.has_attended and not person.is_enrolled
    if what == REACTIVATE:
        return person.status == "inactive"
    return person.status == "active"


def _next(world: World, press: Press) -> World:
    played = after(world, press)
    assert played is not None
    return played[0]
