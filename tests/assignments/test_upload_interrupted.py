"""A database that is busy, a worker whose time is up: what was kept of a file is neither denied nor given up."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from multiprocessing.sharedctypes import RawValue
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from accounts.models import User
from assignments import services
from assignments.models import Assignment, Operation, Upload
from assignments.services import uploads
from certifications.models import Certification
from notifications import stopping
from tests.factories import PersonFactory

from .presses import NOW

pytestmark = pytest.mark.django_db(transaction=True)
LINES = b"Email,Due Date\nlena@meridian.example,2027-03-09\n"


def received(by: User, certification: Certification, content: bytes = LINES) -> Upload:
    return services.receive_upload(
        by=by,
        certification=certification,
        kind=Upload.Kind.ASSIGN,
        file_name="people.csv",
        content=content,
        op_id=uuid.uuid4(),
        at=NOW,
    )


@contextmanager
def trouble_at(words: str, error: type[Exception]) -> Iterator[list[Exception]]:
    """The first statement with these words in it fails. Yields what has still to come of that."""
    left = [error("trouble")]

    def fail(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if left and words in sql:
            raise left.pop()
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        yield left


def test_who_comes_late_leaves_the_lines_as_they_were_counted(ada: User, lena: User, message: Certification) -> None:
    """A sweep that had seen the file just before the request read it: about so many is two, with the head."""
    upload = received(ada, message)
    seen_before = Upload(pk=upload.pk, state=Upload.State.READING, kind=upload.kind)
    uploads.read(seen_before, at=NOW)
    upload.refresh_from_db()
    assert (upload.state, upload.lines_total) == ("read", 1)


def test_a_refusal_that_is_written_late_leaves_the_press_of_somebody_else(
    ada: User, lena: User, message: Certification
) -> None:
    zoe = PersonFactory(company=ada.company, can_manage_assignments=True)
    upload, first, second = received(ada, message), uuid.uuid4(), uuid.uuid4()
    uploads._take(ada, upload, first)
    uploads._put_back(upload, first, "Refused.")
    uploads._take(zoe, upload, second)
    uploads._put_back(upload, first, "Refused.")
    upload.refresh_from_db()
    assert (upload.state, upload.op_id, upload.pressed_by, upload.fault) == ("pressed", second, zoe, "")


def test_a_press_that_met_a_busy_database_is_carried_out_later_and_does_not_say_that_nothing_was(
    browser: Client, ada: User, lena: User, message: Certification
) -> None:
    upload, op_id = received(ada, message), str(uuid.uuid4())
    with trouble_at('INSERT INTO "assignments_operation"', OperationalError):
        response = browser.post(f"/team/assignments/uploads/{upload.key}/press/", {"op_id": op_id})
    assert response.status_code == 302
    assert Upload.objects.get().state == Upload.State.PRESSED
    assert not Assignment.objects.exists()
    assert services.carry_on_uploads(at=NOW) == 1
    assert services.carry_on_uploads(at=NOW) == 0
    assert str(Operation.objects.get().op_id) == op_id
    assert Assignment.objects.get().learner_id == lena.pk


def test_a_file_that_met_a_busy_database_is_read_later(ada: User, lena: User, message: Certification) -> None:
    with trouble_at('INSERT INTO "assignments_uploadrow"', OperationalError):
        assert received(ada, message).state == Upload.State.READING
    services.carry_on_uploads(at=NOW)
    assert Upload.objects.get().state == Upload.State.READ


def test_a_sweep_fetches_a_file_when_it_reads_it_and_no_sooner(ada: User, lena: User, message: Certification) -> None:
    with trouble_at('INSERT INTO "assignments_uploadrow"', OperationalError):
        received(ada, message)
    with CaptureQueriesContext(connection) as queries:
        services.carry_on_uploads(at=NOW)
    fetched = ['"content"' in query["sql"] for query in queries if '"assignments_upload"' in query["sql"]]
    assert fetched[:2] == [False, True]
    assert sum(fetched) == 1


def test_a_file_is_fetched_once_from_its_arrival_until_it_is_carried_out(
    ada: User, lena: User, message: Certification
) -> None:
    with CaptureQueriesContext(connection) as queries:
        upload = received(ada, message)
        services.press_upload(by=ada, upload=upload, op_id=uuid.uuid4(), at=NOW)
    assert Assignment.objects.get().learner_id == lena.pk
    assert sum(query["sql"].startswith("SELECT") and '"content"' in query["sql"] for query in queries) == 1


def test_a_worker_whose_time_is_up_gives_no_file_up(ada: User, lena: User, message: Certification) -> None:
    with trouble_at('INSERT INTO "assignments_uploadrow"', OperationalError):
        received(ada, message)
    with (
        trouble_at('INSERT INTO "assignments_uploadrow"', SoftTimeLimitExceeded),
        pytest.raises(SoftTimeLimitExceeded),
    ):
        services.carry_on_uploads(at=NOW)
    assert Upload.objects.get().state == Upload.State.READING
    services.carry_on_uploads(at=NOW)
    assert Upload.objects.get().state == Upload.State.READ


def test_nor_when_it_is_up_in_the_middle_of_a_workbook(
    ada: User, lena: User, message: Certification, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, content = Workbook(), BytesIO()
    for cells in (["Email"], ["lena@meridian.example"]):
        book.active.append(cells)
    book.save(content)
    monkeypatch.setattr(uploads, "SMALL_BYTES", 0)
    received(ada, message, content.getvalue())

    def time_is_up(*cells: object, **bounds: object) -> None:
        raise SoftTimeLimitExceeded

    with monkeypatch.context() as slow:
        slow.setattr(ReadOnlyWorksheet, "_get_row", time_is_up)
        with pytest.raises(SoftTimeLimitExceeded):
            services.carry_on_uploads(at=NOW)
    assert Upload.objects.get().state == Upload.State.READING
    services.carry_on_uploads(at=NOW)
    assert Upload.objects.get().state == Upload.State.READ


def test_a_process_that_is_asked_to_stop_begins_no_further_file(
    ada: User, lena: User, message: Certification, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "_asked", RawValue("b", 0))
    monkeypatch.setattr(uploads, "SMALL_BYTES", 0)
    first, second = received(ada, message), received(ada, message)

    def ask(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if 'INSERT INTO "assignments_uploadrow"' in sql:
            stopping.ask()
        return execute(sql, *rest)

    with connection.execute_wrapper(ask):
        services.carry_on_uploads(at=NOW)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (Upload.State.READ, Upload.State.READING)


def test_a_small_workbook_that_unpacks_to_much_is_left_to_a_worker(
    ada: User, lena: User, message: Certification
) -> None:
    book = Workbook()
    book.active.append(["Email"])
    for _ in range(600):
        book.active.append(["a"] * 50)
    packed = BytesIO()
    book.save(packed)
    assert len(packed.getvalue()) < uploads.SMALL_BYTES
    assert received(ada, message, packed.getvalue()).state == Upload.State.READING
