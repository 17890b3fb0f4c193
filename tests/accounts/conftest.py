from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.adapters import HANDING_OVER
from tests.factories import PASSWORD

LogIn = Callable[..., HttpResponse]
#: Seconds, on a busy machine.
PATIENCE = 60.0


@pytest.fixture
def log_in(client: Client) -> LogIn:
    """`log_in("ada@…", "password", next="/…")`: the login form, filled in and sent."""

    def send(email: str, password: str = PASSWORD, **more: str) -> HttpResponse:
        return client.post("/accounts/login/", {"login": email, "password": password, **more})

    return send


@pytest.fixture(autouse=True)
def nothing_is_sent_during_the_next_test() -> Iterator[None]:
    yield
    wait_for_letters()


def ask_for_a_link(client: Client, email: str, **more: Any) -> None:
    """Fill in *Forgot your password?*, and wait for what is sent beside the answer."""
    response = client.post("/accounts/password/reset/", {"email": email}, **more)
    assert response["Location"] == "/accounts/password/reset/done/"
    wait_for_letters()


def wait_for_letters() -> None:
    for thread in handing_over():
        thread.join(PATIENCE)


def handing_over() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == HANDING_OVER]


@pytest.fixture
def moment() -> datetime:
    return datetime(2027, 3, 9, 15, 0, tzinfo=UTC)
