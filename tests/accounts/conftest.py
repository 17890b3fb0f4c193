from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.factories import PASSWORD

LogIn = Callable[..., HttpResponse]


@pytest.fixture
def log_in(client: Client) -> LogIn:
    """`log_in("ada@…", "password", next="/…")`: the login form, filled in and sent."""

    def send(email: str, password: str = PASSWORD, **more: str) -> HttpResponse:
        return client.post("/accounts/login/", {"login": email, "password": password, **more})

    return send


@pytest.fixture
def moment() -> datetime:
    return datetime(2027, 3, 9, 15, 0, tzinfo=UTC)
