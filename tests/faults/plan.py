"""The plan of a campaign: which faults, in which phase, when. A pure function of seed and size.

A phase has one kind of fault and messages of its own. Phases that only hold mail up come first, those that leave
leases behind come last, so that their recovery overlaps and the whole stays short.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from notifications.failpoints import NAMES as FAILPOINTS

#: Seconds by which a fault comes later than its kind says, at the most.
JITTER = 0.8


@dataclass(frozen=True)
class Fault:
    """`what` is done `after` so many seconds of its phase, and healed when it has lasted. `choice` in [0, 1) picks
    the victim, `detail` says the rest.
    """

    after: float
    what: str
    lasts: float = 0.0
    detail: str = ""
    choice: float = 0.0


@dataclass(frozen=True)
class Kind:
    """`promised`: seconds within which a message goes out once it is due and the faults of its phase are healed.

    `rounds`: into how many parts the admins divide their people.
    """

    seconds: float
    promised: float
    faults: Sequence[Fault] = ()
    rounds: int = 2


@dataclass(frozen=True)
class Phase:
    """One kind of fault at one time of the campaign, with faults of its own."""

    number: int
    name: str
    kind: Kind
    faults: Sequence[Fault]

    @property
    def key(self) -> str:
        """The beginning of the name of each of its assignments."""
        return f"Phase {self.number:03}"


@dataclass(frozen=True)
class Size:
    """`rounds`: how often all phases come; `learners` of each company have a part in each of them."""

    name: str
    rounds: int
    learners: int
    kinds: tuple[str, ...] = ()


CLOCK, FAILPOINT, NO_FAULT = "clock forward and back", "killed at each failpoint", "none"

KINDS: dict[str, Kind] = {
    "mail server refuses connections": Kind(8, 45, [Fault(1, "smtp refuses", 4), Fault(6, "smtp refuses", 1)]),
    "mail server says 4xx": Kind(8, 45, [Fault(1, "smtp busy", 2), Fault(4.5, "smtp busy", 2)]),
    "mail server grey-lists": Kind(8, 45, [Fault(0, "smtp grey", 7)]),
    "mail server says 5xx to some": Kind(7, 15, [Fault(0, "smtp 5xx", 2.5), Fault(3.5, "smtp 5xx", 2.5)]),
    "mail server hangs up in DATA": Kind(8, 45, [Fault(0.5, "smtp cut", 3, "4"), Fault(4.5, "smtp cut", 3, "4")]),
    "no answer after DATA": Kind(9, 60, [Fault(0.5, "smtp mute", 3, "3"), Fault(5, "smtp mute", 3, "3")]),
    "mail server stalls": Kind(
        12,
        60,
        [Fault(2.0 * nth, "smtp stall", 1, at) for nth, at in enumerate(["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])],
    ),
    NO_FAULT: Kind(8, 15),
    "Redis stopped": Kind(10, 15, [Fault(0.5, "redis stop", 3, "TERM"), Fault(5, "redis stop", 4, "KILL")]),
    "Redis flushed": Kind(7, 15, [Fault(after, "redis flush") for after in (1, 3, 5)]),
    "Redis paused": Kind(10, 15, [Fault(0.5, "redis pause", 3), Fault(5, "redis freeze", 4)]),
    "Redis wrong password": Kind(8, 15, [Fault(0.5, "redis password", 6)]),
    "Redis full": Kind(8, 15, [Fault(0.5, "redis full", 6)]),
    "Redis silent": Kind(9, 15, [Fault(0.5, "redis silent", 6)]),
    CLOCK: Kind(12, 30, [Fault(3 + nth, "clock", detail=days) for nth, days in enumerate(["2", "-1", "2", "2", "-2"])]),
    "poisoned rows": Kind(
        7, 15, [Fault(1 + nth, "poison", detail=how) for nth, how in enumerate(["kind", "context", "subject"])]
    ),
    "PostgreSQL restarted": Kind(14, 15, [Fault(after, "postgresql crash") for after in (1, 5, 9)]),
    "web killed": Kind(
        10, 15, [Fault(1, "kill web child"), Fault(3, "kill web"), Fault(6, "end web"), Fault(8, "kill web child")]
    ),
    "stopped past the lease": Kind(9, 60, [Fault(2.5, "freeze worker", 52), Fault(2.5, "freeze sweep", 52)]),
    "0, 1 and 5 beats": Kind(
        12,
        30,
        [
            Fault(0, "beats", detail="0"),
            Fault(3, "beats", detail="5"),
            Fault(7, "kill beat"),
            Fault(9, "beats", 0, "1"),
        ],
    ),
    "sweep killed": Kind(10, 60, [Fault(1, "kill sweep"), Fault(4, "kill sweep"), Fault(7, "end sweep")]),
    "worker told to end": Kind(10, 30, [Fault(1, "end worker"), Fault(5, "end worker")]),
    "worker killed": Kind(
        14,
        60,
        [Fault(after, "kill worker child") for after in (1, 3, 5, 7)]
        + [Fault(9, "kill worker"), Fault(11.5, "kill worker")],
    ),
    FAILPOINT: Kind(
        18,
        60,
        [Fault(0, "senders away", 18), *(Fault(0.5 + 1.6 * nth, "failpoint", 6) for nth in range(len(FAILPOINTS)))],
        rounds=4,
    ),
}

SIZES = {
    "ci": Size("ci", rounds=1, learners=30),
    "long": Size("long", rounds=9, learners=40),
    "short": Size(
        "short",
        rounds=1,
        learners=30,
        kinds=("no answer after DATA", NO_FAULT, "Redis flushed", "stopped past the lease", "worker killed", FAILPOINT),
    ),
}


def phases(seed: int, size: Size) -> Sequence[Phase]:
    rng = random.Random(f"{seed} {size.name}")  # noqa: S311
    names = [name for _ in range(size.rounds) for name in size.kinds or KINDS]
    return [Phase(number, name, KINDS[name], _drawn(KINDS[name], rng)) for number, name in enumerate(names)]


def _drawn(kind: Kind, rng: random.Random) -> Sequence[Fault]:
    """The faults of a kind with all that is left to chance."""
    places = iter(rng.sample(FAILPOINTS, len(FAILPOINTS)))
    return [
        replace(
            fault,
            after=fault.after + rng.uniform(0, JITTER),
            choice=rng.random(),
            detail=_death_at(next(places), rng) if fault.what == "failpoint" else fault.detail,
        )
        for fault in kind.faults
    ]


def _death_at(place: str, rng: random.Random) -> str:
    """Reached once a sweep: the first time. Reached once an email: one of the first."""
    return f"{place}=exit@{1 if place in ('queued', 'claimed') else rng.randint(1, 4)}"
