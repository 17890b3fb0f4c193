"""A mail server that accepts everything, keeps nothing and answers at once: `python -m benchmarks.sink PORT`."""

from __future__ import annotations

import socketserver
import sys


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say(b"220 sink")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self._take()
            elif verb == b"QUIT":
                return self._say(b"221 bye")
            else:
                self._say(b"250 ok")
        return None

    def _take(self) -> None:
        self._say(b"354 go on")
        while self.rfile.readline() not in (b".\r\n", b""):
            pass
        self._say(b"250 accepted")

    def _say(self, answer: bytes) -> None:
        self.wfile.write(answer + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    _Server(("127.0.0.1", int(sys.argv[1])), _Conversation).serve_forever()
