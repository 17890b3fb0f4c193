"""One press for thousands: how fast its emails go out, and how long another company's single email takes meanwhile.

`make faults ARGS="--burst 10000"`: two worker processes, no sweep beside them, a mail server that answers at once.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from . import ledger
from .actors import LATER, Admin, Desk
from .report import say
from .stage import PYTHON, Stage
from .visitors import Visitor, wait_for_pages

#: Seconds. The other company assigns somebody when the thousands have been going out for so long.
INTO_IT = 5.0
AT_MOST = 600.0


def measure(tree: Path, *, people: int) -> bool:
    """Prints the figures beside their goals. Returns whether everybody got exactly one email."""
    with Stage(tree) as stage:
        stage.manage("migrate", "--verbosity", "0")
        content = json.loads(stage.run(PYTHON, "-m", "tests.faults.content", "1", str(people), "2"))
        # People who were there for more than a minute are known to PostgreSQL's planner; these came a second ago.
        stage.query("ANALYZE")
        for program in (stage.web(), stage.worker(), stage.beat()):
            stage.crew.start(program)
        wait_for_pages(stage.web_port)
        many, other = (_desk(stage, content, number) for number in (0, 1))
        pressed_at = time.time()
        many.assign(content["companies"][0]["learners"])
        say(f"Assigning {people:,} people by one press: answered after {time.time() - pressed_at:.1f} s")
        time.sleep(INTO_IT)
        other_at = time.time()
        other.assign(content["companies"][1]["learners"][:1])
        accepted = _all_accepted(stage, people + 1)
    others = content["companies"][1]["emails"][0]
    alone = [one.accepted_at for one in accepted if one.to == others]
    thousands = [one.accepted_at for one in accepted if one.to != others]
    if not alone or not thousands:
        return False
    seconds = max(thousands) - pressed_at
    say(f"All accepted (goal 60 s): {seconds:.1f} s after the press, {people / seconds:.0f} a second")
    say(f"Another company's single email meanwhile (goal 10 s): {alone[0] - other_at:.1f} s")
    return len(accepted) == len({one.to for one in accepted}) == people + 1


def _desk(stage: Stage, content: dict[str, Any], number: int) -> Admin:
    company, certification = content["companies"][number], content["certifications"][0]
    visitor = Visitor(stage.web_port, company["admin"])
    visitor.log_in()
    desk = Desk("Phase 000", certification["slug"], company["zone"], company["learners"], LATER, 1)
    return Admin(visitor, desk, seed="burst", seconds=0)


def _all_accepted(stage: Stage, count: int) -> list[ledger.Accepted]:
    until = time.monotonic() + AT_MOST
    while time.monotonic() < until:
        accepted, _ = ledger.read(stage.ledger)
        if len(accepted) >= count:
            break
        time.sleep(1)
    return accepted
