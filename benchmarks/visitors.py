"""Somebody who is logged in, and asks the product inside of this process: every middleware, without a socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

HTTP_OK, HTTP_FOUND = 200, 302


class WrongAnswer(Exception):
    """A request was not answered as it should be, so its time would mean nothing."""


class Visitor:
    def __init__(self, email: str) -> None:
        self._client = Client(SERVER_NAME="127.0.0.1")
        self._client.force_login(get_user_model().objects.get(email=email))

    @property
    def session(self) -> str:
        """The value of the session's cookie."""
        return str(self._client.cookies["sessionid"].value)

    def get(self, path: str) -> str:
        return self._content(self._client.get(path), path, HTTP_OK)

    def press(self, path: str, **fields: Any) -> None:
        self._content(self._client.post(path, fields), path, HTTP_FOUND)

    def stream(self, path: str) -> Iterator[bytes]:
        """The pieces of a file as they come."""
        answer: Any = self._client.get(path)
        if answer.status_code != HTTP_OK or not answer.streaming:
            raise WrongAnswer(f"{path} answered {answer.status_code}")
        yield from answer.streaming_content

    def queries(self, path: str) -> int:
        """How many the page of this address asks."""
        with CaptureQueriesContext(connection) as asked:
            self.get(path)
        return len(asked)

    def _content(self, answer: Any, path: str, status: int) -> str:
        if answer.status_code != status:
            raise WrongAnswer(f"{path} answered {answer.status_code}: {answer.content[:500]!r}")
        return str(answer.content.decode())
