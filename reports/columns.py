"""The columns of the Certification Progress report: one list for the screen's heads and for the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Expression

from assignments.lists import SortKeys, filled
from certifications.models import STATUSES

Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """`key` names it in the address, to sort by; `text` is its cell in a file, blank where nothing is;
    `by` is what sorting compares, if that is not the cell itself.
    """

    label: str
    key: str
    text: Callable[[Row, ZoneInfo], str]
    by: str | Expression = ""


def _plain(label: str, key: str) -> Column:
    return Column(label, key, lambda row, zone: row[key] or "")


def _detail(label: str, key: str) -> Column:
    """What some people have none of. Not for names: an index knows their order, and the report begins with it."""
    return Column(label, key, lambda row, zone: row[key], filled(key))


def _day(label: str, key: str) -> Column:
    """An instant, as the ISO day that it was in the company's zone."""

    def text(row: Row, zone: ZoneInfo) -> str:
        at: datetime | None = row[key]
        return at.astimezone(zone).date().isoformat() if at else ""

    return Column(label, key, text)


COLUMNS = [
    _plain("First Name", "first_name"),
    _plain("Last Name", "last_name"),
    _plain("Email", "email"),
    _detail("Title", "title"),
    _detail("Functional Area", "functional_area"),
    _detail("Region", "region"),
    _plain("Manager", "manager"),
    _plain("Certification", "certification"),
    _day("Fast Start Enrolled On", "fast_start_enrolled_at"),
    Column(
        "Enrollment Status", "enrollment_status", lambda row, zone: STATUSES[row["enrollment_status"]], "status_rank"
    ),
    Column("Progress", "progress", lambda row, zone: f"{row['steps_done']} of {row['steps_total']}", "share_done"),
    _day("Started On", "started_at"),
    _day("Completed On", "completed_at"),
    _plain("Assignment Name", "assignment_name"),
    _day("Assigned On", "assigned_at"),
    _plain("Assigned By", "assigned_by"),
    Column("Due Date", "due_on", lambda row, zone: row["due_on"].isoformat() if row["due_on"] else ""),
    Column("Overdue", "is_overdue", lambda row, zone: {True: "Yes", False: "No", None: ""}[row["is_overdue"]]),
]

#: Every order ends with the name and the certification, so that no two rows ever change places.
SORT_KEYS: SortKeys = {
    column.key: (column.by or column.key, "first_name", "last_name", "pk", "certification") for column in COLUMNS
}
