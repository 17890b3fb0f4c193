"""Files that nobody means well with, or that a program wrote badly: words, never an error, and never a long wait."""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from accounts.models import User
from assignments import services, tables, workbooks
from assignments.errors import Unreadable
from assignments.models import Assignment, Upload
from assignments.spreadsheets import csv_lines
from certifications.models import Certification

from .presses import DUE_ON, NOW, assigned, open_assignment, unassign

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"
TEXTS = "xl/sharedStrings.xml"
LENA = "lena@meridian.example"


def workbook(*rows: Sequence[object], parts: dict[str, bytes] | None = None) -> bytes:
    """An XLSX file with these rows; `parts` take the place of its own."""
    book, file, changed = Workbook(), io.BytesIO(), io.BytesIO()
    for row in rows or [["Email"], [LENA]]:
        book.active.append(row)
    book.save(file)
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as after:
        own = {each: before.read(each) for each in before.namelist()}
        for name, content in (own | (parts or {})).items():
            after.writestr(name, content)
    return changed.getvalue()


def sheet(rows: str, *, dimension: str = "") -> bytes:
    told = f'<dimension ref="{dimension}"/>' if dimension else ""
    return f'<worksheet xmlns="{MAIN}">{told}<sheetData>{rows}</sheetData></worksheet>'.encode()


def row(number: int, text: str, column: str = "A") -> str:
    cell = f'<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
    return f'<row r="{number}">{cell}</row>'


def emails(content: bytes) -> list[str]:
    return [line.email for line in tables.table_of(content).lines]


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as why:
        emails(content)
    return str(why.value)


@pytest.mark.parametrize("dimension", ["A1", "A1:A1", "A1:B9999999999"])
def test_what_a_sheet_says_of_its_own_size_is_not_believed(dimension: str) -> None:
    content = workbook(parts={SHEET: sheet(row(1, "Email") + row(2, LENA), dimension=dimension)})
    assert emails(content) == [LENA]
    assert tables.table_of(content).about <= tables.MOST_LINES


def test_nobody_walks_to_a_line_that_no_spreadsheet_has() -> None:
    rows = row(1, "Email") + row(2, LENA) + row(400_000_000, "far@meridian.example")
    assert emails(workbook(parts={SHEET: sheet(rows)})) == [LENA]


def test_a_column_far_to_the_right_costs_nothing() -> None:
    rows = row(1, "Email").replace("</row>", '<c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>') + row(2, LENA)
    assert emails(workbook(parts={SHEET: sheet(rows)})) == [LENA]


@pytest.mark.parametrize(
    ("name", "size"), [(TEXTS, workbooks.MOST_TEXTS + 1), ("xl/media/picture.png", workbooks.MOST_UNPACKED)]
)
def test_what_unfolds_is_refused_before_it_does(name: str, size: int) -> None:
    assert "too large" in refusal(workbook(parts={name: bytes(size)}))


def named_often(names: int, cells: int) -> bytes:
    """A workbook with so many names for one sheet, which does not say how far it goes and holds so many cells."""
    each = "".join(f'<sheet name="s{number}" sheetId="{number}" r:id="rId1"/>' for number in range(1, names + 1))
    own = zipfile.ZipFile(io.BytesIO(workbook())).read(BOOK).decode()
    rows = row(1, "Email") + row(2, LENA) + f'<row r="3">{"<c/>" * cells}</row>'
    book = re.sub("<sheets>.*</sheets>", f"<sheets>{each}</sheets>", own)
    return workbook(parts={BOOK: book.encode(), SHEET: sheet(rows)})


def test_a_workbook_with_a_few_sheets_is_read() -> None:
    assert emails(named_often(3, cells=10)) == [LENA]


def test_one_sheet_under_a_thousand_names_is_not_read_a_thousand_times() -> None:
    content = named_often(1_000, cells=25_000)
    assert len(content) < 20_000
    assert "too many sheets" in refusal(content)


