"""`python -m tests.faults --seed 7 --size ci`: run a campaign and judge it. Ends with 0 when every promise was kept."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from . import campaign, report
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
    parser.add_argument("--keep", type=Path, help="a folder for the logs and the ledger")
    asked = parser.parse_args(arguments)
    say(f"Seed {asked.seed}, size {asked.size}.")
    begun = time.monotonic()
    try:
        played, pasts, evidence = campaign.run(TREE, seed=asked.seed, size=SIZES[asked.size], keep=asked.keep)
    except Missing as missing:
        say(f"The campaign needs {missing}.")
        return 2
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
    say(f"{time.monotonic() - begun:.0f} s")
    return 0 if all(row.is_kept for row in rows) and not played.troubles else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
