"""Operations: every press of the company, whom it changed, whom not and why, and the same as a file."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import services as people
from accounts.models import Company, User
from assignments import services
from assignments.models import Assignment, Operation
from assignments.reminders import Plan
from assignments.services import Rehearsal
from certifications import services as training
from certifications.models import Certification
from tests.factories import PersonFactory, eligible_person

from . import presses
from .conftest import Press, open_assignment
from .pages import LIST, main_of, read, rows
from .presses import DUE_ON, TODAY, assigned

pytestmark = pytest.mark.django_db
OPERATIONS = "/team/assignments/operations/"
Clients = Callable[[User], Client]


@pytest.fixture
def zoe(ada: User) -> User:
    """A second admin."""
    return PersonFactory(company=ada.company, first_name="Zoe", can_manage_assignments=True)


def page_of(operation: Operation) -> str:
    return f"{OPERATIONS}{operation.op_id}/"


def kinds(browser: Client, **query: Any) -> list[str]:
    """What the rows of the list are, in their order."""
    return [row[0].partition(" of ")[0] for row in rows(browser, OPERATIONS, **query)]


def file_of(browser: Client, operation: Operation) -> list[list[str]]:
    response = browser.get(f"{page_of(operation)}csv/")
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_press_is_listed_the_newest_first(
    clock: time_machine.Coordinates,
    browser: Client,
    ada: User,
    lena: User,
    assign: Press,
    move: Press,
    unassign: Press,
    message: Certification,
) -> None:
    assign(lena, due_on=DUE_ON)
    deeds: list[Callable[[], object]] = [
        lambda: move(lena, due_on=TODAY),
        lambda: services.send_again(**common(ada, message, lena)),
        lambda: services.remind_now(**common(ada, message, lena)),
        lambda: services.change_reminders(by=ada, plan=Plan((7,)), seen=Plan(), op_id=uuid.uuid4(), at=timezone.now()),
        lambda: unassign(lena),
    ]
    for deed in deeds:
        clock.shift(60)
        deed()
    assert kinds(browser) == [
        "Unassign",
        "Change reminders",
        "Remind now",
        "Send again",
        "Change due date",
        "Assign",
    ]
    assert rows(browser, OPERATIONS)[-1] == [
        "Assign of Mon 1 March 2027, 10:00 “Spring round”, due Tue 9 March 2027",
        "Mon 1 March 2027, 10:00",
        "Ada Ekström",
        "Command of the Message",
        "1",
        "0",
    ]


def common(by: User, certification: Certification, learner: User) -> dict[str, Any]:
    ids = [open_assignment(learner).pk]
    return {
        "by": by, "certification": certification, "assignment_ids": ids, "op_id": uuid.uuid4(), "at": timezone.now()
    }  # fmt: skip


def test_whom_it_skipped_is_read_where_they_are_listed_alone(
    browser: Client, lena: User, team: SimpleNamespace, assign: Press
) -> None:
    """They may be a hundred thousand names."""

    def reads_them(path: str) -> bool:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(path).status_code == 200
        return any('"assignments_operation"."skipped"' in query["sql"] for query in captured)

    assign(team.bo)
    page = page_of(assign(team.bo, lena))
    paths = [page, f"{page}delivery/", f"{page}take-back/", OPERATIONS, f"{page}?show=skipped"]
    assert [reads_them(path) for path in paths] == [False, False, False, False, True]


@pytest.mark.parametrize("event", ["Deactivation", "Withdrawal from the Fast Start Program"])
def test_what_was_closed_with_something_else_is_marked_as_such(
    browser: Client, lena: User, assign: Press, message: Certification, event: str
) -> None:
    assign(lena, due_on=DUE_ON)
    if event == "Deactivation":
        people.deactivate(person=lena, by=None, at=timezone.now())
    else:
        training.withdraw(person=lena, program=message.program, by=None, at=timezone.now())
    [row] = rows(browser, OPERATIONS, kind=["deactivation", "withdrawal"])
    assert row[0].startswith(event)
    assert row[0].endswith("Not a press of a button: what was open was closed with it")
    assert row[2:] == ["Ascender", "", "1", "0"]
    page = page_of(Operation.objects.exclude(kind="assign").get())
    assert rows(browser, page) == [
        ["Lena Brandt lena@meridian.example", "Command of the Message", "Unassigned", "Tue 9 March 2027", ""]
    ]


@pytest.mark.parametrize("kind", Operation.Kind)
def test_each_kind_about_a_selection_has_words_for_what_came_of_it(kind: Operation.Kind) -> None:
    operation = Operation(pk=1, kind=kind, op_id=uuid.uuid4(), requested=2, changed=2)
    if kind == Operation.Kind.TAKE_BACK:
        operation.takes_back = Operation(pk=2, kind=Operation.Kind.ASSIGN)

    def words(part: str) -> str:
        return render_to_string(operation.template_name, {"operation": operation, "part": part})

    came_of_it = re.search(r"2 people are now \w[^<]*</h2>\s*<p>\s*[^\s<]", words("assignments/_operation_result.html"))
    did = re.search(r"</b> \w.* <b>2 people", words("assignments/_operation_recent.html"))
    assert (bool(came_of_it), bool(did)) == (operation.is_about_a_selection,) * 2


@pytest.mark.parametrize("kind", Operation.UNDOABLE)
def test_each_kind_that_can_be_undone_has_words_for_it(kind: Operation.Kind) -> None:
    undone = Operation(pk=2, kind=kind)
    back = Operation(pk=1, kind="take_back", op_id=uuid.uuid4(), requested=2, changed=2, takes_back=undone)

    def words(operation: Operation, part: str) -> str:
        context = {"operation": operation, "part": part, "rehearsal": Rehearsal([1, 2], [])}
        return render_to_string(operation.template_name, context)

    before = words(undone, "assignments/_operation_undoing.html")
    assert re.search(r"2 people will be \w.*<li>.*<li>", before, re.DOTALL)
    after = words(back, "assignments/_operation_result.html")
    assert re.search(r"2 people are now \w[^<]*</h2>\s*<p>\s*\w", after)


def test_it_is_filtered_by_what_which_and_who(
    browser: Client, ada: User, zoe: User, lena: User, assign: Press, message: Certification, sale: Certification
) -> None:
    assign(lena)
    made = assigned(zoe, sale, eligible_person(sale, ada.company))
    presses.unassign(zoe, sale, made)
    assert kinds(browser, kind="unassign") == ["Unassign"]
    assert kinds(browser, certification=message.slug) == ["Assign"]
    assert kinds(browser, certification=sale.slug) == ["Unassign", "Assign"]
    assert kinds(browser, by=zoe.pk, kind="assign") == ["Assign"]
    assert kinds(browser, by=[ada.pk, zoe.pk]) == ["Unassign", "Assign", "Assign"]
    assert kinds(browser, kind="nonsense", certification="x", by="\0") == ["Unassign", "Assign", "Assign"]
    assert "No operation matches" in read(browser, OPERATIONS, kind="send_again")


def test_a_deactivation_is_found_by_the_certification_of_what_it_closed(
    browser: Client, lena: User, assign: Press, message: Certification, sale: Certification
) -> None:
    assign(lena)
    people.deactivate(person=lena, by=None, at=timezone.now())
    assert kinds(browser, certification=message.slug) == ["Deactivation", "Assign"]
    assert "No operation matches" in read(browser, OPERATIONS, certification=sale.slug)


def test_it_is_searched_by_the_learners_that_it_changed(
    browser: Client, lena: User, team: Any, assign: Press, unassign: Press
) -> None:
    assign(lena, team.bo)
    unassign(team.bo)
    assert kinds(browser, q="lena") == ["Assign"]
    assert kinds(browser, q="young bo") == ["Unassign", "Assign"]
    assert "No operation matches" in read(browser, OPERATIONS, q="nobody")


def test_nothing_done_yet_says_where_to_begin(browser: Client, message: Certification) -> None:
    assert "Nothing was changed yet" in read(browser, OPERATIONS)


def test_it_is_paged_and_linked(browser: Client, lena: User, assign: Press, move: Press) -> None:
    assign(lena)
    for number in range(26):
        move(lena, due_on=TODAY if number % 2 else None)
    assert (len(kinds(browser)), len(kinds(browser, page=2))) == (25, 2)
    assert f'href="{OPERATIONS}"' in browser.get(LIST).text.partition("Recent changes")[2]
    assert f'href="{OPERATIONS}" aria-current="page"' in browser.get(OPERATIONS).text


def test_another_companys_operations_are_not_listed(client_of: Clients, sam: User, lena: User, assign: Press) -> None:
    assign(lena)
    page = read(client_of(sam), OPERATIONS)
    assert "Nothing was changed yet" in page
    assert "Ada" not in page


@pytest.mark.parametrize("path", ["", "csv/"])
def test_another_companys_operation_answers_like_an_unknown_one(
    client_of: Clients, sam: User, lena: User, assign: Press, path: str
) -> None:
    theirs = assign(lena)
    answers = [client_of(sam).get(f"{OPERATIONS}{op_id}/{path}") for op_id in (theirs.op_id, uuid.uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_the_page_of_one_tells_the_day_before_and_after_of_each(
    browser: Client, lena: User, team: Any, assign: Press, move: Press
) -> None:
    assign(lena, due_on=DUE_ON)
    assign(team.bo)
    operation = move(lena, team.bo, due_on=TODAY)
    assert rows(browser, page_of(operation)) == [
        [f"Bo Young {team.bo.email}", "Due date changed", "", "Mon 1 March 2027"],
        ["Lena Brandt lena@meridian.example", "Due date changed", "Tue 9 March 2027", "Mon 1 March 2027"],
    ]
    assert rows(browser, page_of(operation), sort="before")[0][0].startswith("Lena")


def test_the_page_of_one_tells_all_who_were_skipped_and_why_in_pages(
    browser: Client, meridian: Company, lena: User, assign: Press, message: Certification
) -> None:
    crowd = [PersonFactory(company=meridian) for _ in range(30)]
    operation = assign(lena, *crowd)
    page = page_of(operation)
    assert "Changed 1 Skipped 30" in read(browser, page)
    assert [len(rows(browser, page, show="skipped", page=number)) for number in (1, 2)] == [25, 5]
    assert rows(browser, page, show="skipped")[0][1] == "Has not attended the training."
    assert "skipped, nothing changed for them" not in read(browser, page)


def test_a_change_of_reminders_says_the_plan_and_how_many_go_by_it(
    browser: Client, ada: User, lena: User, assign: Press
) -> None:
    assign(lena, due_on=DUE_ON)
    operation = services.change_reminders(by=ada, plan=Plan((7,)), seen=Plan(), op_id=uuid.uuid4(), at=timezone.now())
    said = read(browser, page_of(operation))
    assert "7 days before" in said
    assert "1 open assignment with a due date goes by the new reminders." in said


def test_the_file_has_everybody_with_iso_days_and_no_formula(
    browser: Client, meridian: Company, message: Certification, team: Any, assign: Press, move: Press
) -> None:
    odd = eligible_person(message, meridian, first_name="=1+1", last_name="Odd", email="odd@meridian.example")
    assign(odd, due_on=DUE_ON)
    assign(team.bo, due_on=TODAY)
    operation = move(odd, team.bo, due_on=TODAY)
    assert file_of(browser, operation) == [
        ["Learner", "Email", "Certification", "Result", "Due Date Before", "Due Date After", "Reason"],
        ["'=1+1 Odd", "odd@meridian.example", message.title, "Due date changed", "2027-03-09", "2027-03-01", ""],
        ["Bo Young", team.bo.email, message.title, "Skipped", "", "", "Due on that day already."],
    ]
    response = browser.get(f"{page_of(operation)}csv/")
    assert response["Content-Disposition"] == 'attachment; filename="change-due-date-2027-03-01.csv"'


@pytest.mark.parametrize("path", ["", "csv/"])
def test_twenty_people_cost_as_many_queries_as_two(
    browser: Client, meridian: Company, message: Certification, assign: Press, path: str
) -> None:
    def queries(how_many: int) -> int:
        crowd = [eligible_person(message, meridian) for _ in range(how_many)]
        operation = assign(*crowd, *[PersonFactory(company=meridian) for _ in range(how_many)])
        with CaptureQueriesContext(connection) as captured:
            response = browser.get(f"{page_of(operation)}{path}")
            b"".join(response.streaming_content) if path else main_of(response)
        return len(captured)

    browser.get(OPERATIONS)
    assert queries(2) == queries(20)


def test_twenty_operations_cost_as_many_queries_as_two(
    browser: Client, lena: User, assign: Press, unassign: Press
) -> None:
    def queries(how_many: int) -> int:
        for _ in range(how_many // 2):
            assign(lena)
            unassign(lena)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(OPERATIONS).status_code == 200
        return len(captured)

    browser.get(OPERATIONS)
    assert queries(2) == queries(18)
    assert Assignment.objects.count() == 10
