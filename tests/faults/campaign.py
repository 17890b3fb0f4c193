"""One campaign: the stage is set, phase after phase is played, all heals, and the evidence is gathered."""

from __future__ import annotations

import heapq
import json
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from . import actors, intentions, ledger
from .content import LOGGING_IN
from .faults import Heal, Striker
from .plan import CLOCK, Fault, Phase, Size, phases
from .report import say
from .stage import PYTHON, Stage
from .verdict import Evidence, Past
from .visitors import Request, Visitor, wait_for_pages

# Seconds.
TICK = 0.05
#: So long whoever is still at work may take at the end: longer than a visitor insists.
ACTORS_PATIENCE = 300.0
#: A reminder that the last press has made due is queued by the next sweep, which comes every 5.
TWO_SWEEPS = 11.0
#: So long everything may take to go out at the end; a lease lasts 45.
QUIET_AT_MOST = 100.0

_WAITING = "SELECT count(*) FROM notifications_notification WHERE state IN ('pending', 'claimed', 'sending')"
_BELL = """
SELECT kind, (context->>'assignment')::bigint, COALESCE(context->>'due_on', ''), count(*)
FROM notifications_notification WHERE dedupe_key NOT LIKE 'poison:%%' AND (state <> 'cancelled' OR read_at IS NOT NULL)
GROUP BY 1, 2, 3
"""
_POISONED = "SELECT state, count(*) FROM notifications_notification WHERE dedupe_key LIKE 'poison:%' GROUP BY 1"


