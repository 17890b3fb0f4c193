"""Files that people upload, as lines: CSV in the ways that spreadsheets write it, or XLSX.

Input is hostile until it is read: sizes are looked at before anything is unpacked, cells are text or days, never
formulas, and what cannot be read is said in words.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from . import lengths, workbooks
from .errors import Unreadable

#: Bytes of a file.
MOST_BYTES = 10_000_000
#: Lines; columns that are looked at.
MOST_LINES, MOST_COLUMNS = 50_000, 50
#: The last line that a spreadsheet can have. A row may say that it is the 400,000,000th: nobody walks there.
LAST_LINE = 1_048_576
#: How Excel's older format begins, and any workbook with a password.
OLD_OR_LOCKED = bytes.fromhex("D0CF11E0A1B11AE1")
EMAIL, DUE_DATE, NAME = "Email", "Due Date", "Assignment Name"
#: What the head of a column may say, without case, blanks and underlines. Not “Name”: that is the person's.
HEADS = {
    EMAIL: ("email", "e-mail", "emailaddress", "e-mailaddress"),
    DUE_DATE: ("duedate", "due", "dueon"),
    NAME: ("assignmentname",),
}
#: The columns that mean something in a file, by what it is for.
COLUMNS = {"assign": (EMAIL, DUE_DATE, NAME), "unassign": (EMAIL,), "change_due_date": (EMAIL, DUE_DATE)}
#: Ours, written into the file of those left: nothing to read, nothing to tell.
REASON = "reason"
#: Instead of a day.
NO_DAY = ("none", "no due date")
WITH_WEEKDAY = ("%a %d %B %Y", "%A %d %B %Y")
DAY_FORMATS = ("%Y-%m-%d", "%d %B %Y", "%d %b %Y", *WITH_WEEKDAY)

Cell = str | date
#: What `spreadsheets.neutral` writes behind a semicolon.
_NEUTRAL = re.compile(r"(;\s*)'(?=[=+\-@])")


@dataclass(frozen=True)
class Line:
    """One line of the file: the number that a spreadsheet shows beside it, what is written, what is wrong with it."""

    number: int
    email: str
    name: str
    due_text: str
    due_on: date | None
    takes_due_date_away: bool
    fault: str


@dataclass(frozen=True)
class Table:
    """The heads of the columns that mean nothing, and the lines below; `about` so many, before they are read."""

    ignored: list[str]
    about: int
    lines: Iterator[Line]


def is_xlsx(content: bytes) -> bool:
    return content[:4] == b"PK\x03\x04"


def is_read_at_once(content: bytes) -> bool:
    """Whether it takes no longer to read than its size tells: a workbook may unfold to a thousand times that."""
    return not is_xlsx(content) or workbooks.is_little(content)


def table_of(content: bytes, columns: Collection[str] = tuple(HEADS)) -> Table:
    """What the file says in those of the `columns` that it has. Raises `Unreadable`, also while the lines are asked
    for.
    """
    if content.startswith(OLD_OR_LOCKED):
        raise Unreadable("It has a password or is of Excel’s older format. Save it as .xlsx without one, or as CSV.")
    if is_xlsx(content):
        sheet = workbooks.first_sheet(content)
        rows, about = _rows_of_xlsx(sheet), min(max(sheet.max_row or 1, 1) - 1, MOST_LINES)
    else:
        rows, about = _rows_of_csv(content), content.count(b"\n")
    heads = next((cells for _, cells in rows if any(cells)), [])
    places, ignored = _places(heads, columns)
    if EMAIL not in places:
        raise Unreadable("The first line has no column “Email”. Take the template, or write Email above the addresses.")
    return Table(ignored, about, _lines(rows, places))


def _places(heads: Sequence[Cell], columns: Collection[str]) -> tuple[dict[str, int], list[str]]:
    """Where each of the columns is, and the heads of the others."""
    places: dict[str, int] = {}
    ignored: list[str] = []
    for place, head in enumerate(heads):
        said = str(head).strip()
        bare = "".join(said.casefold().replace("_", " ").split())
        meant = next((name for name in columns if bare in HEADS[name]), None)
        if meant and meant not in places:
            places[meant] = place
        elif said and said.casefold() != REASON:
            ignored.append(said[: lengths.CELL])
    return places, ignored[:MOST_COLUMNS]


def _lines(rows: Iterable[tuple[int, Sequence[Cell]]], places: dict[str, int]) -> Iterator[Line]:
    found = 0
    for number, cells in rows:
        if not any(cells):
            continue
        found += 1
        if found > MOST_LINES:
            raise Unreadable(f"It has more than {MOST_LINES:,} lines. Upload it in several files.")
        yield _line(number, {name: cells[place] if place < len(cells) else "" for name, place in places.items()})
    if not found:
        raise Unreadable("There is nobody below its first line.")


def _line(number: int, cells: dict[str, Cell]) -> Line:
    email = " ".join(str(cells[EMAIL]).split()).lower()
    name = " ".join(str(cells.get(NAME, "")).split())
    due = cells.get(DUE_DATE, "")
    text = due.isoformat() if isinstance(due, date) else " ".join(due.split())
    due_on = due if isinstance(due, date) else _day_of(text)
    takes_away = text.casefold() in NO_DAY
    faults = [
        "" if email else "There is no email address.",
        "The email address is too long." if len(email) > lengths.EMAIL else "",
        f"The assignment name has more than {lengths.NAME} characters." if len(name) > lengths.NAME else "",
        f"“{text[:40]}” is no day that can be told for sure. Write it like 2027-03-09."
        if text and not takes_away and due_on is None
        else "",
    ]
    fault = next(filter(None, faults), "")
    return Line(
        number, email[: lengths.EMAIL], name[: lengths.CELL], text[: lengths.DUE_TEXT], due_on, takes_away, fault
    )


def _day_of(text: str) -> date | None:
    for written in DAY_FORMATS:
        try:
            day = datetime.strptime(text, written).date()  # noqa: DTZ007, a day has no zone
        except ValueError:
            continue
        # Python reads a weekday and makes nothing of it.
        contradicts = written in WITH_WEEKDAY and text.split()[0].casefold() != f"{day:{written[:2]}}".casefold()
        return None if contradicts else day
    return None


def _rows_of_csv(content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    text = _decoded(content).replace("\0", "")
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    if first[:4].casefold() == "sep=":  # Excel's own note of what is between the cells
        delimiter, text = first[4:5].strip() or delimiter, text.lstrip().partition("\n")[2]
    # Strict: a quotation mark without its other one would make one cell of all that follows.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [_readable(cell) for cell in cells[:MOST_COLUMNS]]
    except csv.Error as error:
        at = f"Line {reader.line_num}, or one before it, could not be read: {error}."
        raise Unreadable(f"{at} Are the quotation marks in pairs? Save it once more from your spreadsheet.") from None


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 by its mark, else what older spreadsheets write."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _readable(cell: str) -> str:
    """Without what no line of text holds, and without the apostrophes that keep a download from being a formula."""
    spaced = "".join(" " if letter.isspace() else letter for letter in cell.strip())
    clean = "".join(letter for letter in spaced if letter.isprintable())
    clean = _NEUTRAL.sub(r"\1", clean)
    return clean.removeprefix("'") if clean[1:2] in ("=", "+", "-", "@") else clean


def _rows_of_xlsx(sheet: workbooks.Sheet) -> Iterator[tuple[int, list[Cell]]]:
    with workbooks.said_in_words():
        # Within bounds of ours: what a sheet says of its own size is often wrong, and the library would believe it.
        rows = sheet.iter_rows(max_row=LAST_LINE, max_col=MOST_COLUMNS, values_only=True)
        for number, cells in enumerate(rows, 1):
            if any(cells):  # a million empty lines are made up for one that says it is the last
                yield number, [_cell(value) for value in cells]


def _cell(value: Any) -> Cell:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return "" if value is None else _readable(str(value))
