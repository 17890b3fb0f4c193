"""The report as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from assignments.spreadsheets import csv_lines

from .columns import COLUMNS, Row


def progress_lines(rows: Iterable[Row], *, zone: ZoneInfo) -> Iterator[str]:
    """The file, line by line.

    The zone is a parameter: by the time a stream is read, the request's own zone is no longer in force.
    """
    heads = [column.label for column in COLUMNS]
    return csv_lines(heads, ([column.text(row, zone) for column in COLUMNS] for row in rows))
