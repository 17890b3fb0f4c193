"""The line to the mail server: sends one message after another, and says in our words how each went."""

from __future__ import annotations

import re
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
from .smtp import EmailBackend, TooLate


class NotSent(Exception):
    """Why a message did not go out; the text is for the people who look after it."""


class TryLater(NotSent):
    """It may go out at another time: the server is busy, or hung up on us."""


class RefusesUs(NotSent):
    """It will not go out before somebody has talked to whoever runs the server; perhaps others do."""


class Unanswered(NotSent):
    """The server has it whole and did not say what became of it: another try may be a copy."""


class Refused(NotSent):
    """It will never go out: this address or this message is refused."""


class ChannelDown(NotSent):
    """Nothing goes out before somebody mends our own settings; no fault of the message."""


class ServerAway(ChannelDown):
    """Nothing goes out before the server is back; nobody here has to do anything."""


#: What is raised where no mail server can be used: it is away or refuses us, or our settings have impossible letters.
UNUSABLE = (smtplib.SMTPException, OSError, ValueError)

# Replies that speak of who we are, not of the message (RFC 4954, section 6).
_ABOUT_OUR_LOGIN = {530, 534, 535, 538}
# Where the sender is asked for, that alone speaks of the message: it is too large (RFC 1870, section 6.1).
_TOO_LARGE = 552
# Words about who we are where the recipient or the message was asked for: many servers keep them until then. The codes
# (RFC 3463) are those for a bad sender, a quota, relaying, sending as somebody else and from where we are not trusted.
_ABOUT_US = re.compile(
    r"\b5\.(1\.[78]|4\.5|7\.(54|60|70[58]))\b"
    r"|relay(ing)?( access)? (denied|not|prohibited)|(unable|not permitted) to relay"
    # Postfix; in the same words it speaks of a "Recipient address".
    r"|(sender address|client host|helo command) (rejected|\[\S+\] blocked using)"
    # Exchange, Amazon SES (also of a recipient, while our account there is on trial), SendGrid.
    r"|SendAsDenied|permissions to send as this sender|address is not verified\. The following identities failed"
    r"|from address does not match a verified sender",
    re.IGNORECASE,
)


class Line:
    """One connection for many messages. Used by one thread.

    Once the channel is down it is not tried again: the answer is the same for the rest.
    """

    def __init__(self) -> None:
        self._connection = get_connection()
        self._is_open = False
        self._down: ChannelDown | None = None
        #: Whether the server has let us in.
        self.was_reached = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def open(self) -> None:
        """Call the server, unless it listens already or is known to be down. What is wrong is told by `send`."""
        if self._is_open or self._down:
            return
        try:
            self._connection.open()
            _greet(self._connection)
            self._is_open = self.was_reached = True
        except UNUSABLE as error:
            self._hang_up()
            self._down = _judge_opening(error)

    def send(self, message: Letter, *, may_go: Callable[[], bool], within: float) -> bool:
        """Hand over one message. True once the server has accepted it, else raises a `NotSent`.

        `may_go` has the last word, when the server listens and the message is written out; False if it says no, and
        when it is not `within` so many seconds of that word that the message can be handed over: nobody is bound by
        it any longer.
        """
        _check_addresses(message)
        self.open()
        if self._down:
            raise self._down
        message.write_out()
        self._hand_over_within(within)  # counted from before the word, which may be long in coming
        if not may_go():
            return False
        try:
            self._connection.send_messages([message])
        except TooLate:
            self._hang_up()
            return False
        except (smtplib.SMTPException, OSError) as error:
            verdict = _judge(error, is_handed_over=self._is_handed_over)
            if isinstance(verdict, ChannelDown):
                self._down = verdict
            if not _can_go_on(error):
                self._hang_up()
            raise verdict from error
        return True

    @property
    def is_up(self) -> bool:
        """Whether another message makes sense."""
        return self._down is None

    @property
    def _is_handed_over(self) -> bool:
        return isinstance(self._connection, EmailBackend) and self._connection.is_handed_over

    def _hand_over_within(self, seconds: float) -> None:
        if isinstance(self._connection, EmailBackend):
            self._connection.hand_over_within(seconds)

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


def _judge_opening(error: Exception) -> ChannelDown:
    """Before the first message, a refusal is never about a person."""
    # A name or a password of impossible letters; a certificate that is refused is an OSError too.
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return ChannelDown(f"The settings of the mail server cannot be used: {_said(error)}.")
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):  # hung up in the middle of it
        return ServerAway(f"The mail server could not be reached: {_said(error)}.")
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return ChannelDown(f"No safe connection to the mail server: {error}.")
    if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500:
        return ChannelDown(f"The mail server refuses our login: {_said(error)}.")
    # Of no kind of its own: smtplib knows none of the server's ways to log in, or was asked on and on in one of them.
    if type(error) is smtplib.SMTPException:
        return ChannelDown(f"We cannot log in to the mail server: {_said(error)}.")
    return ServerAway(f"The mail server could not be reached: {_said(error)}.")


def _judge(error: Exception, *, is_handed_over: bool) -> NotSent:
    code = _code(error)
    if code < 400 and (is_handed_over or isinstance(error, smtplib.SMTPDataError)):
        return Unanswered(f"The mail server took the message and did not answer: {_said(error)}.")
    if isinstance(error, ssl.SSLError):
        return ChannelDown(f"The safe connection to the mail server broke: {error}.")
    if code in _ABOUT_OUR_LOGIN:
        return ChannelDown(f"The mail server asks for a login: {_said(error)}.")
    if isinstance(error, smtplib.SMTPSenderRefused) and code >= 500 and code != _TOO_LARGE:
        return ChannelDown(f"The mail server refuses us as the sender: {_said(error)}.")
    if code >= 500 and _ABOUT_US.search(_said(error)):
        return RefusesUs(f"The mail server refuses us as the sender: {_said(error)}.")
    if code >= 500:
        return Refused(f"The mail server refused {_what(error)}: {_said(error)}.")
    if code >= 400:
        return TryLater(f"The mail server asks to come back later: {_said(error)}.")
    return TryLater(f"The mail server stopped answering: {_said(error)}.")


def _what(error: Exception) -> str:
    return "the address" if isinstance(error, smtplib.SMTPRecipientsRefused) else "the message"


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


def _can_go_on(error: Exception) -> bool:
    """Whether the conversation can go on with the next message; 421 is said before hanging up.

    Not where DATA was refused: smtplib does not end that message, and the next one would be refused for it.
    """
    return isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPSenderRefused) and _code(error) not in {
        421,
        *_ABOUT_OUR_LOGIN,
    }
