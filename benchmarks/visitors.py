"""Somebody who is logged in, and asks the product inside of this process: every middleware, without a socket."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
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

    def processor_ms(self, path: str, *, times: int) -> str:
        """Milliseconds of processors that the page of this address takes, ours and PostgreSQL's, whatever else runs.

        With parallel workers switched off, since nobody else sees what those take. Empty where PostgreSQL runs on
        another machine, or the system does not tell.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            told = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
            cursor.execute("SET max_parallel_workers_per_gather = 0")
            if not told.exists():
                return ""
            before = _seconds_on_processors(told)
            for _ in range(times):
                self.get(path)
            taken = _seconds_on_processors(told) - before
            cursor.execute("RESET max_parallel_workers_per_gather")
        return f"{1000 * taken / times:.0f} ms"

    def _content(self, answer: Any, path: str, status: int) -> str:
        if answer.status_code != status:
            raise WrongAnswer(f"{path} answered {answer.status_code}: {answer.content[:500]!r}")
        return str(answer.content.decode())


def _seconds_on_processors(told: Path) -> float:
    return time.process_time() + int(told.read_text().split()[0]) / 1e9
