"""Django's SMTP backend, which can also tell whether a message was handed over whole when its server fell silent."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends import smtp

END_OF_MESSAGE = b"\r\n.\r\n"  # RFC 5321, section 4.1.1.4


class _Client(smtplib.SMTP):
    #: From the end of a message to the next thing that is said: what is missing is the server's answer to it.
    is_handed_over = False

    def send(self, s: Any) -> None:
        self.is_handed_over = False
        super().send(s)
        self.is_handed_over = isinstance(s, bytes) and s.endswith(END_OF_MESSAGE)


class _SafeClient(_Client, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SafeClient if self.use_ssl else _Client

    @property
    def is_handed_over(self) -> bool:
        """Whether the server has the last message and has not said what became of it."""
        return isinstance(self.connection, _Client) and self.connection.is_handed_over
