"""How soon it healed, and what people at work felt: figures that are printed beside their goals, never judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import quantiles

from .campaign import Campaign
from .ledger import Accepted
from .verdict import Past, Row
from .visitors import Request

REDIS_IS_AWAY = ("Redis stopped", "Redis paused", "Redis wrong password", "Redis full", "Redis silent")
#: Phases in which people at work may feel more than Redis.
WEB_IS_STRUCK = ("PostgreSQL restarted", "web killed")


class Measures:
    def __init__(
        self, played: Campaign, pasts: Sequence[Past], accepted: Sequence[Accepted], rows: Sequence[Row]
    ) -> None:
        self._played, self._pasts, self._accepted = played, pasts, accepted
        self._rows = {row.kind: row for row in rows}

    def lines(self) -> list[str]:
        named: list[tuple[str, Callable[[], str]]] = [
            ("Longest wait after a worker was killed (goal 60 s)", lambda: self._longest_wait("worker killed")),
            ("PostgreSQL back until the next mail (goal 5 s)", self._after_postgresql),
            ("Longest wait without Redis (goal 15 s)", lambda: self._longest_wait(*REDIS_IS_AWAY)),
            ("Redis silent until its worker sends again (goal 40 s)", self._after_silence),
            ("Requests without Redis", lambda: self._requests(lambda name: name in REDIS_IS_AWAY)),
            ("Requests otherwise, web and PostgreSQL untouched", lambda: self._requests(_is_otherwise)),
            ("Killed at failpoints", self._failpoints),
            ("Poisoned rows at the end", lambda: str(self._played.poisoned)),
        ]
        return [f"{what}: {figure() or 'not measured'}" for what, figure in named]

    def _longest_wait(self, *names: str) -> str:
        waits = [wait for name in names if name in self._rows for wait in self._rows[name].waits]
        return f"{max(waits):.1f} s" if waits else ""

    def _after_postgresql(self) -> str:
        waits = [self._next_mail(back_at) for back_at in self._played.striker.postgresql_back_at]
        return ", ".join(f"{wait:.1f} s" for wait in waits if wait is not None)

    def _after_silence(self) -> str:
        """From the beginning of the silence; what the worker had at hand then does not count."""
        waits = []
        for at, name in self._played.striker.went_silent:
            phase = next(past for past in reversed(self._pasts) if past.began_at <= at)
            waits.append(self._next_mail(phase.healed_at, by=name, since=at))
        return ", ".join("never" if wait is None else f"{wait:.1f} s" for wait in waits)

    def _next_mail(self, after: float, *, by: str = "", since: float | None = None) -> float | None:
        at = (one.accepted_at for one in self._accepted if one.accepted_at > after and by in ("", one.by))
        found = min(at, default=None)
        return None if found is None else found - (after if since is None else since)

    def _requests(self, is_meant: Callable[[str], bool]) -> str:
        asked = [each for each in self._played.requests() if is_meant(self._phase_of(each))]
        presses = sorted(each.seconds for each in asked if each.method == "POST")
        if len(presses) < 2:
            return ""
        errors = sum(each.is_error for each in asked)
        return f"{len(asked):,}, {errors} errors; POST median {_ms(presses, 50)}, p99 {_ms(presses, 99)}"

    def _phase_of(self, request: Request) -> str:
        return next((past.phase.name for past in reversed(self._pasts) if past.began_at <= request.at), "")

    def _failpoints(self) -> str:
        return ", ".join(sorted(self._played.deaths()))


def _is_otherwise(name: str) -> bool:
    return bool(name) and name not in (*REDIS_IS_AWAY, *WEB_IS_STRUCK)


def _ms(seconds: Iterable[float], percentile: int) -> str:
    return f"{1000 * quantiles(seconds, n=100, method='inclusive')[percentile - 1]:.0f} ms"
