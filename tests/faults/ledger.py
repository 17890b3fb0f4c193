"""The mail server's ledger: what it has accepted, and whom it has refused."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

# Seconds. Who had a mail accepted so short a time ago is taken to be sending the next one.
JUST_NOW = 0.15
_LAST = 4096


@dataclass(frozen=True)
class Accepted:
    """One message that the server has taken over. `by` is the process that sent it, `begun_at` its MAIL FROM."""

    message_id: str
    kind: str
    name: str
    due_on: date | None
    to: str
    by: str
    connection: int
    begun_at: float
    accepted_at: float
    is_answered: bool


@dataclass(frozen=True)
class Refusal:
    """A 550 to an address."""

    to: str
    at: float


def read(path: Path) -> tuple[list[Accepted], list[Refusal]]:
    """In the order in which it happened."""
    accepted, refusals = [], []
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        if "refused" in entry:
            refusals.append(Refusal(entry["refused"], entry["at"]))
        else:
            day = entry.pop("due_on")
            accepted.append(Accepted(**entry, due_on=date.fromisoformat(day) if day else None))
    return accepted, refusals


def is_sending(path: Path, name: str) -> bool:
    """Whether that process has just handed over a mail."""
    with path.open("rb") as ledger:
        ledger.seek(max(0, path.stat().st_size - _LAST))
        lines = ledger.read().splitlines()[1:]
    if not lines:
        return False
    last = json.loads(lines[-1])
    return bool(last.get("by") == name and time.time() - last["accepted_at"] < JUST_NOW)
