"""The same person in several lines of a file: nothing is chosen silently, and it costs what one line each costs. So do
those who changed since.
"""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Company, User
from assignments import services
from assignments.models import Upload, UploadRow
from certifications.models import Certification
from tests.factories import eligible_person

from .presses import DUE_ON, NOW, assign, assigned, change_due_date, open_assignment, unassign

pytestmark = pytest.mark.django_db

ASSIGN, UNASSIGN, MOVE = Upload.Kind.ASSIGN, Upload.Kind.UNASSIGN, Upload.Kind.CHANGE_DUE_DATE
REPEATED = "The same person is in an earlier line."
CONTRADICTED = "Another line says something else about the same person."


def received(by: User, certification: Certification, *lines: str, kind: Upload.Kind = ASSIGN) -> Upload:
    content = "\n".join(["Email,Due Date,Assignment Name", *lines]).encode()
    return services.receive_upload(
        by=by,
        certification=certification,
        kind=kind,
        file_name="people.csv",
        content=content,
        op_id=uuid.uuid4(),
        at=NOW,
    )


def reasons(upload: Upload) -> list[str]:
    return [row.why_not for row in UploadRow.objects.filter(upload=upload).order_by("line")]


def test_of_lines_that_say_the_same_the_first_counts(ada: User, lena: User, message: Certification) -> None:
    line = "lena@meridian.example,2027-04-03,Spring"
    assert reasons(received(ada, message, line, line, line)) == ["", REPEATED, REPEATED]


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (ASSIGN, ["2027-04-03", "3 April 2027", "Sat 3 april 2027"]),
        (MOVE, ["2027-04-03", "3 April 2027", "Sat 3 april 2027"]),
        (MOVE, ["none", "None", "No due date"]),
    ],
)
def test_the_same_day_in_another_spelling_is_the_same(
    ada: User, lena: User, message: Certification, kind: Upload.Kind, written: list[str]
) -> None:
    if kind == MOVE:
        assigned(ada, message, lena, due_on=DUE_ON)
    lines = [f"lena@meridian.example,{day},Spring" for day in written]
    assert reasons(received(ada, message, *lines, kind=kind)) == ["", REPEATED, REPEATED]


def test_a_day_and_none_are_no_agreement(ada: User, lena: User, message: Certification) -> None:
    assigned(ada, message, lena, due_on=DUE_ON)
    lines = ["lena@meridian.example,2027-04-03,", "lena@meridian.example,none,"]
    assert reasons(received(ada, message, *lines, kind=MOVE)) == [CONTRADICTED, CONTRADICTED]


@pytest.mark.parametrize("other", ["2027-05-03,Spring", "2027-04-03,Summer", ",Spring"])
def test_of_lines_that_disagree_none_counts(ada: User, lena: User, message: Certification, other: str) -> None:
    lines = ["lena@meridian.example,2027-04-03,Spring", f"LENA@meridian.example,{other}"]
    assert reasons(received(ada, message, *lines)) == [CONTRADICTED, CONTRADICTED]


def test_a_line_that_is_wrong_takes_nothing_from_the_one_that_mends_it(
    ada: User, lena: User, message: Certification
) -> None:
    lines = ["lena@meridian.example,03/04/2027,", "lena@meridian.example,2027-04-03,"]
    assert reasons(received(ada, message, *lines))[1] == ""


def test_a_name_is_no_contradiction_where_it_means_nothing(ada: User, lena: User, message: Certification) -> None:
    assigned(ada, message, lena)
    lines = ["lena@meridian.example,2027-04-03,Spring", "lena@meridian.example,2027-04-03,Summer"]
    assert reasons(received(ada, message, *lines, kind=MOVE)) == ["", REPEATED]
    assert reasons(received(ada, message, *lines, kind=UNASSIGN)) == ["", REPEATED]


def test_a_hundred_days_cost_the_queries_of_one(ada: User, lena: User, message: Certification) -> None:
    people = [eligible_person(message, ada.company, password=None).email for _ in range(12)]

    def queries(lines: list[str]) -> int:
        with CaptureQueriesContext(connection) as captured:
            upload = received(ada, message, *lines)
        assert upload.state == Upload.State.READ
        return len(captured)

    few = queries([f"{email},2026-01-01," for email in people])
    assert queries([f"{email},2026-01-{day:02}," for day, email in enumerate(people, 1)]) == few


@pytest.mark.parametrize("kind", [UNASSIGN, MOVE])
def test_twenty_who_changed_since_the_look_cost_the_queries_of_two(
    ada: User, meridian: Company, message: Certification, kind: Upload.Kind
) -> None:
    def queries(how_many: int) -> int:
        crowd = [eligible_person(message, meridian) for _ in range(how_many)]
        assign(ada, message, *crowd)
        upload = received(ada, message, *(f"{person.email},2027-04-03," for person in crowd), kind=kind)
        seen = [open_assignment(person, message) for person in crowd]
        if kind == UNASSIGN:
            unassign(ada, message, *seen)
            assign(ada, message, *crowd)
        else:
            change_due_date(ada, message, *seen, due_on=DUE_ON)
        with CaptureQueriesContext(connection) as captured:
            pressed = services.press_upload(by=ada, upload=upload, op_id=uuid.uuid4(), at=NOW)
        assert (pressed.operation.changed, len(set(reasons(upload)))) == (0, 1)
        assert "" not in reasons(upload)
        return len(captured)

    assert queries(2) == queries(20)
