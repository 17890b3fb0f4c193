"""Two deeds at the same moment, each in a database session of its own: row locks, so PostgreSQL only."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

Deed = Callable[[], object]
#: Seconds, on a busy machine.
PATIENCE = 60.0
# Another process of this server may have waits of its own.
WHO_WAITS_FOR_US = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def at_once(*deeds: Deed) -> list[object]:
    """What each of them returned or raised, all let go at the same moment, each in a connection of its own."""
    start = threading.Barrier(len(deeds))

    def run(deed: Deed) -> object:
        try:
            start.wait(PATIENCE)
            return deed()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def while_it_waits(first: Deed, second: Deed, then: Deed = lambda: None) -> object:
    """What `second` came to, started while `first` is done but not committed; it must wait for the commit.

    `then` is done beside `first` once it waits.
    """
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            waiting = pool.submit(at_once, second)
            _until_somebody_waits_for_a_lock()
            then()
        return waiting.result(PATIENCE)[0]


@contextmanager
def right_after(text: str, deed: Deed) -> Iterator[list[object]]:
    """Once a statement with `text` has been executed in here, `deed` is done elsewhere, before the next statement.

    What it came to is in the list.
    """
    outcomes: list[object] = []

    def execute_and_do(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        result = execute(sql, *arguments)
        if text in sql and not outcomes:
            outcomes.append(None)
            outcomes[:] = at_once(deed)
        return result

    with connection.execute_wrapper(execute_and_do):
        yield outcomes


def _until_somebody_waits_for_a_lock() -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(WHO_WAITS_FOR_US)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail("The second one did not wait for the first.")
