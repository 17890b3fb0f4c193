"""A file that names people: what each line would do, the press, what is left to mend and to upload again."""

from __future__ import annotations

import io
import re
import uuid
from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from accounts.models import User
from assignments import services, tables
from assignments.models import Assignment, AssignmentChange, Operation, Upload
from certifications.models import Certification
from notifications.models import Notification
from tests.factories import PersonFactory, complete

from .pages import ONE, main_of, read, rows
from .presses import DUE_ON, NOW, assign, assigned, moved, unassign

pytestmark = pytest.mark.django_db
BOM = "\ufeff"


def send(browser: Client, content: bytes | str, kind: str = "assign", name: str = "people.csv") -> Any:
    written = content.encode() if isinstance(content, str) else content
    form = {"file": SimpleUploadedFile(name, written), "op_id": uuid.uuid4()}
    return browser.post(f"{ONE}file/{kind}/", form)


def upload(browser: Client, content: bytes | str, kind: str = "assign", name: str = "people.csv") -> str:
    """The address of the file's own page."""
    response = send(browser, content, kind, name)
    assert response.status_code == 302, main_of(response)
    return str(response["Location"])


def press(browser: Client, page: str, op_id: uuid.UUID | None = None) -> Any:
    return browser.post(f"{page}press/", {"op_id": op_id or uuid.uuid4()})


def left(browser: Client, page: str) -> list[list[str]]:
    """The cells of the lines for which nothing can be done, without the line's number."""
    return [cells[1:] for cells in rows(browser, page, show="left")]


def workbook(*lines: list[Any]) -> bytes:
    book, content = Workbook(), io.BytesIO()
    for cells in lines:
        book.active.append(cells)
    book.save(content)
    return content.getvalue()


def test_each_line_has_a_due_date_and_a_name_of_its_own(browser: Client, team: Any, message: Certification) -> None:
    page = upload(
        browser,
        "Email,Due Date,Assignment Name\n"
        f"{team.bo.email},2027-03-09,Spring round\n"
        f"{team.cy.email.upper()},2027-04-01,\n"
        f"{team.di.email},,\n",
    )
    assert not Assignment.objects.exists()
    assert "3 of 3 lines can be carried out" in read(browser, page)
    press(browser, page)
    made = {each.learner_id: (each.name, each.due_on) for each in Assignment.objects.open()}
    assert made == {
        team.bo.pk: ("Spring round", DUE_ON),
        team.cy.pk: (message.title, date(2027, 4, 1)),
        team.di.pk: (message.title, None),
    }
    assert {each.next_reminder_on for each in Assignment.objects.all()} == {
        date(2027, 3, 4),
        date(2027, 3, 27),
        None,
    }
    assert Notification.objects.filter(kind="assigned").count() == 3
    assert "3 of 3 lines were carried out" in read(browser, page)


def test_it_is_one_operation_that_can_be_taken_back(browser: Client, ada: User, team: Any) -> None:
    page = upload(browser, f"Email\n{team.bo.email}\n{team.cy.email}\n", name="spring.csv")
    press(browser, page)
    operation = Operation.objects.get()
    assert (operation.kind, operation.changed, operation.file_name) == ("assign", 2, "spring.csv")
    assert "From the file “spring.csv”" in read(browser, f"/team/assignments/operations/{operation.op_id}/")
    services.take_back(by=ada, operation=operation, op_id=uuid.uuid4(), at=NOW)
    assert not Assignment.objects.open().exists()


def test_who_cannot_be_assigned_is_named_with_the_same_reasons_as_everywhere(
    browser: Client, ada: User, team: Any, sam: User, message: Certification
) -> None:
    assign(ada, message, team.bo)
    PersonFactory(company=ada.company, email="wes@meridian.example", status=User.Status.WAITING)
    page = upload(
        browser,
        f"Email;Due Date\n{team.bo.email};\n{team.cy.email};2027-02-28\nwes@meridian.example;\n{sam.email};\n"
        f"nobody@meridian.example;\n{team.di.email};03/04/2027\n;\n{team.di.email};\n{team.di.email};\n",
    )
    reasons = [cells[-1] for cells in left(browser, page)]
    assert reasons == [
        "Already assigned by Ada Ekström on Mon 1 March 2027, 10:00.",
        "The due date is over.",
        "Invitation not accepted yet; Has not attended the training.",
        "Nobody in Meridian Systems has this address.",
        "Nobody in Meridian Systems has this address.",
        "“03/04/2027” is no day that can be told for sure. Write it like 2027-03-09.",
        "The same person is in an earlier line.",
    ]


