"""Runs the demo's processes: starts them, starts them again when they die, and leaves none behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# All in seconds.
LOOK_EVERY = 0.2
FIRST_WAIT = 0.5
LONGEST_WAIT = 15.0
STEADY_AFTER = 30.0
# Longer than gunicorn's and Celery's own graceful stop.
PATIENCE = 25.0

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
SET_PARENT_DEATH_SIGNAL = 1


@dataclass(frozen=True)
class Program:
    """One process to keep running. What it prints goes to `log`, which begins anew with each demo."""

    name: str
    arguments: Sequence[str]
    log: Path


class Child:
    """A program and the process that runs it now, if any."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._wait = FIRST_WAIT

    @property
    def is_due(self) -> bool:
        return self.process is None and time.monotonic() >= self._start_at

    def start(self) -> None:
        with self.program.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 (our own programs)
                self.program.arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C in the terminal reaches only us, and we stop each program once.
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self._started_at = time.monotonic()

    def exit_code(self) -> int | None:
        """How the process ended, once; None while it runs or when that has been told."""
        if self.process is None or self.process.poll() is None:
            return None
        code = self.process.returncode
        # Its own children may outlive it: gunicorn's and Celery's look for their parent only now and then.
        self._signal_group(signal.SIGKILL)
        self.process = None
        self._plan_restart()
        return code

    def ask_to_stop(self) -> None:
        """Only the main process: the programs stop their own children, in their own order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def see_off(self, *, until: float) -> None:
        """Wait for the end until that monotonic moment, then kill whatever is left of the group."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, until - time.monotonic()))
        self._signal_group(signal.SIGKILL)
        self.process.wait()

    def _plan_restart(self) -> None:
        if time.monotonic() - self._started_at >= STEADY_AFTER:
            self._wait = FIRST_WAIT
        self._start_at = time.monotonic() + self._wait
        self._wait = min(self._wait * 2, LONGEST_WAIT)

    def _signal_group(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        # Nobody of the group is left: Linux says it with the first error, macOS with the second.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)


class Supervisor:
    """Keeps `programs` running until a stop signal; calls `look` at each round, and `tell` with what happens.

    Nothing depends on being told: whoever listened may be gone.
    """

    def __init__(self, programs: Sequence[Program], *, look: Callable[[], None], tell: Callable[[str], None]) -> None:
        self._children = [Child(program) for program in programs]
        self._look = look
        self._listener = tell
        self._stopping = threading.Event()

    def run(self) -> None:
        """Return after a stop signal, when every process has ended."""
        for number in STOP_SIGNALS:
            signal.signal(number, lambda *_: self._stopping.set())
        try:
            while not self._stopping.wait(LOOK_EVERY):
                self._revive()
                self._look()
        finally:
            self._stop()

    def _revive(self) -> None:
        for child in self._children:
            code = child.exit_code()
            if code is not None:
                self._tell(f"{child.program.name} ended with {code}; starting it again. Its log: {child.program.log}")
            if child.is_due and not self._stopping.is_set():
                child.start()

    def _tell(self, text: str) -> None:
        with suppress(OSError):  # the terminal was closed, or what read from us has ended
            self._listener(text)

    def _stop(self) -> None:
        self._tell("Stopping …")
        for child in self._children:
            child.ask_to_stop()
        until = time.monotonic() + PATIENCE
        for child in self._children:
            child.see_off(until=until)
        self._tell("Stopped.")


def _die_with_parent() -> None:
    """On Linux a supervisor that is killed takes its programs along: nobody else could stop them."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
