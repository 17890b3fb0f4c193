"""The product's processes as docs/operations.md starts them, and what asks them for pages."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.ascender.processes import descendants, free_port
from tests.faults.processes import Crew, Process, Program

TREE = Path(__file__).resolve().parents[1]
WORKERS, CLIENTS = 2, 8
#: Seconds.
PATIENCE = 60.0


class Running:
    """Web, worker and beat on the run's database; the broker is of files, so that nothing else is needed."""

    def __enter__(self) -> Self:
        self.port = free_port()
        self._folder = tempfile.TemporaryDirectory(prefix="ascender-bench-logs-")
        environ = dict(os.environ) | {"CELERY_BROKER_URL": ""}
        self._crew = Crew(environ=environ, tree=TREE, logs=Path(self._folder.name))
        bind = ["--bind", f"127.0.0.1:{self.port}", "--no-control-socket", "--keep-alive", "30"]
        workers = ["--workers", str(WORKERS), "--threads", "4"]
        self.web = self._start("web", "gunicorn", "ascender.wsgi", *bind, *workers)
        return self

    def start_delivery(self) -> None:
        schedule = str(Path(self._folder.name) / "beat")
        self.worker = self._start("worker", "celery", "--app", "ascender", "worker", "--concurrency", "1")
        self.beat = self._start("beat", "celery", "--app", "ascender", "beat", "--pidfile=", "--schedule", schedule)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._crew.end()
        self._folder.cleanup()

    def wait_for_pages(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
                connection.request("GET", "/livez")
                return connection.getresponse().close()
            time.sleep(0.1)
        raise TimeoutError("the web does not answer")

    def load(self, session: str, *paths: str, seconds: float, clients: int = CLIENTS) -> list[float]:
        """Seconds of each request that the clients made in that time, asking for the paths in turn."""
        arguments = [str(self.port), session, str(seconds), str(clients), *paths]
        command = [sys.executable, "-m", "benchmarks.load", *arguments]
        found: list[float] = json.loads(subprocess.check_output(command, cwd=TREE))
        return found

    def memory(self) -> dict[str, float]:
        """MiB that the largest process of each kind holds."""
        crew = {"web worker": self.web, "Celery worker": self.worker, "beat": self.beat}
        return {name: max(_resident(pid) for pid in _own(process)) for name, process in crew.items()}

    def _start(self, kind: str, module: str, *arguments: str) -> Process:
        return self._crew.start(Program(kind, [sys.executable, "-m", module, *arguments]))


def sink(port: int) -> subprocess.Popen[bytes]:
    """The mail server; to be ended by who asked for it."""
    return subprocess.Popen([sys.executable, "-m", "benchmarks.sink", str(port)], cwd=TREE)


def _own(process: Process) -> set[int]:
    return {process.pid, *descendants(process.pid)}


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)
