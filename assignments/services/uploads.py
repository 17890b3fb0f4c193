"""Files that name people: received, read line by line, judged, carried out by one press.

Whoever comes first does the work, the request itself where it is little, else a worker or the sweep: a
chunk of lines is one transaction that holds the upload, so that any number of them at once, killed and
started again anywhere, come to the same rows.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import islice

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import OuterRef, Subquery

from accounts.models import User
from assignments import lengths, tables
from assignments.errors import ChangedMeanwhile, RefusedOperation, Unreadable
from assignments.models import Upload, UploadRow
from certifications.models import Certification
from notifications import doorbell, stopping

from .operations import check_certification
from .uploads_carried_out import carry_out_lines
from .uploads_judged import judge, note_repeated

logger = logging.getLogger(__name__)

#: Lines of one transaction. Bytes and lines up to which nobody has to wait for a worker.
CHUNK = 1_000
SMALL_BYTES, SMALL_LINES = 100_000, 1_000


def receive_upload(
    *,
    by: User,
    certification: Certification,
    kind: Upload.Kind,
    file_name: str,
    content: bytes,
    op_id: uuid.UUID,
    at: datetime,
) -> Upload:
    """Keep a file and read it, at once when it is small. The same file by the same press twice is one.

    Raises a `RefusedOperation`.
    """
    company = check_certification(by=by, certification=certification)
    sent = f"{company.pk} {certification.pk} {kind} {sha256(content).hexdigest()}"
    upload, is_new = Upload.objects.defer("content").get_or_create(
        key=uuid.uuid5(op_id, sent),
        defaults={
            "company": company,
            "certification": certification,
            "kind": kind,
            "file_name": file_name[-lengths.FILE_NAME :],
            "content": content,
            "uploaded_by": by,
            "uploaded_at": at,
        },
    )
    if not is_new:
        return upload
    if len(content) <= SMALL_BYTES and tables.is_read_at_once(content):
        _now_or_soon(partial(read, upload, at=at))
    else:
        _ring()
    return Upload.objects.defer("content").get(pk=upload.pk)


def _now_or_soon(work: Callable[[], None]) -> None:
    """What is noted already is not taken back by a database that is busy: then a worker does it."""
    try:
        work()
    except (OperationalError, InterfaceError) as error:
        logger.warning("An upload is left to a worker (%s)", error)
        _ring()


def _ring() -> None:
    """For a worker; a ring that is lost is made up for by the sweep."""
    transaction.on_commit(partial(doorbell.ring, "assignments.tasks.carry_on"), robust=True)


def carry_on_uploads(*, at: datetime) -> int:
    """Go on with every upload that is being read or carried out. Returns how many there were; idempotent.

    A process that is asked to stop ends after the file in hand, as it does with emails.
    """
    waiting = list(Upload.objects.under_way().defer("content"))
    for upload in waiting:
        if stopping.is_asked():
            break
        try:
            go_on = read if upload.state == Upload.State.READING else carry_out
            go_on(upload, at=at)
        except (OperationalError, InterfaceError) as error:  # the database is away or busy: the next sweep
            logger.warning("Upload %s has to wait (%s)", upload.pk, error)
        except stopping.INTERRUPTIONS:
            raise
        except Exception:  # whatever is the matter with one file, the others and the emails are not to wait
            logger.exception("Upload %s could not be carried on with", upload.pk)
            _give_up(upload, "Something in it could not be read. Save it as CSV with these columns only.")
            _put_back(upload, upload.op_id, "Something went wrong, and nothing was changed. Press once more.")
    return len(waiting)


def read(upload: Upload, *, at: datetime) -> None:
    """Read the lines that have not been read yet, then judge them all."""
    content = bytes(Upload.objects.values_list("content", flat=True).get(pk=upload.pk))
    try:
        table = tables.table_of(content, tables.COLUMNS[upload.kind])
        if not upload.lines_total:
            # Unless somebody else has counted them meanwhile.
            unread = Upload.objects.filter(pk=upload.pk, state=Upload.State.READING)
            unread.update(lines_total=table.about, ignored=table.ignored)
        lines = islice(table.lines, upload.lines_read, None)
        position = upload.lines_read
        while chunk := list(islice(lines, CHUNK)):
            if not _keep(upload, position, chunk):
                return
            position += len(chunk)
    except Unreadable as why:
        _give_up(upload, str(why))
    else:
        _finish_reading(upload, position, at)


def _held(upload: Upload, state: Upload.State) -> Upload | None:
    """The upload as it is now, locked, while it is in this state and nobody else is at it."""
    held = Upload.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).defer("content")
    return held.filter(pk=upload.pk, state=state).first()


@transaction.atomic
def _keep(upload: Upload, position: int, chunk: list[tables.Line]) -> bool:
    """Whether it was for us to keep these lines: somebody else may have come to them first."""
    held = _held(upload, Upload.State.READING)
    if held is None or held.lines_read != position:
        return False
    UploadRow.objects.bulk_create(_row(held, line) for line in chunk)
    held.lines_read = position + len(chunk)
    held.save(update_fields=["lines_read"])
    return True


def _row(upload: Upload, line: tables.Line) -> UploadRow:
    fault = line.fault
    if not fault and upload.kind == Upload.Kind.CHANGE_DUE_DATE and not (line.due_on or line.takes_due_date_away):
        fault = "There is no due date. Write a day, or “none” to take the due date away."
    if not fault and upload.kind == Upload.Kind.ASSIGN and line.takes_due_date_away:
        fault = "Leave the cell empty for no due date."
    return UploadRow(
        upload=upload,
        line=line.number,
        email=line.email,
        name=line.name,
        due_text=line.due_text,
        due_on=line.due_on,
        fault=fault,
    )


@transaction.atomic
def _give_up(upload: Upload, why: str) -> None:
    if _held(upload, Upload.State.READING):
        UploadRow.objects.filter(upload=upload).delete()
        Upload.objects.filter(pk=upload.pk).update(
            state=Upload.State.UNREADABLE, fault=why[: lengths.FAULT], lines_read=0
        )


@transaction.atomic
def _finish_reading(upload: Upload, position: int, at: datetime) -> None:
    held = _held(upload, Upload.State.READING)
    if held is None or held.lines_read != position:
        return
    rows = UploadRow.objects.filter(upload=held)
    note_repeated(held, rows.filter(fault=""))
    people = User.objects.filter(company=held.company_id, email=OuterRef("email"))
    rows.filter(fault="").update(learner=Subquery(people.values("pk")[:1]))
    judge(held, at=at)
    held.state, held.lines_total = Upload.State.READ, position
    held.save(update_fields=["state", "lines_total"])


def press_upload(*, by: User, upload: Upload, op_id: uuid.UUID, at: datetime) -> Upload:
    """Carry out the good lines as one operation, at once when they are few. The same press twice is one.

    Raises a `RefusedOperation`, `ChangedMeanwhile` when somebody else was first.
    """
    _take(by, upload, op_id)
    if upload.lines_total <= SMALL_LINES:
        _now_or_soon(partial(carry_out, upload, at=at))
    else:
        _ring()
    return Upload.objects.defer("content").get(pk=upload.pk)


@transaction.atomic
def _take(by: User, upload: Upload, op_id: uuid.UUID) -> None:
    check_certification(by=by, certification=upload.certification)
    held = Upload.objects.select_for_update(no_key=True, of=("self",)).defer("content").get(pk=upload.pk)
    if held.op_id == op_id:
        return
    if held.state != Upload.State.READ:
        by_whom = f" by {held.pressed_by.full_name}" if held.pressed_by else ""
        raise ChangedMeanwhile(f"This file is being carried out or was{by_whom}. Open it again to see what came of it.")
    held.state, held.pressed_by, held.op_id, held.fault = Upload.State.PRESSED, by, op_id, ""
    held.save(update_fields=["state", "pressed_by", "op_id", "fault"])


def carry_out(upload: Upload, *, at: datetime) -> None:
    """Do what was pressed, in one transaction: whole, or not at all and said why."""
    pressed = None
    try:
        with transaction.atomic():
            held = _held(upload, Upload.State.PRESSED)
            if held is not None:
                pressed = held.op_id
                operation = carry_out_lines(held, at=at)
                held.state, held.operation = Upload.State.DONE, operation
                held.save(update_fields=["state", "operation"])
    except RefusedOperation as refusal:
        _put_back(upload, pressed, str(refusal))


def _put_back(upload: Upload, op_id: uuid.UUID | None, why: str) -> None:
    """One that was pressed by this press, and not by another one since, is as it was before, and says why."""
    again = {"state": Upload.State.READ, "pressed_by": None, "op_id": None, "fault": why[: lengths.FAULT]}
    Upload.objects.filter(pk=upload.pk, state=Upload.State.PRESSED, op_id=op_id).update(**again)
