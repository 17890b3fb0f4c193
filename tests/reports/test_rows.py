"""Who is in the report, and what each cell says in every state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from accounts import services as people
from accounts.models import Company, User
from assignments.models import Assignment
from certifications import services as training
from certifications.models import Certification
from tests.factories import PersonFactory, attend, complete, eligible_person

from .conftest import NOW, Assign, Report

ASSIGNMENT_CELLS = ["Assignment Name", "Assigned On", "Assigned By", "Due Date", "Overdue"]


def names(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(row["First Name"], row["Certification"]) for row in rows]


def test_a_row_has_the_columns_in_their_order(ada: User, lena: User, report: Report) -> None:
    assert list(report(ada)[0]) == [
        "First Name", "Last Name", "Email", "Title", "Functional Area", "Region", "Manager", "Certification",
        "Fast Start Enrolled On", "Enrollment Status", "Progress", "Started On", "Completed On", "Assignment Name",
        "Assigned On", "Assigned By", "Due Date", "Overdue",
    ]  # fmt: skip


def test_an_enrolled_learner_without_assignment_has_blank_assignment_cells(
    ada: User, lena: User, report: Report
) -> None:
    [row] = report(ada)
    assert row == {
        "First Name": "Lena",
        "Last Name": "Brandt",
        "Email": "lena@meridian.example",
        "Title": "Account Executive",
        "Functional Area": "Sales",
        "Region": "EMEA",
        "Manager": "Rosa Conti",
        "Certification": "Command of the Message",
        "Fast Start Enrolled On": "2026-01-19",
        "Enrollment Status": "Not started",
        "Progress": "0 of 6",
        "Started On": "",
        "Completed On": "",
        **dict.fromkeys(ASSIGNMENT_CELLS, ""),
    }


def test_an_assigned_learner_has_the_assignment_in_the_row(
    ada: User, lena: User, message: Certification, assign: Assign, report: Report
) -> None:
    assign(lena, message, due_on=date(2027, 4, 1), name="Spring onboarding")
    [row] = report(ada)
    assert [row[cell] for cell in ASSIGNMENT_CELLS] == [
        "Spring onboarding", "2027-03-09", "Ada Ekström", "2027-04-01", "No",
    ]  # fmt: skip


def test_an_assignment_without_due_date_is_not_overdue(
    ada: User, lena: User, message: Certification, assign: Assign, report: Report
) -> None:
    assign(lena, message)
    [row] = report(ada)
    assert (row["Due Date"], row["Overdue"]) == ("", "No")


def test_unassigning_blanks_the_assignment_and_keeps_the_progress(
    ada: User,
    lena: User,
    message: Certification,
    assign: Assign,
    unassign: Callable[[Assignment], None],
    report: Report,
) -> None:
    complete(lena, message, steps=2)
    unassign(assign(lena, message, due_on=date(2027, 4, 1)))
    [row] = report(ada)
    assert [row[cell] for cell in ASSIGNMENT_CELLS] == [""] * 5
    assert (row["Enrollment Status"], row["Progress"], row["Started On"]) == ("In progress", "2 of 6", "2026-02-02")


def test_assigning_again_after_unassigning_is_one_row(
    ada: User,
    lena: User,
    message: Certification,
    assign: Assign,
    unassign: Callable[[Assignment], None],
    report: Report,
) -> None:
    unassign(assign(lena, message, name="First"))
    assign(lena, message, name="Second")
    assert [row["Assignment Name"] for row in report(ada)] == ["Second"]


def test_a_completed_certification_says_when(ada: User, lena: User, message: Certification, report: Report) -> None:
    complete(lena, message)
    [row] = report(ada)
    assert [row[cell] for cell in ("Enrollment Status", "Progress", "Started On", "Completed On")] == [
        "Completed", "6 of 6", "2026-02-02", "2026-02-02",
    ]  # fmt: skip


def test_progress_alone_keeps_a_row_after_the_enrollment_has_ended(
    ada: User, lena: User, message: Certification, report: Report
) -> None:
    complete(lena, message, steps=1)
    training.withdraw(person=lena, program=message.program, by=None, at=NOW)
    [row] = report(ada)
    assert (row["Fast Start Enrolled On"], row["Progress"]) == ("", "1 of 6")


def test_an_open_assignment_alone_is_a_row(
    ada: User, lena: User, message: Certification, sale: Certification, assign: Assign, report: Report
) -> None:
    """The catalogue gives the certification another program: nobody is enrolled in that one yet."""
    assign(lena, message)
    Certification.objects.filter(pk=message.pk).update(program=sale.program)
    [row] = report(ada)
    assert (row["Fast Start Enrolled On"], row["Assignment Name"]) == ("", "Command of the Message")


def test_nobody_else_is_in_the_report(
    ada: User, lena: User, max: User, message: Certification, meridian: Company, report: Report
) -> None:
    attend(max, message.program)
    withdrawn = eligible_person(message, meridian)
    training.withdraw(person=withdrawn, program=message.program, by=None, at=NOW)
    assert names(report(ada)) == [("Lena", "Command of the Message")]


def test_there_is_a_row_for_each_certification(
    ada: User, lena: User, message: Certification, sale: Certification, assign: Assign, report: Report
) -> None:
    attend(lena, sale.program)
    training.enroll(person=lena, program=sale.program, at=NOW)
    assign(lena, sale, name="Only this")
    assert [(row["Certification"], row["Progress"], row["Assignment Name"]) for row in report(ada)] == [
        ("Command of the Message", "0 of 6", ""),
        ("Command of the Sale", "0 of 5", "Only this"),
    ]


def test_a_certification_out_of_scope_does_not_exist(
    ada: User, lena: User, message: Certification, assign: Assign, report: Report, meridian: Company
) -> None:
    complete(lena, message, steps=1)
    assign(lena, message)
    training.take_out_of_scope(company=meridian, certification=message)
    assert report(ada) == []


def test_invited_people_are_in_the_report_and_deactivated_ones_through_the_filter(
    ada: User, lena: User, message: Certification, meridian: Company, report: Report
) -> None:
    eligible_person(message, meridian, first_name="Walt", status=User.Status.WAITING)
    people.deactivate(person=lena, by=None, at=NOW)
    assert names(report(ada)) == [("Walt", "Command of the Message")]
    assert names(report(ada, people="inactive")) == [("Lena", "Command of the Message")]
    assert len(report(ada, people=["present", "inactive"])) == 2


def test_days_are_those_of_the_companys_zone(
    harbor: Company, message: Certification, report: Report, sam: User, assign: Assign
) -> None:
    """An evening in UTC is the morning after in Auckland, also in a stream that outlives its request."""
    evening = datetime(2026, 5, 4, 20, 0, tzinfo=UTC)
    boss = PersonFactory(company=harbor, first_name="Tane", can_manage_reports=True)
    learner = eligible_person(message, harbor, first_name="Kiri", reports_to=boss)
    complete(learner, message, at=evening)
    assign(learner, message, by=sam, at=NOW)
    [row] = report(boss)
    assert [row[cell] for cell in ("Started On", "Completed On", "Assigned On")] == [
        "2026-05-05", "2026-05-05", "2027-03-10",
    ]  # fmt: skip
