"""`manage.py demo`, as it is: every process of it, from the first line to the last."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from .processes import DEADLINE, descendants, eventually, free_port, is_alive

# Seconds; other tests run beside this one, and on a busy machine it waits for them all.
START = 400.0
OURS = re.compile(r"^(DATABASE_URL|CELERY_BROKER_URL|CACHE_URL|EMAIL_URL|SITE_URL|SECRET_KEY|DJANGO_SETTINGS_MODULE)$")


class Demo:
    """A demo that is starting or running, with what it has said so far."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.site = f"http://127.0.0.1:{port}"
        self.data_dir = data_dir
        self.said = data_dir.with_suffix(".said")
        bare = {name: text for name, text in os.environ.items() if not OURS.match(name)}
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo"],
                cwd=settings.BASE_DIR,
                env=bare | {"PORT": str(port), "DATA_DIR": str(data_dir)},
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def is_up(self) -> bool:
        return "Ascender is running" in self.said.read_text()

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.site + path, timeout=60) as answer:
            return str(answer.read().decode())

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(START)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Callable[[], Demo]]:
    started: list[Demo] = []

    def start() -> Demo:
        started.append(Demo(tmp_path / "data", free_port()))
        return started[-1]

    yield start
    for one in started:
        one.stop()


def main_process(demo: Demo, word: str) -> int | None:
    """The process that the supervisor itself started for web, worker or beat."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(demo.process.pid)], capture_output=True, text=True, check=False
    ).stdout
    return next((int(line.split()[0]) for line in listed.splitlines() if word in line), None)


@pytest.mark.skipif(sys.platform != "linux", reason="asks the ps of Linux who started whom")
def test_the_demo_from_its_first_start_to_its_last_stop(demo: Callable[[], Demo]) -> None:
    first = demo()
    assert eventually(first.is_up, within=START), first.said.read_text()
    assert "Filled the database" in first.said.read_text()
    assert f"{first.site}/mailbox/" in first.said.read_text()

    page = first.get("/accounts/login/")
    stylesheet = re.search(r'href="(/static/css/base\.[0-9a-f]+\.css)"', page)
    assert stylesheet, "static files should be collected, with the hash in their names"
    assert "{" in first.get(stylesheet[1])
    sent = eventually(lambda: "/mailbox/2" in first.get("/mailbox/"), within=START)
    assert sent, "a worker should have sent what was waiting"

    for word in ("gunicorn", " worker", " beat"):
        killed = main_process(first, word)
        assert killed, word
        os.kill(killed, signal.SIGKILL)
        assert eventually(lambda: main_process(first, word) not in (None, killed)), word  # noqa: B023 (asked at once)
    assert eventually(lambda: not is_refused(first), within=START), "the web should answer again"

    # Three main processes, two of the web, two of the worker.
    assert eventually(lambda: len(descendants(first.process.pid)) >= 7, within=START)
    everyone = descendants(first.process.pid)
    assert first.stop() == 0
    assert eventually(lambda: not any(map(is_alive, everyone)))

    second = demo()
    assert eventually(second.is_up, within=START), second.said.read_text()
    assert "Filled the database" not in second.said.read_text()


def is_refused(demo: Demo) -> bool:
    try:
        demo.get("/readyz")
    except OSError:
        return True
    return False


def test_a_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = Demo(tmp_path / "data", port)
        assert refused.process.wait(DEADLINE) == 1
    (line,) = refused.said.read_text().splitlines()
    assert f"Port {port} cannot be used" in line
    assert "choose another: PORT=" in line


def test_a_stop_signal_while_it_prepares_ends_it_with_nobody_left(tmp_path: Path) -> None:
    stopped = Demo(tmp_path / "data", free_port())
    assert eventually(lambda: "Preparing" in stopped.said.read_text())
    everyone = descendants(stopped.process.pid)
    assert stopped.stop() == 0, stopped.said.read_text()
    assert eventually(lambda: not any(map(is_alive, everyone)))
    assert not stopped.is_up()
