"""`python -m benchmarks [--only B1,B2] [--scale 0.1]`: measure, print a line per figure, write `latest.json`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .place import NoPostgreSQL, load, machine, own_place

LATEST = Path(__file__).parent / "latest.json"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--only", default="", help="for example B1,B2")
    parser.add_argument("--scale", type=float, default=1.0, help="0.1: a tenth of the people, in about two minutes")
    parser.add_argument("--out", type=Path, help="where the figures go as JSON; by default latest.json for a whole run")
    asked = parser.parse_args(arguments)
    begun = time.monotonic()
    # Asked to end, it ends as after an error: the database is dropped.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    try:
        with own_place() as database:
            _run(asked, database)
    except NoPostgreSQL as missing:
        say(str(missing))
        return 2
    say(f"{time.monotonic() - begun:.0f} s")
    return 0


def _run(asked: argparse.Namespace, database: str) -> None:
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    say(f"database: {connection.settings_dict['NAME']}")
    described = {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "scale": asked.scale} | machine(database)
    for name, value in described.items():
        say(f"{name}: {value}")
    out = asked.out or (LATEST if not asked.only and asked.scale == 1 else None)
    figures = []
    for figure in _figures({each for each in asked.only.upper().split(",") if each}, asked.scale):
        say(figure.line)
        figures.append(figure.as_json() | {"load": load()})
        if out:  # after each, so that a run that is broken off leaves what it found
            out.write_text(json.dumps(described | {"figures": figures}, indent=1, ensure_ascii=False) + "\n")


def _figures(only: set[str], scale: float) -> Iterator[Any]:
    """In an order in which no part makes the next one's tables larger than it says."""
    from django.conf import settings

    from . import assigning, delivering, lists, population, processes, reporting, serving, sweeping

    many, some, few = (round(size * scale) for size in (100_000, 10_000, 1_000))
    begun = time.monotonic()
    companies = population.fill({"Large": many, "Small": some})
    large, small = companies["Large"], companies["Small"]
    say(f"{large.people:,} and {small.people:,} people after {time.monotonic() - begun:.0f} s; load {load()}")
    parts: dict[str, Callable[[], Iterator[Any]]] = {
        "B2": lambda: lists.measure(large, small),
        "B4": lambda: reporting.measure(large),
        "B1": lambda: assigning.measure(large, [few, some, many]),
        "B3": lambda: delivering.measure(large, some),
        "B6 B7 B8": lambda: serving.measure(large, some, scale=scale, only=only),
        "B5": lambda: sweeping.measure(large),
    }
    mail_server = processes.sink(settings.EMAIL_PORT)
    try:
        for names, part in parts.items():
            if not only or only.intersection(names.split()):
                yield from part()
    finally:
        mail_server.kill()
        mail_server.wait()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
