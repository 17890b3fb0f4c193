"""What is counted over a run, and how it is printed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

from tests.faults.report import say

from .fifty import Fifty

__all__ = ["Tally", "catches", "fifty", "say", "table"]


@dataclass
class Tally:
    """A run in numbers. `tried`: how many presses the judge of each round had to try."""

    rounds: int = 0
    presses: Counter[str] = field(default_factory=Counter)
    by_web: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    sizes: Counter[int] = field(default_factory=Counter)
    changed: int = 0
    deadlocks: int = 0
    tried: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    bad_rounds: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, played: dict[str, Any]) -> None:
        with self._lock:
            self.rounds += 1
            self.sizes[len(played["presses"])] += 1
            for (what, is_by_web), answer in zip(played["presses"], played["answers"], strict=True):
                self.presses[what] += 1
                self.by_web[what] += is_by_web
                self.answers[answer] += 1
            self.skipped.update(played["skipped"])
            self.changed += played["changed"]
            self.tried.append(max(0, played["tried"] - len(played["presses"])))
            self.seconds.append(played["seconds"])
            self.bad_rounds += bool(played["complaints"])
            self.complaints += [f"round {played['number']}: {complaint}" for complaint in played["complaints"]]

    @property
    def kinds(self) -> Counter[str]:
        """The complaints by their sort."""
        return Counter(each.partition(": ")[2].partition(":")[0] for each in self.complaints)


def table(tally: Tally) -> str:
    lines = ["| press | times | of these by the web |", "| --- | --- | --- |"]
    lines += [f"| {what} | {count:,} | {tally.by_web[what]:,} |" for what, count in tally.presses.most_common()]
    lines.append(f"| all | {tally.presses.total():,} | {tally.by_web.total():,} |")
    at_once = ", ".join(f"{size}: {count:,}" for size, count in sorted(tally.sizes.items()))
    farthest = max(tally.tried, default=0)
    lines += [
        f"{tally.rounds:,} rounds; presses at once: {at_once}",
        f"answers: {_listed(tally.answers)}",
        f"changed for {tally.changed:,} people; skipped: {_listed(tally.skipped)}",
        f"deadlocks that PostgreSQL found: {tally.deadlocks}",
        f"rounds with complaints: {tally.bad_rounds}; {_listed(tally.kinds) or 'none'}",
        f"presses that the judge tried in vain: {sum(tally.tried):,}, at most {farthest:,} in one round",
        f"a round's presses took {_seconds(tally.seconds)}",
    ]
    return "\n".join(lines)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common())


def _seconds(seconds: Sequence[float]) -> str:
    if len(seconds) < 2:
        return f"{sum(seconds):.2f} s"
    shares = quantiles(seconds, n=100, method="inclusive")
    return f"{shares[49]:.2f} s in the middle, {shares[98]:.2f} s at the 99th percentile, {max(seconds):.2f} s at most"


def catches(found: Sequence[tuple[str, Tally]]) -> str:
    """One row per broken build: by what it was caught."""
    lines = ["| broken build | rounds | with complaints | deadlocks | by what | caught |", "| --- |" + " --- |" * 5]
    for name, tally in found:
        caught = "yes" if tally.complaints else "no"
        by = _listed(tally.kinds)
        lines.append(f"| {name} | {tally.rounds} | {tally.bad_rounds} | {tally.deadlocks} | {by} | {caught} |")
    return "\n".join(lines)


def fifty(pressed: Sequence[Fifty]) -> str:
    heads = "fifty times at once", "answers", "operations", "people changed", "with other content", "one effect"
    lines = [f"| {' | '.join(heads)} |", "| --- |" + " --- |" * 5]
    lines += [
        f"| {each.what} | {_listed(each.answers)} | {each.operations} | {each.changes} | {each.other_content} | "
        f"{'yes' if each.is_one else 'no'} |"
        for each in pressed
    ]
    return "\n".join(lines)