class Campaign:
    """Everything in it but the people at work happens in the thread that calls `run`."""

    def __init__(self, stage: Stage, *, seed: int, size: Size) -> None:
        self._stage, self._seed, self._size = stage, seed, size
        self._phases = phases(seed, size)
        self._actions: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = count()
        self._faults: dict[int, int] = {}
        self._healed_at: dict[int, float] = {}
        self._at_work: list[threading.Thread] = []
        self.troubles: list[str] = []
        self.began_at: dict[int, float] = {}

    def run(self) -> None:
        self._open()
        for phase in self._phases:
            self._play(phase)
        self._settle()

    def _open(self) -> None:
        self._stage.manage("migrate", "--verbosity", "0")
        filled = self._stage.run(PYTHON, "-m", "tests.faults.content", str(len(self._phases)), str(self._size.learners))
        self._content: dict[str, Any] = json.loads(filled)
        emails = [email for company in self._content["companies"] for email in company["emails"]]
        self.striker = Striker(self._stage, emails)
        self._stage.start_everything()
        wait_for_pages(self._stage.web_port)
        self.admins = [self._logged_in(company["admin"]) for company in self._content["companies"]]
        self.learners = [
            [self._logged_in(email) for email in company["emails"][:LOGGING_IN]]
            for company in self._content["companies"]
        ]

    def _logged_in(self, email: str) -> Visitor:
        visitor = Visitor(self._stage.web_port, email)
        visitor.log_in()
        return visitor

    def _play(self, phase: Phase) -> None:
        began = time.monotonic()
        self.began_at[phase.number] = self._healed_at[phase.number] = time.time()
        self._faults[phase.number] = 0
        say(f"{phase.key}  {phase.name}")
        for work in self._work(phase):
            self._employ(work)
        for fault in phase.faults:
            self._plan(began + fault.after, self._striking(phase, fault))
        while time.monotonic() < began + phase.kind.seconds:
            self._tick()

    def _striking(self, phase: Phase, fault: Fault) -> Callable[[], None]:
        def strike() -> None:
            heal = self.striker.strike(fault)
            self._faults[phase.number] += fault.what != "failpoint"  # counted when it has killed its process
            if heal:
                self._plan(time.monotonic() + fault.lasts, self._healing(phase, heal))
            self._healed_at[phase.number] = max(self._healed_at[phase.number], time.time() + fault.lasts)

        return strike

    def _healing(self, phase: Phase, heal: Heal) -> Callable[[], None]:
        def mend() -> None:
            heal()
            self._healed_at[phase.number] = max(self._healed_at[phase.number], time.time())

        return mend

    def _plan(self, at: float, action: Callable[[], object]) -> None:
        heapq.heappush(self._actions, (at, next(self._numbers), action))

    def _tick(self) -> None:
        while self._actions and self._actions[0][0] <= time.monotonic():
            heapq.heappop(self._actions)[2]()
        self._stage.crew.revive()
        time.sleep(TICK)

    def _work(self, phase: Phase) -> Iterator[Callable[[], None]]:
        certification = self._content["certifications"][phase.number]
        due_in = actors.AHEAD if phase.name == CLOCK else actors.LATER
        for number, company in enumerate(self._content["companies"]):
            seed = f"{self._seed} {phase.number} {number}"
            desk = actors.Desk(
                phase.key, certification["slug"], company["zone"], company["learners"], due_in, phase.kind.rounds
            )
            yield actors.Admin(self.admins[number], desk, seed=seed, seconds=phase.kind.seconds).work
            visitor = self.learners[number][phase.number % LOGGING_IN]
            after = phase.kind.seconds * (number + 0.5) / len(self._content["companies"])
            yield actors.Learner(visitor, slug=certification["slug"], step=certification["step"], after=after).work

    def _employ(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=self._guarded, args=(work,), daemon=True)
        thread.start()
        self._at_work.append(thread)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            self.troubles.append(traceback.format_exc())

    def _settle(self) -> None:
        """Let everything heal and everybody finish; then wait until nothing is left to send, or the time is up."""
        until = time.monotonic() + ACTORS_PATIENCE
        while (self._actions or self._is_anybody_at_work()) and time.monotonic() < until:
            self._tick()
        if self._is_anybody_at_work():
            self.troubles.insert(0, "Somebody was still at work when it was judged: what they did may be seen by half.")
        self.striker.sweep_ahead()
        until = time.monotonic() + TWO_SWEEPS
        while time.monotonic() < until:
            self._tick()
        until = time.monotonic() + QUIET_AT_MOST
        while self._stage.query(_WAITING)[0][0] and time.monotonic() < until:
            for _ in range(10):
                self._tick()

    def _is_anybody_at_work(self) -> bool:
        return any(thread.is_alive() for thread in self._at_work)

    def pasts(self) -> list[Past]:
        return [self._past(each) for each in self._phases]

    def _past(self, phase: Phase) -> Past:
        number = phase.number
        began_at = self.began_at[number]
        deaths = sum(
            each.has_killed_itself for each in self._stage.crew.all if phase is self._phase_at(each.started_at)
        )
        return Past(phase, self._faults[number] + deaths, began_at, self._healed_at[number])

    def _phase_at(self, at: float) -> Phase | None:
        return max((each for each in self._phases if self.began_at[each.number] <= at), key=_number, default=None)

    def evidence(self) -> Evidence:
        accepted, refusals = ledger.read(self._stage.ledger)
        bell = {(kind, pk, day): rows for kind, pk, day, rows in self._stage.query(_BELL)}
        intended = intentions.read(self._stage.query, self.striker.clocks, until=time.time())
        self.poisoned: dict[str, int] = dict(self._stage.query(_POISONED))
        return Evidence(intended, accepted, refusals, bell, self._stage.crew.killed(), self._stage.crew.stopped())

    def deaths(self) -> list[str]:
        """At which failpoints processes have killed themselves."""
        return [each.failpoint for each in self._stage.crew.all if each.has_killed_itself]

    def requests(self) -> list[Request]:
        people = [*self.admins, *(each for company in self.learners for each in company)]
        return [request for person in people for request in person.requests]


def _number(phase: Phase) -> int:
    return phase.number


def run(tree: Path, *, seed: int, size: Size, keep: Path | None = None) -> tuple[Campaign, Sequence[Past], Evidence]:
    """A campaign against the build in `tree`. Nothing that it started is left when this returns.

    The logs and the ledger go to `keep`, if that is given.
    """
    with Stage(tree) as stage:
        campaign = Campaign(stage, seed=seed, size=size)
        try:
            campaign.run()
            return campaign, campaign.pasts(), campaign.evidence()
        finally:
            if keep:
                stage.copy_papers(keep)
