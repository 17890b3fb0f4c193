"""Processes that are started, struck and started again, and that never outlive the campaign."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.ascender.processes import descendants

SET_PARENT_DEATH_SIGNAL = 1
# Seconds that a process may take to end after SIGTERM: a worker finishes its shift of 20.
PATIENCE = 30.0


@dataclass(frozen=True)
class Program:
    """What to run, as whom, and with which variables beside the stage's own."""

    kind: str
    arguments: Sequence[str]
    extra: Mapping[str, str] = field(default_factory=dict)


class Process:
    """One running program in a group of its own. Start it in the main thread: it dies with the thread that made it."""

    def __init__(
        self,
        name: str,
        program: Program,
        *,
        environ: Mapping[str, str],
        folder: Path,
        log: Path,
        user: str | int | None = None,
    ) -> None:
        self.name = name
        self.program = program
        self.failpoint = environ.get("FAILPOINTS", "")
        self.log = log
        self.started_at = time.time()
        self.is_wanted = True
        self.killed = self.stopped = 0
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                program.arguments,
                cwd=folder,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                extra_groups=None if user is None else [],
                preexec_fn=_die_with_parent,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        return self._popen.poll() is None

    @property
    def has_killed_itself(self) -> bool:
        """Whether it got to its failpoint."""
        return bool(self.failpoint) and self._popen.poll() == -signal.SIGKILL

    def children(self) -> list[int]:
        return sorted(descendants(self.pid))

    def send(self, number: signal.Signals) -> None:
        """To the main process alone."""
        if self.is_running:
            self._popen.send_signal(number)

    def kill(self) -> None:
        """`kill -9` of the main process; its children are left to find out."""
        self.killed += 1 + len(self.children())
        self.send(signal.SIGKILL)
        self._popen.wait()

    def kill_child(self, which: float) -> None:
        """`kill -9` of one child, or of the process itself where it has none."""
        children = self.children()
        if children:
            self.killed += 1
            with suppress(ProcessLookupError):
                os.kill(children[int(which * len(children))], signal.SIGKILL)
        else:
            self.kill()

    def stop(self) -> None:
        """SIGSTOP of the whole group: nobody of it runs, and nobody is told."""
        self.stopped += 1 + len(self.children())
        os.killpg(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        self.send_to_group(signal.SIGCONT)

    def send_to_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def see_off(self, *, until: float) -> None:
        """Wait for the end until that monotonic moment, then kill what is left of the group."""
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(max(0.0, until - time.monotonic()))
        self.send_to_group(signal.SIGKILL)
        self._popen.wait()


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


class Crew:
    """The product's processes: each has a name of its own for life, and is replaced when it ends unasked."""

    def __init__(self, *, environ: Mapping[str, str], tree: Path, logs: Path) -> None:
        self._environ, self._tree, self._logs = dict(environ), tree, logs
        self.all: list[Process] = []

    def start(self, program: Program, **extra: str) -> Process:
        """Its name is the sender of its mails, so that the ledger tells who sent what."""
        name = f"{program.kind}-{len(self.all) + 1}"
        sender = {"DEFAULT_FROM_EMAIL": f"Ascender <{name}@ascender.example>"}
        environ = self._environ | sender | dict(program.extra) | extra
        process = Process(name, program, environ=environ, folder=self._tree, log=self._logs / f"{name}.log")
        self.all.append(process)
        return process

    def of(self, kind: str) -> list[Process]:
        """Those that run, oldest first."""
        return [each for each in self.all if each.program.kind == kind and each.is_wanted and each.is_running]

    def revive(self) -> None:
        """Start again what has ended and was wanted, as a service manager does."""
        for process in [each for each in self.all if each.is_wanted and not each.is_running]:
            process.is_wanted = False
            process.send_to_group(signal.SIGKILL)
            self.start(process.program)

    def dismiss(self, processes: Sequence[Process]) -> None:
        """SIGTERM, and nobody takes their place."""
        for process in processes:
            process.is_wanted = False
            process.send(signal.SIGTERM)

    def killed(self) -> dict[str, int]:
        """How many processes of each name were killed by us, or killed themselves at a failpoint."""
        return {each.name: each.killed or int(each.has_killed_itself) for each in self.all}

    def stopped(self) -> dict[str, int]:
        """How many processes of each name were stopped for a while."""
        return {each.name: each.stopped for each in self.all}

    def end(self) -> None:
        for process in self.all:
            process.is_wanted = False
            process.go_on()
            process.send(signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        for process in self.all:
            process.see_off(until=until)
