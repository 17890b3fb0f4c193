"""`python -m tests.interleavings --seed 7 --count 10000`: play rounds and judge them. Ends with 0 when each outcome was
that of a serial order and nobody saw a lock, a deadlock or a server's error.

`--size ci` plays the few hundred of CI; `--only 123` plays one round of a seed again. `--broken` points it at builds
that break a promise on purpose; then it ends with 0 when each of them was caught.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.servers import Missing

from . import report
from .breakages import BREAKAGES
from .campaign import play
from .fifty import press_fifty_times
from .report import Tally, say
from .stage import Fallen

SIZES = {"ci": 200, "long": 10_000}
#: A broken build is caught by one bad round; some more show by what.
ENOUGH = 3
TREE = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.interleavings")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", choices=SIZES, default="ci")
    parser.add_argument("--count", type=int, help="so many rounds, whatever the size")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="this round of the seed alone")
    parser.add_argument("--lanes", type=int, help="so many processes play rounds; as many as there are cores")
    parser.add_argument(
        "--broken",
        nargs="?",
        const="",
        metavar="NAME",
        help="instead, see that each broken build is caught, or each with this in its name",
    )
    asked = parser.parse_args(arguments)
    begun = time.monotonic()
    try:
        is_well = _judge(asked) if asked.broken is None else _catch(asked)
    except Missing as missing:
        say(f"The interleavings need {missing}.")
        return 2
    except Fallen as fallen:
        say(f"A lane did not get to its end: {fallen}")
        return 1
    say(f"{time.monotonic() - begun:.0f} s")
    return 0 if is_well else 1


def _judge(asked: argparse.Namespace) -> bool:
    count = asked.count or SIZES[asked.size]
    say(f"Seed {asked.seed}, {'round ' + str(asked.only) if asked.only is not None else f'{count:,} rounds'}.")
    tally = play(TREE, seed=asked.seed, count=count, only=asked.only, lanes=asked.lanes)
    say(report.table(tally))
    if asked.only is not None:
        return not tally.complaints
    fifty = press_fifty_times(TREE)
    say(report.fifty(fifty))
    return not tally.complaints and not tally.deadlocks and all(each.is_one for each in fifty)


def _catch(asked: argparse.Namespace) -> bool:
    found: list[tuple[str, Tally]] = []
    for breakage in [each for each in BREAKAGES if asked.broken in each.name]:
        say(f"Broken: {breakage.name}.")
        with tempfile.TemporaryDirectory(prefix="ascender-broken-") as folder:
            Path(folder).chmod(0o711)
            tree = breakage.build(TREE, Path(folder))
            found.append((breakage.name, play(tree, seed=asked.seed, count=breakage.rounds, until_bad=ENOUGH)))
    say(report.catches(found))
    return all(tally.complaints for _, tally in found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
