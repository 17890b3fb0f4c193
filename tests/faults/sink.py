"""A mail server that keeps a ledger and misbehaves on demand: `python -m tests.faults.sink PORT CONTROL LEDGER`.

A line of the ledger is written before the server answers: what it has accepted is there, answered or not.
"""

from __future__ import annotations

import asyncio
import email
import json
import re
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

from .control import Order, listen

#: Seconds. Longer than any client of ours waits.
STALL = 30.0
#: Seconds after the first try at which a grey-listed address is let in.
GREY_FOR = 5.0


class HangUp(Exception):
    pass


@dataclass
class Manners:
    """How the server behaves now. `times` is how often it still misbehaves at the end of a message or in a stall."""

    listening: bool = True
    rcpt: str = ""  # "busy", "grey"
    refused: list[str] = field(default_factory=list)  # addresses
    data: str = ""  # "cut" in the middle of the content, "mute" after its end
    stall: str = ""  # a phase: CONNECT, EHLO, MAIL, RCPT, DATA, END
    times: int = 0

    def strikes(self) -> bool:
        self.times -= 1
        return self.times >= 0


class Sink:
    def __init__(self, port: int, ledger: Path) -> None:
        self._port = port
        self._ledger = ledger.open("a", buffering=1)
        self._server: asyncio.Server | None = None
        self._first_tries: dict[str, float] = {}
        self._connections = 0
        self.manners = Manners()

    async def obey(self, order: Order) -> None:
        self.manners = Manners(**order)
        await self.listen() if self.manners.listening else self._close()

    async def listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, limit=2**20)

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def note(self, **entry: Any) -> None:
        self._ledger.write(json.dumps(entry) + "\n")

    def is_grey(self, address: str) -> bool:
        return time.time() - self._first_tries.setdefault(address, time.time()) < GREY_FOR

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        with suppress(HangUp, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await Conversation(self, self._connections, reader, writer).hold()
        writer.close()


class Conversation:
    def __init__(self, sink: Sink, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._sink, self._number, self._reader, self._writer = sink, number, reader, writer
        self._by = self._to = ""
        self._begun_at = 0.0

    async def hold(self) -> None:
        await self._say("CONNECT", "220 sink")
        while line := await self._reader.readline():
            await self._obey(line.decode().strip())

    async def _obey(self, command: str) -> None:
        verb, address = command[:4].upper(), command.partition("<")[2].partition(">")[0]
        match verb:
            case "MAIL":
                self._by, self._begun_at = address.partition("@")[0], time.time()
                await self._say("MAIL", "250 ok")
            case "RCPT":
                self._to = address
                await self._say("RCPT", self._answer_to(address))
            case "DATA":
                await self._take()
            case "QUIT":
                await self._say("QUIT", "221 bye")
                raise HangUp
            case _:
                await self._say("EHLO", "250 sink")

    def _answer_to(self, address: str) -> str:
        manners = self._sink.manners
        if manners.rcpt == "busy" or (manners.rcpt == "grey" and self._sink.is_grey(address)):
            return "451 come back later"
        if address in manners.refused:
            self._sink.note(refused=address, at=time.time())
            return "550 no such person"
        return "250 ok"

    async def _take(self) -> None:
        await self._say("DATA", "354 go on")
        manners = self._sink.manners
        if manners.data == "cut" and manners.strikes():
            await self._reader.read(200)
            raise HangUp
        content = await self._reader.readuntil(b"\r\n.\r\n")
        is_mute = (manners.data == "mute" or manners.stall == "END") and manners.strikes()
        self._note(content, is_answered=not is_mute)
        if is_mute:
            await asyncio.sleep(STALL)
            raise HangUp
        await self._say("", "250 accepted")

    def _note(self, content: bytes, *, is_answered: bool) -> None:
        self._sink.note(
            **read(content),
            to=self._to,
            by=self._by,
            connection=self._number,
            begun_at=self._begun_at,
            accepted_at=time.time(),
            is_answered=is_answered,
        )

    async def _say(self, phase: str, answer: str) -> None:
        manners = self._sink.manners
        if phase and manners.stall == phase and manners.strikes():
            await asyncio.sleep(STALL)
            raise HangUp
        self._writer.write(f"{answer}\r\n".encode())
        await self._writer.drain()


def read(content: bytes) -> dict[str, str]:
    """What a message is about, as its reader would tell: its kind, the assignment's name and the due day."""
    message = email.message_from_bytes(content.replace(b"\r\n..", b"\r\n."), policy=policy.compat32)
    text = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    body = bytes(text.get_payload(decode=True) or b"").decode()
    subject = str(make_header(decode_header(message["Subject"])))
    day = _fact(body, "Due Date")
    return {
        "message_id": str(message["Message-ID"]),
        "kind": "reminder" if ": reminder, due" in " ".join(subject.split()) else "assigned",
        "name": _fact(body, "Assignment Name"),
        "due_on": datetime.strptime(day, "%a %d %B %Y").date().isoformat() if day else "",  # noqa: DTZ007, a day
    }


def _fact(body: str, label: str) -> str:
    found = re.search(rf"^{label}: (.*?)\r?$", body, re.MULTILINE)
    return found[1].strip() if found else ""


async def main(port: int, control: int, ledger: Path) -> None:
    sink = Sink(port, ledger)
    await sink.listen()
    async with await listen(control, sink.obey) as orders:
        await orders.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
