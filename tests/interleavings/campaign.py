"""One run: as many lanes as there are cores, each playing its share of the rounds; what they saw is added up."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from .report import Tally, say
from .stage import Fallen, Lane, Stage

EVERY = 500
#: PostgreSQL's sessions report what they have counted when they end, and at most once a second.
UNTIL_COUNTED = 1.5


def play(
    tree: Path,
    *,
    seed: int,
    count: int,
    only: int | None = None,
    until_bad: int | None = None,
    lanes: int | None = None,
) -> Tally:
    """Play so many rounds, or until so many were bad. Raises `Fallen` when a lane does not get to its end."""
    tally = Tally()
    with Stage(tree) as stage:
        at_work = _lanes(stage, seed, count, only, lanes or os.cpu_count() or 1)
        fallen: list[Fallen] = []
        threads = [threading.Thread(target=_follow, args=(lane, tally, fallen, until_bad)) for lane in at_work]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            for lane in at_work:
                lane.end()
        if fallen:
            raise fallen[0]
        time.sleep(UNTIL_COUNTED)
        tally.deadlocks = stage.deadlocks()
    return tally


def _lanes(stage: Stage, seed: int, count: int, only: int | None, many: int) -> list[Lane]:
    if only is not None:
        return [Lane(stage, seed=seed, first=only, step=1, count=only + 1)]
    many = min(many, count)
    return [Lane(stage, seed=seed, first=first, step=many, count=count) for first in range(many)]


def _follow(lane: Lane, tally: Tally, fallen: list[Fallen], until_bad: int | None) -> None:
    try:
        for played in lane.rounds():
            tally.add(played)
            for complaint in played["complaints"]:
                say(f"  round {played['number']}: {complaint}")
            if until_bad is not None and tally.bad_rounds >= until_bad:
                return lane.end()
            if tally.rounds % EVERY == 0:
                say(f"{tally.rounds:,} rounds, {len(tally.complaints)} complaints")
    except Fallen as error:
        fallen.append(error)
    return None
