"""The programs of a whole installation, for one machine."""

from __future__ import annotations

import sys
from pathlib import Path

from .supervisor import Program

WEB_WORKERS = 2
THREADS_PER_WEB_WORKER = 4
CELERY_PROCESSES = 2


def programs(*, port: int, logs: Path) -> list[Program]:
    """Web, worker and beat. Makes `logs`, and empties the logs of the last demo."""
    logs.mkdir(parents=True, exist_ok=True)
    found = [
        Program("web", _web(port), logs / "web.log"),
        Program("worker", _worker(), logs / "worker.log"),
        Program("beat", _beat(), logs / "beat.log"),
    ]
    for program in found:
        program.log.write_bytes(b"")
    return found


def _web(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "ascender.wsgi"),
        *("--bind", f"127.0.0.1:{port}"),
        *("--workers", str(WEB_WORKERS), "--threads", str(THREADS_PER_WEB_WORKER)),
        *("--graceful-timeout", "10", "--no-control-socket"),
        *("--limit-request-line", "8190"),  # the most there is: an address holds all that a list is filtered by
    ]


def _worker() -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "--quiet", "--app", "ascender", "worker"),
        *("--concurrency", str(CELERY_PROCESSES)),
        # They need a broker that tells everybody; files in a folder are not one.
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def _beat() -> list[str]:
    # An own file of process ids would keep a second start away after a crash; the supervisor knows better.
    return [*(sys.executable, "-m", "celery", "--quiet", "--app", "ascender", "beat"), "--pidfile="]
