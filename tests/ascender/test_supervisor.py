"""The demo's supervisor, with real processes that do nothing but live, fork, die or refuse to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .processes import DEADLINE, eventually, is_alive

SUPERVISE = """
    import sys
    from pathlib import Path
    from ascender.demo import supervisor

    supervisor.PATIENCE = float(sys.argv[2])
    sys.platform = sys.argv[3]
    programs = [
        supervisor.Program(path.stem, [sys.executable, str(path)], path.with_suffix(".log"))
        for path in sorted(Path(sys.argv[1]).glob("*.py"))
    ]
    supervisor.Supervisor(programs, look=lambda: None, tell=lambda text: print(text, flush=True)).run()
"""
LIVES = """
    import os, time, pathlib
    pathlib.Path(__file__).with_suffix(".pid").write_text(str(os.getpid()))
    time.sleep(600)
"""
HAS_A_CHILD = """
    import os, time, pathlib, subprocess, sys
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    pathlib.Path(__file__).with_suffix(".pid").write_text(f"{os.getpid()} {child.pid}")
    time.sleep(600)
"""
FINISHES = """
    import os, signal, time, pathlib
    def finish(*_):
        time.sleep(0.5)
        pathlib.Path(__file__).with_suffix(".finished").touch()
        raise SystemExit
    signal.signal(signal.SIGTERM, finish)
    pathlib.Path(__file__).with_suffix(".pid").write_text(str(os.getpid()))
    time.sleep(600)
"""
BROKEN = """
    import time, pathlib
    with pathlib.Path(__file__).with_suffix(".times").open("a") as file:
        file.write(f"{time.monotonic()} ")
"""
DEAF = """
    import os, signal, time, pathlib
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pathlib.Path(__file__).with_suffix(".pid").write_text(str(os.getpid()))
    time.sleep(600)
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a supervisor of programs given as name=source, with so many seconds to end in; none outlives the test.

    On another `platform` than Linux no program is told that the supervisor has died.
    """
    started: list[subprocess.Popen[str]] = []

    def begin(patience: float = DEADLINE, platform: str = sys.platform, **sources: str) -> subprocess.Popen[str]:
        for name, source in sources.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
        command = [sys.executable, "-c", textwrap.dedent(SUPERVISE), str(tmp_path), str(patience), platform]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield begin
    for supervisor in started:
        supervisor.terminate()
        supervisor.wait(DEADLINE)
        assert supervisor.stdout is not None
        supervisor.stdout.close()


def pids(tmp_path: Path, name: str) -> list[int]:
    file = tmp_path / f"{name}.pid"
    return [int(pid) for pid in file.read_text().split()] if file.exists() else []


def test_a_program_that_dies_is_started_again_and_the_others_go_on(start: Start, tmp_path: Path) -> None:
    start(first=LIVES, second=LIVES)
    assert eventually(lambda: bool(pids(tmp_path, "first") and pids(tmp_path, "second")))
    (killed,), (other,) = pids(tmp_path, "first"), pids(tmp_path, "second")
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: pids(tmp_path, "first") not in ([], [killed]))
    assert pids(tmp_path, "second") == [other]
    assert is_alive(other)


def test_a_program_that_cannot_live_is_started_less_and_less_often(start: Start, tmp_path: Path) -> None:
    start(broken=BROKEN)
    times = tmp_path / "broken.times"
    assert eventually(lambda: times.exists() and len(times.read_text().split()) >= 3)
    first, second, third = map(float, times.read_text().split()[:3])
    assert second - first >= 0.5
    assert third - second >= 1.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_signal_ends_every_process(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    supervisor = start(first=LIVES, second=HAS_A_CHILD)
    assert eventually(lambda: bool(pids(tmp_path, "first") and pids(tmp_path, "second")))
    everyone = pids(tmp_path, "first") + pids(tmp_path, "second")
    assert len(everyone) == 3
    supervisor.send_signal(number)
    assert supervisor.wait(DEADLINE) == 0
    assert eventually(lambda: not any(map(is_alive, everyone)))


def test_who_cannot_be_told_any_more_has_every_process_started_again_and_ended(start: Start, tmp_path: Path) -> None:
    """The terminal was closed, or what read from us has ended."""
    supervisor = start(platform="darwin", first=LIVES, second=LIVES)
    assert eventually(lambda: bool(pids(tmp_path, "first") and pids(tmp_path, "second")))
    assert supervisor.stdout is not None
    supervisor.stdout.close()
    (killed,) = pids(tmp_path, "first")
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: pids(tmp_path, "first") not in ([], [killed]))
    everyone = pids(tmp_path, "first") + pids(tmp_path, "second")
    supervisor.terminate()
    supervisor.wait(DEADLINE)
    assert eventually(lambda: not any(map(is_alive, everyone)))


def test_a_program_may_finish_what_it_is_doing(start: Start, tmp_path: Path) -> None:
    supervisor = start(busy=FINISHES)
    assert eventually(lambda: bool(pids(tmp_path, "busy")))
    supervisor.terminate()
    supervisor.wait(DEADLINE)
    assert (tmp_path / "busy.finished").exists()


def test_a_program_that_will_not_stop_is_killed(start: Start, tmp_path: Path) -> None:
    supervisor = start(patience=2.0, deaf=DEAF)
    assert eventually(lambda: bool(pids(tmp_path, "deaf")))
    supervisor.terminate()
    supervisor.wait(DEADLINE)
    assert eventually(lambda: not is_alive(pids(tmp_path, "deaf")[0]))


def test_the_children_of_a_dead_program_do_not_stay_behind(start: Start, tmp_path: Path) -> None:
    start(parent=HAS_A_CHILD)
    assert eventually(lambda: len(pids(tmp_path, "parent")) == 2)
    parent, child = pids(tmp_path, "parent")
    os.kill(parent, signal.SIGKILL)
    assert eventually(lambda: not is_alive(child))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_a_supervisor_that_is_killed_takes_its_programs_along(start: Start, tmp_path: Path) -> None:
    supervisor = start(first=LIVES)
    assert eventually(lambda: bool(pids(tmp_path, "first")))
    supervisor.kill()
    supervisor.wait(DEADLINE)
    assert eventually(lambda: not is_alive(pids(tmp_path, "first")[0]))


@pytest.mark.parametrize("delay", [0.0, 0.1, 0.3, 0.5])
def test_a_stop_signal_during_the_start_leaves_nobody_behind(start: Start, tmp_path: Path, delay: float) -> None:
    supervisor = start(first=LIVES, second=LIVES)
    assert eventually(lambda: bool(list(tmp_path.glob("*.log"))))
    time.sleep(delay)
    supervisor.terminate()
    supervisor.wait(DEADLINE)
    time.sleep(0.5)
    assert [pid for name in ("first", "second") for pid in pids(tmp_path, name) if is_alive(pid)] == []
