"""The broker of the embedded default: Celery's messages as files in a folder."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """kombu's own channel, except that a message appears complete or not at all.

    kombu opens the message under its final name and fills it afterwards; a worker that looks in
    between takes an empty message and dies of it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for folder in (self.data_folder_in, self.data_folder_out, self.processed_folder, self.control_folder):
            Path(folder).mkdir(parents=True, exist_ok=True)

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        """Put `payload` onto `queue`. Raises `ChannelError` when the folder cannot be written to."""
        folder = Path(self.data_folder_out)
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        # A name that ends in neither `.msg` nor the queue's is not a message to any reader.
        unfinished = folder / f"{name}.unfinished"
        try:
            unfinished.write_bytes(dumps(payload).encode())
            os.replace(unfinished, folder / name)
        except OSError as error:
            raise ChannelError(f"Cannot add {name!r} to {folder}") from error


class Transport(filesystem.Transport):
    Channel = Channel
