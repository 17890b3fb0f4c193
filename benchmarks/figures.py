"""Taking times, and the lines and numbers that come of them."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

#: Every time is taken so often, after a warm-up. Once is enough to see that a benchmark runs.
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


@dataclass(frozen=True)
class Timed:
    """Some times of one job, in seconds. The `fastest` of all is nearest to what an idle machine would take."""

    seconds: Sequence[float]
    fastest: float = 0.0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def in_words(self) -> str:
        low, high = min(self.seconds), max(self.seconds)
        if self.median >= 0.4:
            return f"{self.median:.2f} s median of {len(self.seconds)} ({low:.2f}–{high:.2f})"
        number = "{:.1f}" if self.median < 0.02 else "{:.0f}"
        low_ms, median, high_ms = (number.format(1000 * each) for each in (low, self.median, high))
        return f"{median} ms median of {len(self.seconds)} ({low_ms}–{high_ms})"


@dataclass(frozen=True)
class Figure:
    """One line: `value` is a factor (`unit` says of what), or milliseconds, MiB, a share; `goal` what it is held to.

    `at_least` turns the comparison round. Without a goal it is only told.
    """

    id: str
    job: str
    value: float
    unit: str
    goal: float | None = None
    at_least: bool = False
    timed: Timed | None = None
    limit: Timed | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def is_met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    @property
    def line(self) -> str:
        goal = "" if self.goal is None else f" (goal {'≥ ' if self.at_least else ''}{_number(self.goal)})"
        parts = [f"{self.id} {self.job}: {_number(self.value)} {self.unit}{goal}"]
        if self.timed:
            parts.append(self.timed.in_words)
        parts += [f"{name} {value}" for name, value in self.notes.items()]
        return " · ".join([*parts, "missed"] if self.is_met is False else parts)

    def as_json(self) -> dict[str, Any]:
        kept = asdict(self)
        for name in ("timed", "limit"):
            timed: Timed | None = getattr(self, name)
            kept[name] = timed and {"median": round(timed.median, 5), "all": [round(each, 5) for each in timed.seconds]}
        return kept | {"value": round(self.value, 3), "is_met": self.is_met}


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 20 or value == int(value) else f"{value:.1f}"


def seconds_of(job: Callable[[], object]) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def timed(job: Callable[[], object], *, rounds: int = ROUNDS, times: int = 1) -> Timed:
    """The times of a job after a warm-up; each the median of so many `times`, for jobs of a few milliseconds."""
    taken = [[seconds_of(job) for _ in range(times)] for _ in range(rounds + 1)]
    return Timed([statistics.median(each) for each in taken[1:]], fastest=min(min(each) for each in taken[1:]))


def against(name: str, job: str, own: Timed, limit: Timed, *, what: str, goal: float, **notes: Any) -> Figure:
    """A job beside its limit: how many times as long it takes."""
    return Figure(name, job, own.median / limit.median, f"x {what}", goal, timed=own, limit=limit, notes=notes)


def within(name: str, job: str, own: Timed, *, milliseconds: float, **notes: Any) -> Figure:
    """A job that has a time to keep."""
    fastest = {"fastest": f"{1000 * own.fastest:.0f} ms"} if own.fastest else {}
    return Figure(name, job, 1000 * own.median, "ms", milliseconds, timed=own, notes=fastest | notes)
