"""When the database is away or busy, people are asked to come back; nobody is told that we broke."""

from __future__ import annotations

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts.models import User
from ascender.wsgi import application


@pytest.fixture
def inside(client: Client, ada: User) -> Client:
    client.force_login(ada)
    client.raise_request_exception = False
    return client


def ask_while_the_database_fails(inside: Client, error: Exception) -> HttpResponse:
    def refuse(*_: object, **__: object) -> None:
        raise error

    with pytest.MonkeyPatch.context() as edge:
        edge.setattr(connection, "cursor", refuse)
        return inside.get("/enroll/assignments/")


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("canceling statement due to lock timeout"),
        OperationalError("FATAL: sorry, too many clients already"),
        InterfaceError("connection already closed"),
    ],
)
def test_a_database_that_cannot_answer_now_is_a_503(inside: Client, error: Exception) -> None:
    answer = ask_while_the_database_fails(inside, error)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "Reload this page in a minute" in answer.text
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert str(error) not in answer.text


def test_a_fault_of_our_own_is_a_500(inside: Client) -> None:
    answer = ask_while_the_database_fails(inside, ValueError("hush"))
    assert answer.status_code == 500
    assert "Retry-After" not in answer
    assert "Something broke on our side" in answer.text
    assert "hush" not in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["hex", "raw_unicode_escape", "no-such", '"'])
def test_what_a_request_says_of_its_charset_brings_nothing_down(charset: str) -> None:
    """Read before any middleware, so this goes the way a server goes."""
    told: list[str] = []
    environ = RequestFactory()._base_environ(PATH_INFO="/livez", CONTENT_TYPE=f"text/plain; charset={charset}; x=1")
    b"".join(application(environ, lambda status, headers: told.append(status)))
    assert told == ["200 OK"]
    assert environ["CONTENT_TYPE"] == "text/plain; x=1"
