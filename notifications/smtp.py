"""Django's SMTP backend, with two things more: a moment after which a message is not handed over any more, and whether
it had been handed over whole when its server fell silent.
"""

from __future__ import annotations

import smtplib
import time
from typing import Any

from django.core.mail.backends import smtp

END_OF_MESSAGE = b"\r\n.\r\n"  # RFC 5321, section 4.1.1.4


class TooLate(OSError):
    """The process was held up for so long that the message may be somebody else's by now. Nothing was handed over."""


class _Client(smtplib.SMTP):
    #: By `time.monotonic()`, which goes on while a process is stopped.
    hand_over_by = float("inf")
    #: From the end of a message to the next thing that is said: what is missing is the server's answer to it.
    is_handed_over = False

    def send(self, s: Any) -> None:
        is_message = isinstance(s, bytes) and s.endswith(END_OF_MESSAGE)
        self.is_handed_over = False
        if is_message and time.monotonic() > self.hand_over_by:
            raise TooLate
        super().send(s)
        self.is_handed_over = is_message


class _SafeClient(_Client, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SafeClient if self.use_ssl else _Client

    def hand_over_within(self, seconds: float) -> None:
        """Raise `TooLate` instead of handing over a message after that."""
        if isinstance(self.connection, _Client):
            self.connection.hand_over_by = time.monotonic() + seconds

    @property
    def is_handed_over(self) -> bool:
        """Whether the server has the last message and has not said what became of it."""
        return isinstance(self.connection, _Client) and self.connection.is_handed_over
