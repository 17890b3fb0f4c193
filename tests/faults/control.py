"""How the campaign tells its own servers to misbehave: one line of JSON over a socket, answered by "done"."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any

Order = dict[str, Any]


async def listen(port: int, obey: Callable[[Order], Awaitable[None]]) -> asyncio.Server:
    """Obey one order per line; the answer is given when it is obeyed."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            await obey(json.loads(line))
            writer.write(b"done\n")
        writer.close()

    return await asyncio.start_server(converse, "127.0.0.1", port)


def tell(port: int, **order: Any) -> None:
    """Give an order, and return when it is obeyed. Raises OSError when nobody is there or answers."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(json.dumps(order).encode() + b"\n")
        if line.recv(16) != b"done\n":
            raise OSError(f"no answer to {order}")
