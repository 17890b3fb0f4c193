"""The line to the mail server: sends one message after another, and says in our words how each went."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.core.validators import validate_email

from .letters import Letter


class NotSent(Exception):
    """Why a message did not go out; the text is for the people who look after it."""


class TryLater(NotSent):
    """It may go out at another time: the server is away, busy, or hung up on us."""


class Refused(NotSent):
    """It will never go out: this address or this message is refused."""


class ChannelDown(NotSent):
    """Nothing goes out before somebody mends our own settings; no fault of the message."""


# Replies that speak of who we are, not of the message (RFC 4954, section 6).
_ABOUT_OUR_LOGIN = {530, 534, 535, 538}


class Line:
    """One connection for many messages, opened with the first one. Used by one thread.

    Once the server could not be reached it is not tried again: the answer is the same for the rest.
    """

    def __init__(self) -> None:
        self._connection = get_connection()
        self._is_open = False
        self._down: NotSent | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, message: Letter, *, may_go: Callable[[], bool]) -> bool:
        """Hand over one message. True once the server has accepted it, else raises a `NotSent`.

        `may_go` has the last word, when the server listens and the message is written out; False if it says no.
        Without an answer after the message's end nobody knows; that is `TryLater` too.
        """
        _check_addresses(message)
        self._open()
        message.write_out()
        if not may_go():
            return False
        try:
            self._connection.send_messages([message])
        except (smtplib.SMTPException, OSError) as error:
            if not _is_about_the_message(error):
                self._hang_up()
            raise self._noted(_judge(error)) from error
        return True

    @property
    def is_up(self) -> bool:
        """Whether another message makes sense."""
        return self._down is None

    def _open(self) -> None:
        if self._down:
            raise self._down
        if self._is_open:
            return
        try:
            self._connection.open()
            _greet(self._connection)
            self._is_open = True
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            self._down = _judge_opening(error)
            raise self._down from error

    def _noted(self, verdict: NotSent) -> NotSent:
        if isinstance(verdict, ChannelDown):
            self._down = verdict
        return verdict

    def _hang_up(self) -> None:
        self._is_open = False
        with suppress(smtplib.SMTPException, OSError):
            self._connection.close()


def _greet(connection: Any) -> None:
    """Say EHLO now, where the first message would: what the server answers is about us, and takes a while."""
    smtp = getattr(connection, "connection", None)
    if isinstance(smtp, smtplib.SMTP):
        smtp.ehlo_or_helo_if_needed()


def _check_addresses(message: Letter) -> None:
    for address in message.to:
        try:
            validate_email(address)
        except ValidationError as error:
            raise Refused(f"“{address}” is not an email address.") from error


def _judge_opening(error: Exception) -> NotSent:
    """Before the first message, a refusal is never about a person."""
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return ChannelDown(f"No safe connection to the mail server: {error}.")
    if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500:
        return ChannelDown(f"The mail server refuses our login: {_said(error)}.")
    return TryLater(f"The mail server could not be reached: {_said(error)}.")


def _judge(error: Exception) -> NotSent:
    code = _code(error)
    if isinstance(error, ssl.SSLError):
        return ChannelDown(f"The safe connection to the mail server broke: {error}.")
    if code in _ABOUT_OUR_LOGIN:
        return ChannelDown(f"The mail server asks for a login: {_said(error)}.")
    if code >= 500:
        return Refused(f"The mail server refused {_what(error)}: {_said(error)}.")
    if code >= 400:
        return TryLater(f"The mail server asks to come back later: {_said(error)}.")
    return TryLater(f"The mail server stopped answering: {_said(error)}.")


def _what(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "the address"
    return "us as the sender" if isinstance(error, smtplib.SMTPSenderRefused) else "the message"


def _code(error: Exception) -> int:
    """The reply code (RFC 5321, section 4.2), 0 where there was no reply."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))[0]
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0


def _said(error: Exception) -> str:
    """The server's own words, or the system's, on one line."""
    words: bytes | str = str(error) or type(error).__name__
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        words = next(iter(error.recipients.values()))[1]
    elif isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    code = _code(error)
    said = " ".join(f"{code if code > 0 else ''} {text}".split()).rstrip(".")[:300]
    return "".join(sign for sign in said if sign.isprintable())  # PostgreSQL takes no NUL


def _is_about_the_message(error: Exception) -> bool:
    """Whether the conversation can go on with the next message; 421 is said before hanging up."""
    return isinstance(
        error, smtplib.SMTPRecipientsRefused | smtplib.SMTPSenderRefused | smtplib.SMTPDataError
    ) and _code(error) not in {421, *_ABOUT_OUR_LOGIN}
