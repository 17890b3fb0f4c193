"""Files of people's addresses are not kept for ever; what they did is."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from assignments import services
from assignments.models import Assignment, Operation, Upload, UploadRow
from certifications.models import Certification

from .pages import read
from .presses import NOW

pytestmark = pytest.mark.django_db

OLD = NOW - timedelta(days=91)


@pytest.fixture
def upload(ada: User, lena: User, message: Certification) -> Upload:
    return services.receive_upload(
        by=ada,
        certification=message,
        kind=Upload.Kind.ASSIGN,
        file_name="spring.csv",
        content=b"Email\nlena@meridian.example\nnobody@meridian.example\n",
        op_id=uuid.uuid4(),
        at=NOW,
    )


def test_an_old_file_goes_with_its_lines_and_its_operation_stays(upload: Upload, ada: User, browser: Client) -> None:
    services.press_upload(by=ada, upload=upload, op_id=uuid.uuid4(), at=NOW)
    Upload.objects.update(uploaded_at=OLD)
    services.sweep(at=NOW)
    assert not Upload.objects.exists()
    assert not UploadRow.objects.exists()
    assert Assignment.objects.open().exists()
    page = read(browser, f"/team/assignments/operations/{Operation.objects.get().op_id}/")
    assert "From the file “spring.csv”" in page


def test_one_that_was_never_carried_out_goes_too(upload: Upload) -> None:
    Upload.objects.update(uploaded_at=OLD)
    services.sweep(at=NOW)
    assert not Upload.objects.exists()


def test_a_younger_one_stays_by_the_setting(upload: Upload, settings: Any) -> None:
    Upload.objects.update(uploaded_at=OLD)
    settings.KEEP_UPLOADS_DAYS = 92
    services.sweep(at=NOW)
    assert Upload.objects.exists()
    settings.KEEP_UPLOADS_DAYS = 91
    services.sweep(at=NOW)
    assert Upload.objects.exists()


def test_one_that_is_under_way_is_finished_first(upload: Upload, ada: User) -> None:
    Upload.objects.update(uploaded_at=OLD, state=Upload.State.PRESSED, pressed_by=ada, op_id=uuid.uuid4())
    services.sweep(at=NOW)
    assert Upload.objects.get().state == Upload.State.DONE
    services.sweep(at=NOW)
    assert not Upload.objects.exists()
