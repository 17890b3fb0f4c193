"""The file: what spreadsheets need, what they must not calculate, and how it is sent."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

import pytest
from django.http import StreamingHttpResponse
from django.test import Client

from accounts.models import User
from assignments.spreadsheets import neutral
from certifications.models import Certification
from reports.columns import COLUMNS
from reports.export import progress_lines
from tests.factories import eligible_person

from .conftest import FILE, Assign, Report

Clients = Callable[[User], Client]


def test_the_file_is_named_after_the_day_and_begins_with_a_byte_order_mark(
    ada: User, lena: User, client_of: Clients
) -> None:
    response = client_of(ada).get(FILE)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="certification-progress-2027-03-09.csv"'
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbfFirst Name,Last Name,Email,")
    assert content.count(b"\xef\xbb\xbf") == 1
    assert content.count(b"\r\n") == 2


def test_a_company_with_nothing_to_report_gets_the_heads_alone(ada: User, client_of: Clients) -> None:
    lines = b"".join(client_of(ada).get(FILE).streaming_content).decode("utf-8-sig").splitlines()
    assert lines == [",".join(column.label for column in COLUMNS)]


def test_letters_of_any_script_commas_quotes_and_line_breaks_arrive_as_they_are(
    ada: User, message: Certification, report: Report
) -> None:
    eligible_person(
        message, ada.company, first_name="Łucja 🚀", last_name='O"Brien, 李', email="l@p.example", title="Two\nlines"
    )
    [row] = report(ada)
    assert (row["First Name"], row["Last Name"], row["Title"]) == ("Łucja 🚀", 'O"Brien, 李', "Two\nlines")


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\xa0="])
def test_a_cell_that_could_be_a_formula_is_made_text(first: str) -> None:
    assert neutral(f'{first}HYPERLINK("x")') == f'\'{first}HYPERLINK("x")'


@pytest.mark.parametrize("cell", ["", "Ada", "2027-03-09", "3 of 6", "a=b", "a-b", "a@b.example", "'quoted"])
def test_any_other_cell_stays_as_it_is(cell: str) -> None:
    assert neutral(cell) == cell


@pytest.mark.parametrize("between", [";", "; ", "\t", ";;\t "])
def test_a_formula_behind_a_semicolon_or_a_tab_is_neutral_too(between: str) -> None:
    """Many a spreadsheet parts a line there as well."""
    assert neutral(f"Spring{between}=1+1{between}x") == f"Spring{between}'=1+1{between}x"
    assert neutral(f"a{between}b") == f"a{between}b"
    assert neutral(f";{between}-1") == f";{between}'-1"


def test_formulas_are_neutral_in_every_column_that_people_write(
    ada: User, message: Certification, assign: Assign, report: Report
) -> None:
    boss = eligible_person(message, ada.company, first_name="=1+1", last_name="@x", email="a@p.example")
    learner = eligible_person(
        message,
        ada.company,
        first_name="-2",
        last_name="+3",
        email="+b@p.example",
        title="@cmd",
        functional_area="=A1",
        region="\t=A1",
        reports_to=boss,
    )
    assign(learner, message, name="=SUM(A1)")
    row = next(row for row in report(ada) if row["First Name"] == "'-2")
    written = ["Last Name", "Email", "Title", "Functional Area", "Region", "Manager", "Assignment Name"]
    assert [row[name] for name in written] == [
        "'+3", "'+b@p.example", "'@cmd", "'=A1", "'\t=A1", "'=1+1 @x", "'=SUM(A1)",
    ]  # fmt: skip


def test_the_file_has_all_rows_whatever_the_page_and_only_those_asked_for(
    ada: User, message: Certification, report: Report
) -> None:
    for number in range(30):
        eligible_person(message, ada.company, first_name=f"Robin {number:02}", last_name="Moss")
    assert [row["First Name"] for row in report(ada, page=2, size=25)] == [f"Robin {n:02}" for n in range(30)]
    assert [row["First Name"] for row in report(ada, q="robin 07")] == ["Robin 07"]
    assert report(ada, sort="-first_name")[0]["First Name"] == "Robin 29"


def test_the_file_is_sent_while_it_is_read(ada: User, lena: User, client_of: Clients) -> None:
    response = client_of(ada).get(FILE)
    assert isinstance(response, StreamingHttpResponse)
    assert "Content-Length" not in response


def test_the_heads_go_out_before_a_row_is_asked_for(ada: User) -> None:
    def rows() -> Iterator[dict[str, object]]:
        raise AssertionError("asked for a row")
        yield {}

    first = next(progress_lines(rows(), zone=ada.company.zone))
    assert next(csv.reader(io.StringIO(first.removeprefix("\ufeff")))) == [column.label for column in COLUMNS]
