"""`python -m tests.faults --seed 7 --size ci`: run a campaign and judge it. Ends with 0 when every promise was kept.

`--broken` points it at builds that break a promise on purpose; then it ends with 0 when each of them was caught.
`--burst 10000` measures how fast the emails of one press go out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from . import burst, campaign, report
from .breakages import BREAKAGES
from .measures import Measures
from .plan import SIZES
from .report import say
from .servers import Missing
from .verdict import Judge

MOST_NOTES = 30
TREE = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", choices=SIZES, default="ci")
    parser.add_argument("--rounds", type=int, help="play all phases so often, instead of as often as the size says")
    parser.add_argument("--broken", action="store_true", help="instead, see that each broken build is caught")
    parser.add_argument("--burst", type=int, metavar="PEOPLE", help="instead, measure one press for so many people")
    parser.add_argument("--keep", type=Path, help="a folder for the logs and the ledger")
    asked = parser.parse_args(arguments)
    begun = time.monotonic()
    try:
        is_well = _do(asked)
    except Missing as missing:
        say(f"The campaign needs {missing}.")
        return 2
    say(f"{time.monotonic() - begun:.0f} s")
    return 0 if is_well else 1


def _do(asked: argparse.Namespace) -> bool:
    if asked.burst:
        return burst.measure(TREE, people=asked.burst)
    return _catch(asked) if asked.broken else _judge(asked)


def _judge(asked: argparse.Namespace) -> bool:
    size = SIZES[asked.size]
    size = replace(size, rounds=asked.rounds or size.rounds)
    say(f"Seed {asked.seed}, size {size.name}, {size.rounds} rounds.")
    played, pasts, evidence = campaign.run(TREE, seed=asked.seed, size=size, keep=asked.keep)
    rows = Judge(pasts, evidence).judge()
    say(report.table(rows))
    for row in rows:
        for note in row.notes[:MOST_NOTES]:
            say(f"  {row.kind}: {note}")
    whole = report.total(rows)
    say(f"bell: missing {whole.bell_missing}, doubled {whole.bell_doubled}")
    for line in Measures(played, pasts, evidence.accepted, rows).lines():
        say(line)
    for trouble in played.troubles[:5]:
        say(trouble)
    return all(row.is_kept for row in rows) and not played.troubles


def _catch(asked: argparse.Namespace) -> bool:
    found = []
    for breakage in BREAKAGES:
        say(f"Broken: {breakage.name}.")
        with tempfile.TemporaryDirectory(prefix="ascender-broken-") as folder:
            Path(folder).chmod(0o711)
            tree = breakage.build(TREE, Path(folder))
            _, pasts, evidence = campaign.run(tree, seed=asked.seed, size=breakage.size)
        found.append((breakage.name, report.total(Judge(pasts, evidence).judge())))
    say(report.catches(found))
    return not any(row.is_kept for _, row in found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
