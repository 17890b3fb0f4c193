"""The report as a file that spreadsheets open: UTF-8 with a byte order mark, days as ISO dates.

A cell that a spreadsheet would calculate is made text: where the first character that is no space is
one of `= + - @`, or the cell begins with a tab or a line break, an apostrophe goes before it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from .columns import COLUMNS, Row

BYTE_ORDER_MARK = "\ufeff"


class _Line:
    """What the csv module writes to: it hands the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def neutral(cell: str) -> str:
    """The cell, unable to be a formula."""
    is_formula = cell[:1] in ("\t", "\r", "\n") or cell.lstrip()[:1] in ("=", "+", "-", "@")
    return f"'{cell}" if cell and is_formula else cell


def csv_lines(rows: Iterable[Row], *, zone: ZoneInfo) -> Iterator[str]:
    """The file, line by line; the heads go out before the first row is asked for.

    The zone is a parameter: by the time a stream is read, the request's own zone is no longer in force.
    """
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK + writer.writerow([column.label for column in COLUMNS])
    for row in rows:
        yield writer.writerow([neutral(column.text(row, zone)) for column in COLUMNS])
