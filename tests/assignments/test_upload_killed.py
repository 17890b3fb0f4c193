"""A process that dies while it reads a long file, really: no line is lost, none comes twice."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import User
from assignments import services
from assignments.models import Upload, UploadRow
from certifications.models import Certification
from tests.ascender.processes import eventually

from .presses import NOW

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

#: Twenty transactions: time enough to be killed between two of them.
LINES = 20_000


def another_process() -> subprocess.Popen[bytes]:
    """`manage.py sweep` on the database of this test."""
    told = connection.settings_dict
    password = f":{told['PASSWORD']}" if told["PASSWORD"] else ""
    url = f"postgresql://{told['USER']}{password}@{told['HOST']}:{told['PORT'] or 5432}/{told['NAME']}"
    of_the_tests = {"TEST_ENGINE": "postgresql", "TEST_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    manage = Path(settings.BASE_DIR) / "manage.py"
    return subprocess.Popen([sys.executable, str(manage), "sweep"], env=os.environ | of_the_tests)


def lines_read() -> int:
    return Upload.objects.values_list("lines_read", flat=True).get()


def sweeping_has_read_it() -> bool:
    """Not always the first sweep: the session of whoever was killed may end its last statement first."""
    services.sweep(at=NOW)
    return Upload.objects.defer("content").get().state == Upload.State.READ


def test_the_sweep_goes_on_where_a_killed_process_stopped(ada: User, message: Certification) -> None:
    content = "Email\n" + "".join(f"p{number}@meridian.example\n" for number in range(LINES))
    services.receive_upload(
        by=ada,
        certification=message,
        kind=Upload.Kind.ASSIGN,
        file_name="everybody.csv",
        content=content.encode(),
        op_id=uuid.uuid4(),
        at=NOW,
    )
    assert lines_read() == 0
    reader = another_process()
    assert eventually(lambda: lines_read() > 0)
    reader.kill()
    reader.wait()
    assert 0 < lines_read() < LINES
    assert eventually(sweeping_has_read_it)
    upload = Upload.objects.defer("content").get()
    assert (upload.lines_read, upload.lines_total) == (LINES, LINES)
    rows = UploadRow.objects.order_by("line").values_list("line", "email")
    assert list(rows) == [(number + 2, f"p{number}@meridian.example") for number in range(LINES)]
