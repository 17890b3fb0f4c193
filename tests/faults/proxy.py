"""A TCP proxy that can go silent: what is connected then stays open for ever and hears nothing, as behind a
firewall that has forgotten the connection. `python -m tests.faults.proxy LISTEN TARGET CONTROL` (ports).
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from .control import Order, listen


class Proxy:
    """Passes bytes on, except on connections that were open during a silence: those never speak again."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._is_silent = False
        self._silences = 0

    async def obey(self, order: Order) -> None:
        self._is_silent = order["silent"]
        self._silences += self._is_silent

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        born_in = self._silences
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._pump(reader, far_writer, born_in), self._pump(far_reader, writer, born_in))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, born_in: int) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if not self._is_mute(born_in):
                    writer.write(data)
                    await writer.drain()
        if not self._is_mute(born_in):
            writer.close()

    def _is_mute(self, born_in: int) -> bool:
        return self._is_silent or born_in != self._silences


async def main(port: int, target: int, control: int) -> None:
    proxy = Proxy(target)
    await listen(control, proxy.obey)
    async with await asyncio.start_server(proxy.serve, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:4])))
