"""Named places at which a test lets a process die, fail, sleep or wait. Outside such tests each does nothing.

The product's settings have no `FAILPOINTS`; only those of the fault tests fill it from the environment:
`FAILPOINTS=claimed=exit;rendered=raise@3;before_finish=sleep:60;held=barrier:/tmp/gate`. `@3` means the
third time only. A barrier writes `<path>.reached` and waits until `<path>` exists.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from pathlib import Path

from django.conf import settings

#: In the order in which one email passes them; `queued` is between a reminder's promise and its commit.
NAMES = ("queued", "claimed", "held", "rendered", "before_data", "after_250", "before_finish", "finished")

_reached: Counter[str] = Counter()


class FailpointError(Exception):
    """What `raise` raises."""


def reach(name: str) -> None:
    """Do what the tests ask for here: nothing, as a rule."""
    told = getattr(settings, "FAILPOINTS", "")
    if told:
        _obey(name, told)


def _obey(name: str, told: str) -> None:
    _reached[name] += 1
    for place, _, what in (order.partition("=") for order in told.split(";")):
        action, _, time_of_it = what.partition("@")
        if place == name and (not time_of_it or int(time_of_it) == _reached[name]):
            _act(*action.partition(":")[::2])


def _act(action: str, argument: str) -> None:
    match action:
        case "exit":
            os.kill(os.getpid(), signal.SIGKILL)
        case "raise":
            raise FailpointError(argument)
        case "sleep":
            time.sleep(float(argument))
        case "barrier":
            Path(f"{argument}.reached").touch()
            while not Path(argument).exists():
                time.sleep(0.01)
        case _:
            raise ValueError(f"unknown action of a failpoint: {action!r}")
