"""The mailbox of an installation without a mail server: each message is one `.eml` file in DATA_DIR/mailbox."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage as ParsedMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

# Names sort by the moment of writing (UTC, microseconds) and hold nothing that leads out of the folder.
NAME_PATTERN = r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}"
NAME_TIME_FORMAT = "%Y%m%dT%H%M%S.%fZ"


class EmailBackend(BaseEmailBackend):
    """Delivers into the mailbox. A message is there as a whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the messages that have a recipient; return how many. Raises `OSError` when the disk refuses."""
        addressed = [message for message in email_messages if message.recipients()]
        for message in addressed:
            _keep(message.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]  # Django's own has it
        return len(addressed)


def _keep(content: bytes) -> None:
    folder = Path(settings.MAILBOX_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{datetime.now(UTC).strftime(NAME_TIME_FORMAT)}-{uuid.uuid4().hex[:8]}"
    unfinished = folder / f"{name}.unfinished"
    unfinished.write_bytes(content)
    os.replace(unfinished, folder / f"{name}.eml")


@dataclass(frozen=True)
class Letter:
    """One message of the mailbox, as its reader wants it. `received_at` is an instant in UTC."""

    name: str
    received_at: datetime
    subject: str
    sender: str
    to: str
    text: str
    html: str


def letter_names() -> list[str]:
    """The names of all messages, newest first. The files themselves are not opened."""
    files = Path(settings.MAILBOX_DIR).glob("*.eml")
    return sorted((file.stem for file in files if re.fullmatch(NAME_PATTERN, file.stem)), reverse=True)


def read_letters(names: Iterable[str]) -> list[Letter]:
    return [read_letter(name) for name in names]


def read_letter(name: str) -> Letter:
    """Raises `FileNotFoundError` when there is no such message."""
    if not re.fullmatch(NAME_PATTERN, name):
        raise FileNotFoundError(name)
    content = (Path(settings.MAILBOX_DIR) / f"{name}.eml").read_bytes()
    message: Any = BytesParser(policy=policy.default).parsebytes(content)
    return Letter(
        name=name,
        received_at=datetime.strptime(name.partition("-")[0], NAME_TIME_FORMAT).replace(tzinfo=UTC),
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        text=_body(message, "plain"),
        html=_body(message, "html"),
    )


def _body(message: ParsedMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content())
