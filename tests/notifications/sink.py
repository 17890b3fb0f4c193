"""A mail server on a socket, as small as RFC 5321 allows, which can be told to misbehave."""

from __future__ import annotations

import email
import socketserver
import threading
import time
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from typing import Any

HANG_UP = "hang up"
SAY_NOTHING = "say nothing"


class Sink:
    """Keeps what it accepted. `answer_to("RCPT", "550 no such user")` changes one answer, for all or for one address.

    The phases are CONNECT, EHLO, AUTH, MAIL, RCPT, DATA and END, the one after the message. An answer
    may also be HANG_UP or SAY_NOTHING.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.connections = 0
        self.offers_login = False
        self._answers: dict[tuple[str, str], str] = {}
        self.before_answer: Callable[[str], object] = lambda phase: None
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.sink = self
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def answer_to(self, phase: str, answer: str, address: str = "") -> None:
        self._answers[phase, address] = answer

    def answer(self, phase: str, default: str, address: str = "") -> str:
        return self._answers.get((phase, address)) or self._answers.get((phase, ""), default)

    def behave(self) -> None:
        self._answers.clear()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def recipients(self) -> list[str]:
        return sorted(message["To"] for message in self.messages)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    sink: Sink


class _HungUpError(Exception):
    pass


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server
    # From MAIL to the message's end one message is under way, and a second MAIL is refused (RFC 5321, section 4.1.4).
    is_in_a_message = False

    def handle(self) -> None:
        self.server.sink.connections += 1
        try:
            self._say("CONNECT", "220 sink")
            while line := self.rfile.readline():
                self._obey(line.decode().strip())
        except (_HungUpError, ConnectionError):
            return

    def _obey(self, command: str) -> None:
        verb = command[:4].upper()
        if verb == "MAIL" and self.is_in_a_message:
            self._say("NESTED", "503 one message after another")
        elif verb in ("EHLO", "HELO"):
            login = "\r\n250 AUTH PLAIN" if self.server.sink.offers_login else ""
            self._say("EHLO", f"250-sink{login}" if login else "250 sink")
        elif verb == "RCPT":
            self._say("RCPT", "250 ok", command.partition("<")[2].partition(">")[0])
        elif verb == "DATA":
            self._take()
        elif verb == "QUIT":
            self._say("QUIT", "221 bye")
            raise _HungUpError
        else:
            self.is_in_a_message = verb == "MAIL"  # RSET ends it
            self._say(verb, "235 ok" if verb == "AUTH" else "250 ok")

    def _take(self) -> None:
        self._say("DATA", "354 go on")
        if not self.server.sink.answer("DATA", "354").startswith("354"):
            return
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise _HungUpError
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.is_in_a_message = False
        if self.server.sink.answer("END", "250").startswith("250"):
            self.server.sink.messages.append(_parsed(b"".join(lines)))
        self._say("END", "250 accepted")

    def _say(self, phase: str, default: str, address: str = "") -> None:
        self.server.sink.before_answer(phase)
        answer = self.server.sink.answer(phase, default, address)
        if answer == HANG_UP:
            raise _HungUpError
        if answer == SAY_NOTHING:
            time.sleep(2)
            raise _HungUpError
        self.wfile.write(f"{answer}\r\n".encode())


def _parsed(content: bytes) -> Any:
    return email.message_from_bytes(content, policy=policy.default)
