"""What tests ask about real processes."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable

DEADLINE = 30.0


def eventually(question: Callable[[], bool], *, within: float = DEADLINE) -> bool:
    """Whether the answer becomes yes in that many seconds."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if question():
            return True
        time.sleep(0.05)
    return False


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and was not waited for does not count."""
    state = _ps("-o", "state=", "-p", str(pid)).strip()
    return bool(state) and not state.startswith("Z")


def descendants(pid: int) -> set[int]:
    """The children of a process, their children, and so on."""
    pairs = [tuple(map(int, line.split())) for line in _ps("-A", "-o", "pid=,ppid=").splitlines()]
    found = {pid}
    while more := {child for child, parent in pairs if parent in found} - found:
        found |= more
    return found - {pid}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ps(*arguments: str) -> str:
    return subprocess.run(["ps", *arguments], capture_output=True, text=True, check=False).stdout
