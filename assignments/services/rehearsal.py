"""What a press would do at this moment, and how what it did differs from that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from assignments.models import Skipped

#: Reasons in a dialog, and people named for each; the others are numbers.
REASONS_SHOWN, NAMES_SHOWN = 20, 10


@dataclass(frozen=True)
class Reason:
    """Why some stay as they are: a sentence, and their names. Empty for whoever is unknown."""

    words: str
    names: Sequence[str]

    @property
    def shown(self) -> Sequence[str]:
        return self.names[:NAMES_SHOWN]

    @property
    def others(self) -> int:
        return len(self.names) - len(self.shown)


@dataclass(frozen=True)
class Rehearsal:
    """What a press would do at this moment: the ids of those selected whom it would change, and the others and why."""

    able: Sequence[int]
    skipped: Sequence[Skipped]

    @property
    def count(self) -> int:
        return len(self.able)

    @property
    def foreseen(self) -> list[int]:
        """The ids of those who would stay as they are."""
        return [person["id"] for person in self.skipped if "id" in person]

    @property
    def by_reason(self) -> list[Reason]:
        """Those skipped for each of the most frequent reasons, the first one first."""
        names: dict[str, list[str]] = {}
        for person in self.skipped:
            names.setdefault(person["reason"], []).append(person["name"])
        reasons = sorted((Reason(*each) for each in names.items()), key=lambda reason: -len(reason.names))
        return reasons[:REASONS_SHOWN]


def unforeseen_first(skipped: Iterable[Skipped], foreseen: Collection[int] | None) -> list[Skipped]:
    """Whom a press skipped, first those of whom its dialog had not said so, marked. None: it had no dialog."""
    if foreseen is None:
        return list(skipped)
    known = set(foreseen)
    marked = [person if person.get("id") in known else person | {"unforeseen": True} for person in skipped]
    return sorted(marked, key=lambda person: "unforeseen" not in person)
