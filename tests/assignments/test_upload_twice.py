"""The form of an upload that is sent twice: by a double click, by a browser that asks again, at the same moment."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from assignments.models import Upload, UploadRow
from certifications.models import Certification
from tests.at_once import at_once

from .pages import ONE, main_of

LENA = "Email\nlena@meridian.example\n"


def send(browser: Client, content: str, *, op_id: object, kind: str = "assign") -> Any:
    form = {"file": SimpleUploadedFile("people.csv", content.encode()), "op_id": op_id}
    return browser.post(f"{ONE}file/{kind}/", form)


@pytest.mark.django_db
def test_it_is_one_file_and_with_another_file_two(browser: Client, lena: User, message: Certification) -> None:
    op_id = uuid.uuid4()
    first, again = (send(browser, LENA, op_id=op_id) for _ in range(2))
    other = send(browser, f"{LENA}nobody@meridian.example\n", op_id=op_id)
    assert first["Location"] == again["Location"] != other["Location"]
    assert Upload.objects.count() == 2


@pytest.mark.django_db
def test_the_same_file_by_another_form_or_for_another_button_is_another(
    browser: Client, lena: User, message: Certification
) -> None:
    op_id = uuid.uuid4()
    send(browser, LENA, op_id=op_id)
    send(browser, LENA, op_id=op_id, kind="unassign")
    send(browser, LENA, op_id=uuid.uuid4())
    assert Upload.objects.count() == 3


@pytest.mark.django_db
def test_a_form_that_nobody_could_mend_is_given_anew(browser: Client, message: Certification) -> None:
    response = send(browser, LENA, op_id="nonsense")
    assert response.status_code == 422
    assert "The form could not be read. Choose the file once more." in main_of(response)
    assert b"nonsense" not in response.content


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_eight_at_the_same_moment_are_one_file(ada: User, lena: User, message: Certification) -> None:
    op_id, browsers = uuid.uuid4(), [Client() for _ in range(8)]
    for browser in browsers:
        browser.force_login(ada)
    answers = at_once(*[lambda browser=browser: send(browser, LENA, op_id=op_id) for browser in browsers])
    assert len({answer["Location"] for answer in answers}) == 1
    assert Upload.objects.count() == UploadRow.objects.count() == 1
