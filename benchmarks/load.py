"""Requests as fast as they are answered: `python -m benchmarks.load PORT SESSION SECONDS CLIENTS PATH…`.

Prints as JSON the seconds that each request took. A process of its own, so that it shares no lock with who measures.
"""

from __future__ import annotations

import http.client
import itertools
import json
import sys
import threading
import time


def visit(port: int, session: str, until: float, paths: list[str], taken: list[float]) -> None:
    """One client with one connection, which asks for the paths in turn."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": f"sessionid={session}"}
    for path in itertools.cycle(paths):
        begun = time.perf_counter()
        if begun >= until:
            break
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status in (http.client.OK, http.client.NO_CONTENT), f"{path} answered {answer.status}"
        taken.append(time.perf_counter() - begun)
    connection.close()


def main(port: str, session: str, seconds: str, clients: str, *paths: str) -> None:
    taken: list[float] = []
    until = time.perf_counter() + float(seconds)
    visitors = [
        threading.Thread(target=visit, args=(int(port), session, until, [*paths], taken)) for _ in range(int(clients))
    ]
    for each in visitors:
        each.start()
    for each in visitors:
        each.join()
    sys.stdout.write(json.dumps(taken))


if __name__ == "__main__":
    main(*sys.argv[1:])