def test_a_row_wider_than_a_spreadsheet_is_not_held_in_memory() -> None:
    rows = row(1, "Email") + f'<row r="2">{"<c/>" * 100_000}</row>'
    assert "too large" in refusal(workbook(parts={SHEET: sheet(rows)}))


def test_styles_without_end_are_not_held_in_memory() -> None:
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs>{"<xf/>" * 300_000}</cellXfs></styleSheet>'
    assert "too large" in refusal(workbook(parts={"xl/styles.xml": styles.encode()}))


@pytest.mark.parametrize(("cells", "at_once"), [(10, True), (20_000, False)])
def test_what_takes_long_to_read_is_left_to_a_worker(cells: int, at_once: bool) -> None:
    assert tables.is_read_at_once(named_often(10, cells=cells)) is at_once


def test_entities_do_not_unfold() -> None:
    bomb = b'<!DOCTYPE l [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + sheet(row(1, "Email") + row(2, "&b;"))
    assert "no XLSX file that can be read" in refusal(workbook(parts={SHEET: bomb}))


@pytest.mark.parametrize("lines", [1, 3000])
def test_a_sheet_that_breaks_off_is_refused_in_words(lines: int) -> None:
    broken = sheet(row(1, "Email") + "".join(row(2 + number, LENA) for number in range(lines)))[:-40]
    assert "no XLSX file that can be read" in refusal(workbook(parts={SHEET: broken}))


def test_a_cell_without_an_end_is_refused_in_words() -> None:
    assert "could not be read" in refusal(b'Email\n"' + b"x" * 200_000)


def test_a_quotation_mark_without_the_other_one_swallows_nobody() -> None:
    begun = f'Email,Due Date,Assignment Name\n{LENA},,"Quarter one\nbo@meridian.example,2027-05-05,\n'
    assert "Are the quotation marks in pairs?" in refusal(begun.encode())


@pytest.mark.parametrize("between", ["\n", "\r\n", "\u00a0", "\t", "\u2028"])
def test_what_parts_two_words_is_read_as_a_blank(between: str) -> None:
    [line] = tables.table_of(f'Email,Assignment Name\n{LENA},"Quarter{between}one"\n'.encode()).lines
    assert line.name == "Quarter one"


@pytest.mark.parametrize(
    ("kind", "ignored"),
    [("assign", []), ("unassign", ["Due Date", "Assignment Name"]), ("change_due_date", ["Assignment Name"])],
)
def test_a_column_that_means_nothing_for_the_button_is_named_and_not_judged(kind: str, ignored: list[str]) -> None:
    content = f"Email,Due Date,Assignment Name\n{LENA},{'3/9/2027' if kind == 'unassign' else ''},{'x' * 200}\n"
    table = tables.table_of(content.encode(), tables.COLUMNS[kind])
    assert table.ignored == ignored
    assert [line.fault for line in table.lines] == [
        "" if ignored else "The assignment name has more than 120 characters."
    ]


def test_no_more_columns_are_looked_at_than_anybody_needs() -> None:
    heads = ["x"] * tables.MOST_COLUMNS
    assert emails(",".join(["Email", *heads]).encode() + b"\n" + LENA.encode()) == [LENA]
    assert "no column “Email”" in refusal(",".join([*heads, "Email"]).encode() + b"\n")


def test_an_address_longer_than_any_is_a_fault_of_its_line() -> None:
    [line] = tables.table_of(f"Email\n{'x' * 255}@meridian.example".encode()).lines
    assert line.fault == "The email address is too long."


def test_what_no_line_of_text_holds_is_taken_out_of_csv() -> None:
    assert emails(f"Email\n{LENA[:2]}\x07{LENA[2:4]}\0{LENA[4:]}".encode()) == [LENA]


def test_bytes_that_are_no_utf8_are_read_as_older_spreadsheets_write_them() -> None:
    [line] = tables.table_of(b"Email,Assignment Name\n" + f"{LENA},Café".encode("cp1252")).lines
    assert line.name == "Café"


