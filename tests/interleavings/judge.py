"""The judge of a round: is what everybody was told, and what the tables say now, that of *some* serial order?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .messages import Post, possible
from .model import after
from .words import Key, Person, Plan, Press, Task, Told
from .world import World

#: So many presses are tried at the most; all orders of eight that do not commute would be more.
PATIENCE = 120_000


@dataclass(frozen=True)
class Evidence:
    """What the business tables say after a round."""

    people: Sequence[Person]
    plan: Plan
    tasks: dict[Key, Task]
    posts: Sequence[Post]


@dataclass(frozen=True)
class Verdict:
    """`order` is a serial order that explains everything, by the numbers of the presses; None: there is none.

    `tried` is after how many presses it was found, or given up.
    """

    order: Sequence[int] | None
    tried: int
    nearest: str = ""


class Judge:
    """Searches the orders of the presses, the likeliest first; what cannot have been told ends a branch."""

    def __init__(self, before: World, presses: Sequence[Press], told: Sequence[Told], evidence: Evidence) -> None:
        self._before, self._presses, self._told, self._evidence = before, presses, told, evidence
        self._tried = 0
        self._nearest: tuple[int, str] = (-1, "")
        self._dead: set[tuple[object, ...]] = set()

    def judge(self, guess: Sequence[int]) -> Verdict:
        order = self._search(self._before, tuple(guess), ())
        return Verdict(order, self._tried, "" if order else self._nearest[1])

    def _search(self, world: World, left: tuple[int, ...], order: tuple[int, ...]) -> tuple[int, ...] | None:
        if not left:
            difference = self._difference(world)
            self._note(len(order) + 1, f"{self._named(order)}: {difference}")
            return None if difference else order
        here = (frozenset(left), world.fingerprint)
        if here in self._dead:
            return None
        for number in left:
            if self._tried >= PATIENCE:
                return None
            self._tried += 1
            played = after(world, self._presses[number], self._told[number])
            if played is None:
                self._note(len(order), f"after {self._named(order)}: {self._contradiction(world, number)}")
                continue
            found = self._search(played[0], tuple(each for each in left if each != number), (*order, number))
            if found is not None:
                return found
        self._dead.add(here)
        return None

    def _note(self, length: int, what: str) -> None:
        if length > self._nearest[0]:
            self._nearest = length, what

    def _named(self, order: Sequence[int]) -> str:
        return " → ".join(self._presses[number].label for number in order) or "nothing"

    def _contradiction(self, world: World, number: int) -> str:
        press, told = self._presses[number], self._told[number]
        expected = None if world.is_swept else after(world, press)
        return f"“{press.label}” told {told}, the rules {expected[1] if expected else 'nothing like it'}"

    def _difference(self, world: World) -> str:
        """What the tables say otherwise than this world; empty when it is the same."""
        evidence = self._evidence
        if list(evidence.people) != world.people:
            return f"people {_pairs(evidence.people, world.people)}"
        if evidence.plan != world.plan:
            return f"plan {evidence.plan}, not {world.plan}"
        if evidence.tasks != world.tasks:
            keys = {*evidence.tasks, *world.tasks}
            return "; ".join(
                f"{key}: {evidence.tasks.get(key)}, not {world.tasks.get(key)}"
                for key in sorted(keys)
                if evidence.tasks.get(key) != world.tasks.get(key)
            )
        return "; ".join(
            f"messages of {number}: {post}, not one of {sorted(map(str, self._posts(world, number)))}"
            for number, post in enumerate(evidence.posts)
            if post not in self._posts(world, number)
        )

    def _posts(self, world: World, number: int) -> frozenset[Post]:
        posts = world.posts[number]
        if not world.is_swept:
            return posts
        return possible(posts, world.tasks, world.people[number], world.plan, day=0)


def _pairs(found: Sequence[Person], expected: Sequence[Person]) -> str:
    return "; ".join(f"{one}, not {other}" for one, other in zip(found, expected, strict=True) if one != other)
