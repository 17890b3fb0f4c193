"""What is too large is refused by the length that it says it has: nothing of it is read, whoever sends it."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from ascender.bodies import MOST_SENT
from assignments.tables import MOST_BYTES

from .test_headers import HEADERS, POLICY

pytestmark = pytest.mark.django_db
ODD = ["abc", "-1", "1e9", "0x10", "٣", "9" * 5000, " ", ""]


class Untouched:
    """A body that fails the test of whoever reads it."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def send(client: Client, path: str, *, length: object) -> HttpResponse:
    """A file of a form, to the disk of whoever reads it."""
    form = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": str(length)}
    return client.post(path, **form, **{"wsgi.input": Untouched()})


@pytest.mark.parametrize("path", ["/accounts/login/", "/team/", "/livez", "/no/such/page/", "/admin/", "/"])
def test_a_stranger_fills_no_disk(client: Client, path: str) -> None:
    answer = send(client, path, length=MOST_SENT + 1)
    assert answer.status_code == 413
    assert {name: answer[name] for name in HEADERS} == HEADERS
    assert set(answer["Content-Security-Policy"].split("; ")) == POLICY


def test_somebody_inside_is_told_how_much_is_taken(client: Client, ada: User) -> None:
    client.force_login(ada)
    page = send(client, "/team/", length=10**12).text
    assert f"A file may have {MOST_BYTES // 1_000_000} MB." in page
    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", page)


def test_the_largest_file_that_a_form_takes_gets_through(client: Client) -> None:
    assert MOST_SENT > MOST_BYTES
    with pytest.raises(AssertionError, match="the body was read"):
        send(client, "/accounts/login/", length=MOST_SENT)


@pytest.mark.parametrize("length", ODD)
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_a_length_that_is_none_brings_nothing_down(client: Client, length: str, kind: str) -> None:
    answer = client.post("/accounts/login/", CONTENT_TYPE=kind, CONTENT_LENGTH=length)
    assert answer.status_code in (200, 400)