def test_excels_older_format_and_a_password_are_told_from_nonsense() -> None:
    assert "password" in refusal(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(2000))


def test_halves_of_surrogate_pairs_and_nul_are_taken_out() -> None:
    [email] = emails(workbook(["Email"], ["le_xD800_na_x0000_@meridian.example"]))
    assert email.isprintable()


@pytest.mark.parametrize(
    "head", ["sep=;\r\nEmail;Due Date", "EMAIL_ADDRESS;due_date", '"Due Date";"E-Mail"', "\ufeff\r\nEmail\tDue"]
)
def test_heads_are_known_as_programs_write_them(head: str) -> None:
    between = "\t" if "\t" in head else ";"
    written = (LENA, "2027-03-04")
    cells = reversed(written) if head.startswith('"') else written
    [line] = tables.table_of(f"{head}\r\n{between.join(cells)}\r\n".encode()).lines
    assert (line.email, str(line.due_on)) == written


def test_the_name_of_a_person_is_not_taken_for_the_name_of_an_assignment() -> None:
    table = tables.table_of(f"Name,Email\nLena Brandt,{LENA}\n".encode())
    assert (table.ignored, [line.name for line in table.lines]) == (["Name"], [""])


@given(st.binary(max_size=400))
def test_any_bytes_are_lines_or_words(content: bytes) -> None:
    for begun in (content, b"Email,Due Date\n" + content, b"PK\x03\x04" + content):
        with suppress(Unreadable):
            for line in tables.table_of(begun).lines:
                assert line.email == line.email.encode().decode().replace("\0", "")


@pytest.mark.parametrize("name", ["=1+1", "Round; =1", "Round;-1;+2", "-1", "Plain; round"])
def test_what_was_made_neutral_is_read_as_it_was_written(name: str) -> None:
    content = "".join(csv_lines(["Email", "Assignment Name"], [["lena@meridian.example", name]])).encode()
    assert [line.name for line in tables.table_of(content).lines] == [name]


@given(st.lists(st.text(max_size=12), max_size=4), st.sampled_from(",;\t"))
def test_any_cells_below_the_heads_are_lines_or_words(cells: list[str], between: str) -> None:
    content = f"Email{between}Due Date\n{between.join(cells)}\n".encode("utf-8", "surrogatepass")
    with suppress(Unreadable):
        assert all(re.fullmatch(r"[^\0\n]*", line.email) for line in tables.table_of(content).lines)


@pytest.mark.django_db
def test_who_was_assigned_once_more_since_the_look_stays_assigned(
    ada: User, lena: User, message: Certification
) -> None:
    """By mistake, by a file of yesterday: unassigned and assigned again in between, with another due date."""
    before = assigned(ada, message, lena)
    upload = services.receive_upload(
        by=ada,
        certification=message,
        kind=Upload.Kind.UNASSIGN,
        file_name="leavers.csv",
        content=f"Email\n{LENA}\n".encode(),
        op_id=uuid.uuid4(),
        at=NOW,
    )
    unassign(ada, message, before)
    after = assigned(ada, message, lena)
    done = services.press_upload(by=ada, upload=upload, op_id=uuid.uuid4(), at=NOW)
    assert open_assignment(lena, message) == after
    assert Assignment.objects.open().count() == 1
    assert done.operation
    assert "Assigned once more by Ada Ekström" in done.operation.skipped[0]["reason"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Tue 9 March 2027", DUE_ON),
        ("TUESDAY 9 march 2027", DUE_ON),
        ("Mon 9 March 2027", None),
        ("monday 9 March 2027", None),
    ],
)
def test_a_weekday_that_contradicts_its_date_is_a_fault(written: str, day: date | None) -> None:
    [line] = tables.table_of(f"Email,Due Date\nlena@meridian.example,{written}\n".encode()).lines
    assert line.due_on == day
    assert ("is no day that can be told for sure" in line.fault) is (day is None)