@pytest.mark.parametrize(
    "content",
    [
        "{bom}Email,Due Date\n{email},2027-03-09\n",
        "E-Mail;DUE DATE\r\n{email};9 March 2027\r\n",
        "due date\temail\tshoe size\n2027-03-09\t{email}\t43\n",
        '\n\n"Email","Due Date"\n" {email} ","Tue 9 March 2027"\n\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_it_is_read_as_spreadsheets_write_it(
    browser: Client, lena: User, message: Certification, content: str, encoding: str
) -> None:
    bom = BOM if encoding == "utf-8" else ""
    page = upload(browser, content.format(bom=bom, email=lena.email).encode(encoding))
    press(browser, page)
    assert Assignment.objects.get().due_on == DUE_ON


@pytest.mark.parametrize("day", [datetime(2027, 3, 9), date(2027, 3, 9), "2027-03-09"])  # noqa: DTZ001, a cell has no zone
def test_an_xlsx_with_its_own_days_is_read(browser: Client, lena: User, message: Certification, day: Any) -> None:
    page = upload(browser, workbook(["Email", "Due Date"], [lena.email, day], [None, None]), name="people.xlsx")
    press(browser, page)
    assert Assignment.objects.get().due_on == DUE_ON


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty."),
        (b"Name\nLena\n", "The first line has no column “Email”."),
        (b"Email\n", "There is nobody below its first line."),
        (b"\0\0\0\0", "The first line has no column “Email”."),
        (b"PK\x03\x04 and then nothing", "It is no XLSX file that can be read."),
        (b"\xff\xfe\x00\xd8\x00\xd8", "The first line has no column “Email”."),
        (b"%PDF-1.7 \x93\x8c\x8b", "The first line has no column “Email”."),
        (b"Email\n" + b"x" * 200_000, "could not be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    browser: Client, message: Certification, content: bytes, says: str
) -> None:
    response = send(browser, content)
    if response.status_code == 422:
        assert says in main_of(response)
        return
    services.carry_on_uploads(at=NOW)
    assert says in read(browser, response["Location"])
    assert Upload.objects.get().rows.count() == 0


def test_a_file_of_too_many_lines_is_refused_and_none_of_them_is_kept(
    browser: Client, message: Certification, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_LINES", 20)
    monkeypatch.setattr(services.uploads, "CHUNK", 10)
    page = upload(browser, "email\n" + "".join(f"p{number}@x.example\n" for number in range(21)))
    assert "It has more than 20 lines. Upload it in several files." in read(browser, page)
    assert Upload.objects.get().rows.count() == 0


def test_a_file_of_more_than_ten_megabytes_is_refused_by_its_size(browser: Client, message: Certification) -> None:
    response = send(browser, b"x" * 10_000_001)
    assert response.status_code == 422
    assert "10,000,001 bytes; 10 MB are read." in main_of(response)
    assert not Upload.objects.exists()


def test_due_dates_are_changed_each_to_its_own(browser: Client, ada: User, team: Any, message: Certification) -> None:
    made = [assigned(ada, message, each, due_on=DUE_ON) for each in (team.bo, team.cy, team.di)]
    page = upload(
        browser,
        f"email,due date\n{team.bo.email},2027-05-05\n{team.cy.email},none\n{team.di.email},2027-03-09\n",
        kind="change-due-date",
    )
    assert [cells[-1] for cells in left(browser, page)] == ["Due on that day already."]
    press(browser, page)
    days = [Assignment.objects.get(pk=each.pk).due_on for each in made]
    assert days == [date(2027, 5, 5), None, DUE_ON]
    kept = AssignmentChange.objects.filter(operation__kind="change_due_date").order_by("assignment")
    assert [(change.due_before, change.due_after) for change in kept] == [
        (DUE_ON, date(2027, 5, 5)),
        (DUE_ON, None),
    ]


def test_a_due_date_needs_a_day(browser: Client, ada: User, lena: User, message: Certification) -> None:
    assigned(ada, message, lena)
    page = upload(browser, f"email,due date\n{lena.email},\n", kind="change-due-date")
    assert left(browser, page)[0][-1] == "There is no due date. Write a day, or “none” to take the due date away."


def test_people_are_unassigned(browser: Client, ada: User, team: Any, message: Certification) -> None:
    assigned(ada, message, team.bo)
    page = upload(browser, f"email\n{team.bo.email}\n{team.cy.email}\n", kind="unassign")
    assert [cells[-1] for cells in left(browser, page)] == ["Is not assigned."]
    press(browser, page)
    assert Assignment.objects.get().closed_reason == "unassigned"


def test_what_changed_between_the_look_and_the_press_stays_and_is_named(
    browser: Client, ada: User, team: Any, message: Certification
) -> None:
    page = upload(browser, f"email\n{team.bo.email}\n{team.cy.email}\n")
    assign(ada, message, team.bo, due_on=DUE_ON)
    press(browser, page)
    assert "1 of 2 lines was carried out" in read(browser, page)
    assert left(browser, page)[0][-1].startswith("Already assigned by Ada Ekström")
    [skipped] = Operation.objects.get(file_name="people.csv").skipped
    assert skipped["unforeseen"]


def test_a_due_date_that_somebody_moved_since_the_look_stays(
    browser: Client, ada: User, lena: User, message: Certification
) -> None:
    made = assigned(ada, message, lena)
    page = upload(browser, f"email,due date\n{lena.email},2027-05-05\n", kind="change-due-date")
    moved(ada, made, DUE_ON)
    press(browser, page)
    assert Assignment.objects.get().due_on == DUE_ON
    assert left(browser, page)[0][-1].startswith("Changed meanwhile by Ada Ekström to Tue 9 March 2027")


def test_who_can_be_done_only_by_now_is_not_done(browser: Client, ada: User, team: Any, message: Certification) -> None:
    made = assigned(ada, message, team.bo)
    page = upload(browser, f"email\n{team.bo.email}\n{team.cy.email}\n")
    unassign(ada, message, made)
    press(browser, page)
    assert Assignment.objects.open().get().learner_id == team.cy.pk
    assert left(browser, page)[0][-1].startswith("Can be done by now")


def test_the_same_press_twice_is_one_and_another_is_refused(
    browser: Client, lena: User, message: Certification
) -> None:
    page, op_id = upload(browser, f"email\n{lena.email}\n"), uuid.uuid4()
    answers = [press(browser, page, op_id) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Operation.objects.count() == 1
    assert press(browser, page).status_code == 422
    assert Operation.objects.count() == 1


def test_a_refused_press_leads_to_the_lines_of_the_file_and_not_of_the_press(
    browser: Client, team: Any, message: Certification
) -> None:
    page = upload(browser, f"email\n{team.bo.email}\n" + "".join(f"x{number}@y.example\n" for number in range(30)))
    press(browser, page)
    refused = press(browser, page)
    assert refused.status_code == 422
    leads = re.findall(r'href="([^"]*\?[^"]*)"', refused.text.partition('id="list"')[2])
    assert {"show=good", "size=50", "page=2"} <= {each.partition("?")[2] for each in leads}
    assert {each.partition("?")[0] for each in leads} == {page}


def test_opening_the_address_of_a_press_leads_to_the_file_and_carries_nothing_out(
    browser: Client, lena: User, message: Certification
) -> None:
    """By logging in again."""
    """By logging in again, and by the tabs and pages of an answer that refuses."""
    page = upload(browser, f"email\n{lena.email}\n")
    for query in ("", "?show=good&page=1"):
        response = browser.get(f"{page}press/{query}")
        assert (response.status_code, response.get("Location")) == (302, f"{page}{query}")
        assert "Nothing was changed. If you pressed a button before you logged in" in read(browser, page)
        assert "Nothing was changed" not in read(browser, page)
    assert not Operation.objects.exists()


def test_the_same_file_again_changes_nothing_twice(browser: Client, lena: User, message: Certification) -> None:
    for _ in range(2):
        page = upload(browser, f"email\n{lena.email}\n")
        press(browser, page)
    assert Assignment.objects.count() == Operation.objects.count() == 1
    assert "Nothing can be done for anybody in this file" in read(browser, page)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_left_is_downloaded_mended_and_uploaded_again(
    browser: Client, lena: User, message: Certification, ending: str
) -> None:
    page = upload(browser, f"email,due date,assignment name\n=lena@x,2027-03-09,Round\n{lena.email},soon,Round\n")
    content = b"".join(browser.get(f"{page}left.{ending}"))
    if ending == "csv":
        assert content.decode("utf-8-sig").splitlines()[1].startswith("'=lena@x,2027-03-09,Round,Nobody in")
        mended = content.replace(b"soon", b"2027-03-09")
    else:
        lines = [list(cells) for cells in load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)]
        lines[2][1] = date(2027, 3, 9)
        mended = workbook(*lines)
    again = upload(browser, mended, name=f"people-left.{ending}")
    press(browser, again)
    assert Assignment.objects.get().due_on == DUE_ON


@pytest.mark.parametrize("kind", ["assign", "unassign", "change-due-date"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_template_can_be_filled_in_and_uploaded(
    browser: Client, ada: User, lena: User, message: Certification, kind: str, ending: str
) -> None:
    content = b"".join(browser.get(f"{ONE}file/{kind}/template.{ending}"))
    if ending == "csv":
        filled_in = content + f"{lena.email},2027-03-09\r\n".encode()
    else:
        heads = [cell.value for cell in load_workbook(io.BytesIO(content)).active[1]]
        filled_in = workbook(heads, [lena.email, "2027-03-09"])
    if kind != "assign":
        assigned(ada, message, lena)
    assert "1 of 1 line can be carried out" in read(browser, upload(browser, filled_in, kind, f"x.{ending}"))


def test_a_permission_revoked_before_a_long_press_leaves_the_file_as_it_was(
    browser: Client, ada: User, lena: User, message: Certification, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.uploads, "SMALL_LINES", 0)
    page = upload(browser, f"email\n{lena.email}\n")
    press(browser, page)
    assert Upload.objects.get().state == "pressed"
    User.objects.filter(pk=ada.pk).update(can_manage_assignments=False)
    services.carry_on_uploads(at=NOW)
    kept = Upload.objects.get()
    assert (kept.state, kept.operation) == ("read", None)
    assert "Manage Assignments" in kept.fault
    assert not Assignment.objects.exists()


def test_a_file_is_judged_the_same_when_its_uploader_has_lost_the_permission_meanwhile(
    browser: Client, ada: User, team: Any, message: Certification, monkeypatch: pytest.MonkeyPatch
) -> None:
    assigned(ada, message, team.bo)
    monkeypatch.setattr(services.uploads, "SMALL_BYTES", 0)
    upload(browser, f"email\n{team.bo.email}\n{team.cy.email}\n")
    assert Upload.objects.get().state == "reading"
    User.objects.filter(pk=ada.pk).update(can_manage_assignments=False)
    services.carry_on_uploads(at=NOW)
    reasons = Upload.objects.get().rows.order_by("line").values_list("reason", flat=True)
    assert [reason[:16] for reason in reasons] == ["Already assigned", ""]


def test_a_file_that_nobody_can_carry_out_is_put_back_and_holds_up_no_other(
    browser: Client, team: Any, message: Certification, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.uploads, "SMALL_LINES", 0)
    pages = [upload(browser, f"email\n{each.email}\n") for each in (team.bo, team.cy)]
    for page in pages:
        press(browser, page)
    poisoned = Upload.objects.earliest("pk")
    Upload.objects.filter(pk=poisoned.pk).update(kind="sideways")
    services.carry_on_uploads(at=NOW)
    poisoned.refresh_from_db()
    assert (poisoned.state, poisoned.operation) == ("read", None)
    assert "nothing was changed" in poisoned.fault
    assert Assignment.objects.get().learner_id == team.cy.pk


def test_reading_goes_on_where_it_stopped_and_no_line_comes_twice(
    browser: Client, ada: User, message: Certification, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.uploads, "SMALL_BYTES", 0)
    monkeypatch.setattr(services.uploads, "CHUNK", 10)
    content = "email\n" + "".join(f"p{number}@x.example\n" for number in range(35))
    page = upload(browser, content)
    assert "0" in read(browser, page)
    half = Upload.objects.get()
    table = services.uploads.tables.table_of(content.encode())
    services.uploads._keep(half, 0, [next(table.lines) for _ in range(10)])
    services.carry_on_uploads(at=NOW)
    kept = Upload.objects.get()
    assert (kept.state, kept.lines_read, kept.rows.count()) == ("read", 35, 35)


def test_completed_people_and_progress_are_as_with_ticks(
    browser: Client, ada: User, lena: User, message: Certification
) -> None:
    complete(lena, message)
    page = upload(browser, f"email\n{lena.email}\n")
    press(browser, page)
    assert Assignment.objects.get().learner_id == lena.pk
