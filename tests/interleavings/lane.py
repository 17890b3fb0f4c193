"""One process that plays rounds, one after the other, in a database of its own:
`python -m tests.interleavings.lane SEED FIRST STEP COUNT`. Prints one line of JSON per round.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import django

#: Seconds that a round may take before its people are given up.
PATIENCE = 60.0
MOST_AT_ONCE = 8


def main(arguments: Sequence[str]) -> None:
    django.setup()
    from .cast import House

    seed, first, step, count = map(int, arguments)
    house = House(f"House {first}")
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        for number in range(first, count, step):
            sys.stdout.write(json.dumps(play(house, pool, seed, number)) + "\n")
            sys.stdout.flush()


def play(house: Any, pool: ThreadPoolExecutor, seed: int, number: int) -> dict[str, Any]:
    """Play and judge one round; what is to be counted, and what there is to complain about."""
    from . import evidence
    from .cast import Cast
    from .judge import Judge
    from .plan import round_of
    from .presses import Desk

    round_ = round_of(seed, number)
    cast = Cast(house, round_)
    desk = Desk(cast)
    complaints = _play_yesterday(desk, cast, round_.yesterday)
    desk.upload(round_.presses)
    began = time.monotonic()
    outcomes = _at_once(pool, desk, round_.presses, round_.delays)
    seconds = time.monotonic() - began
    complaints += [f"surfaced: {outcome.trouble}" for outcome in outcomes if outcome.trouble]
    complaints += evidence.locks_left()
    reader = evidence.Reader(cast, [*round_.yesterday, *round_.presses])
    told = [reader.told(press, outcome) for press, outcome in zip(round_.presses, outcomes, strict=True)]
    found = reader.read()
    complaints += reader.complaints
    tried = 0
    if not complaints:
        guess = sorted(range(len(outcomes)), key=lambda each: outcomes[each].ended_at)
        verdict = Judge(round_.before, round_.presses, told, found).judge(guess)
        tried = verdict.tried
        if verdict.order is None:
            complaints.append(f"no serial order: {verdict.nearest}")
    return {
        "number": number,
        "presses": [(press.what + (" by file" if press.by_file else ""), press.by_web) for press in round_.presses],
        "people": len(round_.people),
        "answers": [each.answer for each in told],
        "changed": sum(len(each.changed) for each in told),
        "skipped": [reason.partition(" by ")[0] for each in told for _, reason in each.skipped],
        "tried": tried,
        "seconds": round(seconds, 3),
        "complaints": complaints,
    }


def _play_yesterday(desk: Any, cast: Any, presses: Sequence[Any]) -> list[str]:
    complaints = []
    for number, press in enumerate(presses):
        outcome = desk.press(press, after=timedelta(seconds=number))
        complaints += [f"yesterday: {outcome.trouble}"] if outcome.trouble else []
        cast.learn_names([press.label])
    return complaints


def _at_once(pool: ThreadPoolExecutor, desk: Any, presses: Sequence[Any], delays: Sequence[int]) -> list[Any]:
    start = threading.Barrier(len(presses))

    def press(one: Any, delay: int) -> Any:
        start.wait(PATIENCE)
        return desk.press_slowly(one, delay)

    return list(pool.map(press, presses, delays, timeout=PATIENCE))


if __name__ == "__main__":
    main(sys.argv[1:])
