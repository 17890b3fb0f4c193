"""What is printed: the table, one row per kind of fault, and the figures beside it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import fields

from .verdict import UNEXPLAINED, Row

HEADS = (
    "fault", "faults", "intended", "accepted", "lost", "doubled visibly", "doubled at the relay", "unexpected", "late",
    "longest wait",
)  # fmt: skip


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def table(rows: Sequence[Row]) -> str:
    lines = [HEADS, tuple("---" for _ in HEADS), *(cells(row) for row in [*rows, total(rows)])]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def catches(found: Sequence[tuple[str, Row]]) -> str:
    """One row per broken build: by what it was caught."""
    heads = "broken build", "intended", "lost", "doubled visibly", "copies unexplained", "unexpected", "bell", "caught"
    lines = [heads, tuple("---" for _ in heads)]
    for name, row in found:
        broken = row.lost, row.doubled_visibly, row.copies[UNEXPLAINED], row.unexpected
        bell = row.bell_missing + row.bell_doubled
        lines.append((name, f"{row.intended:,}", *map(str, [*broken, bell]), "no" if row.is_kept else "yes"))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cells(row: Row) -> tuple[str, ...]:
    accepted = f"{row.accepted:,}" + (f" + {row.refused} refused" if row.refused else "")
    causes = ", ".join(f"{number} {cause}" for cause, number in sorted(row.copies.items()))
    relay = f"{row.copies.total()}" + (f" ({causes})" if causes else "")
    wait = f"{max(row.waits):.1f} s" if row.waits else ""
    counts = (str(row.lost), str(row.doubled_visibly), relay, str(row.unexpected), str(row.late))
    return row.kind, str(row.faults), f"{row.intended:,}", accepted, *counts, wait


def total(rows: Sequence[Row]) -> Row:
    """All rows added up."""
    whole = Row("all")
    for name in (field.name for field in fields(Row) if field.name != "kind"):
        for row in rows:
            setattr(whole, name, getattr(whole, name) + getattr(row, name))
    return whole
