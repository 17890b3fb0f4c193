"""Files that spreadsheets open: UTF-8 with a byte order mark, days as ISO dates.

A cell that a spreadsheet would calculate is made text: where the first character that is no space is
one of `= + - @`, or the cell begins with a tab or a line break, an apostrophe goes before it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.http import HttpResponse, StreamingHttpResponse
from openpyxl import Workbook

#: Rows that are in memory at once while a file is being written.
ROWS_AT_ONCE = 2000
#: Lines of a file that are sent together.
LINES_AT_ONCE = 200
BYTE_ORDER_MARK = "\ufeff"


class _Line:
    """What the csv module writes to: it hands the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


_PARTED = re.compile(r"(;\s*|(?<=\S)\s*\t\s*)(?=[=+\-@])")


def neutral(cell: str) -> str:
    """The cell, unable to be a formula."""
    # Where a spreadsheet parts cells at semicolons or tabs too, what follows one begins a cell of its own.
    cell = _PARTED.sub(r"\1'", cell) if ";" in cell or "\t" in cell else cell
    if cell[:1].isalnum():  # nearly every one, and a file has millions
        return cell
    is_formula = cell[:1] in ("\t", "\r", "\n") or cell.lstrip()[:1] in ("=", "+", "-", "@")
    return f"'{cell}" if cell and is_formula else cell


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The file, line by line; the heads go out before the first row is asked for."""
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK + writer.writerow(heads)
    for row in rows:
        yield writer.writerow([neutral(cell) for cell in row])


def xlsx(heads: Sequence[str], rows: Iterable[Sequence[str]], *, name: str) -> HttpResponse:
    """The answer with a sheet of text cells, saved as `name`."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for cells in (heads, *rows):
        sheet.append([neutral(cell) for cell in cells])
    content = io.BytesIO()
    book.save(content)
    return HttpResponse(
        content.getvalue(),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    """The first line by itself, so that it goes out at once, then many at a time: each piece is sent on its own."""
    rest = iter(lines)
    yield from islice(rest, 1)
    while piece := "".join(islice(rest, LINES_AT_ONCE)):
        yield piece


def download(lines: Iterable[str], *, name: str) -> StreamingHttpResponse:
    """The answer that a browser saves as `name`."""
    return StreamingHttpResponse(
        _pieces(lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
