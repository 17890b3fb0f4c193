"""The embedded broker: a message is in the folder as a whole, or not at all."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError
from kombu.simple import SimpleQueue

from ascender import broker, celery_app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "messages"


@pytest.fixture
def connection(tmp_path: Path, folder: Path) -> Iterator[Connection]:
    options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "processed_folder": str(tmp_path / "taken"),
        "control_folder": str(tmp_path / "control"),
    }
    with Connection("filesystem://", transport_options=options) as opened:
        yield opened


@pytest.fixture
def queue(connection: Connection, request: pytest.FixtureRequest) -> Iterator[SimpleQueue]:
    # kombu remembers for the whole process which queues are known, whatever the folder.
    found = connection.SimpleQueue(request.node.name)
    yield found
    found.close()


def messages(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.msg"))


def test_the_celery_app_uses_it_for_its_files() -> None:
    assert celery_app.conf.accept_content == ["json"]
    assert isinstance(Connection("filesystem://").transport, broker.Transport)


def test_a_worker_waits_for_its_broker_for_as_long_as_it_is_away() -> None:
    class LongEnough(Exception):
        pass

    tries = []

    def count(error: Exception, interval: float) -> None:
        tries.append(error)
        if len(tries) == 150:
            raise LongEnough

    with Connection("redis://127.0.0.1:1/0") as away, pytest.raises(LongEnough):
        away.ensure_connection(count, celery_app.conf.broker_connection_max_retries, 0, 0, 0)


def test_what_nobody_takes_does_not_pile_up(queue: SimpleQueue, folder: Path) -> None:
    queue.put({"ring": 1})
    long_ago = time.time() - 2 * broker.UNTAKEN_FOR
    os.utime(messages(folder)[0], (long_ago, long_ago))
    queue.put({"ring": 2})
    queue.put({"ring": 3})
    assert {queue.get(timeout=5).payload["ring"] for _ in messages(folder)} == {2, 3}


def test_it_makes_its_folders_and_gives_back_what_was_put_in(queue: SimpleQueue, folder: Path) -> None:
    queue.put({"ring": 1})
    assert len(messages(folder)) == 1
    taken = queue.get(timeout=5)
    taken.ack()
    assert taken.payload == {"ring": 1}
    assert messages(folder) == []


def test_no_reader_ever_sees_a_message_that_is_still_being_written(
    queue: SimpleQueue, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen_before: list[list[Path]] = []
    replace = os.replace

    def look_then_replace(source: Any, target: Any) -> None:
        assert Path(source).stat().st_size > 0
        seen_before.append(messages(folder))
        replace(source, target)

    monkeypatch.setattr(os, "replace", look_then_replace)
    queue.put({"ring": 1})
    assert seen_before == [[]]
    assert all(message.stat().st_size > 0 for message in messages(folder))


def test_a_full_disk_is_an_error_of_the_broker_and_leaves_no_message(
    queue: SimpleQueue, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(ChannelError, match="Cannot add"):
        queue.put({"ring": 1})
    assert messages(folder) == []


def test_processes_that_start_together_all_find_their_queue_bound(connection: Connection, tmp_path: Path) -> None:
    channels = [connection.channel() for _ in range(8)]
    queues = [f"queue-{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda channel, queue: channel._queue_bind("together", queue, None, queue), channels, queues))
    assert {binding.queue for binding in channels[0].get_table("together")} == set(queues)
