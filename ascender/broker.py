"""The broker of the embedded default: Celery's messages as files in a folder."""

from __future__ import annotations

import os
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

#: Seconds. All that we put here has expired long before.
UNTAKEN_FOR = 600


class Channel(filesystem.Channel):
    """kombu's own channel, except that every file appears complete or not at all.

    kombu opens a file under its final name and fills it afterwards; a worker that looks in between
    takes an empty message, or an empty list of queues, and dies of it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for folder in (self.data_folder_in, self.data_folder_out, self.processed_folder, self.control_folder):
            Path(folder).mkdir(parents=True, exist_ok=True)

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # kombu's base differs
        """Put `payload` onto `queue`. Raises `ChannelError` when the folder cannot be written to."""
        self._forget_what_nobody_takes()
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out, name), payload)

    def _forget_what_nobody_takes(self) -> None:
        """Web and sweep can do without a worker, and what they put here would pile up for ever."""
        oldest = time.time() - UNTAKEN_FOR
        for message in Path(self.data_folder_out).glob("*.msg"):
            with suppress(OSError):  # somebody has taken it
                if message.stat().st_mtime < oldest:
                    message.unlink()

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None) -> None:
        """Note that `queue` gets what is sent to `exchange`. Processes that start together wait for each other."""
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        table_file = self._exchange_file(exchange)
        with table_file.with_suffix(".lock").open("a") as turn:
            filesystem.lock(turn, filesystem.LOCK_EX)
            table = self.get_table(exchange)
            if binding not in table:
                _write_whole(table_file, [binding, *table])


class Transport(filesystem.Transport):
    Channel = Channel


def _write_whole(target: Path, content: Any) -> None:
    # No reader takes this name for a message: theirs end in the queue's name and `.msg`.
    unfinished = target.with_name(f"{target.name}.{uuid.uuid4()}.unfinished")
    try:
        unfinished.write_bytes(dumps(content).encode())
        os.replace(unfinished, target)
    except OSError as error:
        raise ChannelError(f"Cannot add {target.name!r} to {target.parent}") from error
