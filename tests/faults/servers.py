"""The servers beside the product: PostgreSQL, Redis behind a proxy, and the mail server with its ledger."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg2  # type: ignore[import-untyped]
import redis

from tests.ascender.processes import free_port

from .control import tell
from .processes import Process, Program

# Seconds in which a server has to answer after its start.
PATIENCE = 30.0


class Missing(Exception):
    """What the campaign needs is not installed; the text says what."""


class Server:
    """One process of our own, started again after a fault, always on the same port."""

    def __init__(self, name: str, folder: Path) -> None:
        self.port = free_port()
        self.process: Process | None = None
        self._name, self._folder = name, folder

    def run(self, *arguments: str, tree: Path, user: str | None = None) -> None:
        log = self._folder / f"{self._name}.log"
        program = Program(self._name, arguments)
        self.process = Process(self._name, program, environ=dict(os.environ), folder=tree, log=log, user=user)

    def send(self, number: signal.Signals) -> None:
        if self.process:
            self.process.send(number)

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.process:
            self.process.send_to_group(signal.SIGCONT)
            self.process.send(how)
            self.process.see_off(until=time.monotonic() + PATIENCE)


class PostgreSQL(Server):
    """A cluster of its own, with fsync as PostgreSQL ships it. It notes when each transaction was committed."""

    def __init__(self, folder: Path) -> None:
        super().__init__("postgresql", folder)
        self._programs = _postgresql_programs()
        # PostgreSQL refuses to run as root.
        self._user = _another_user() if os.geteuid() == 0 else None
        self._data = folder / "postgresql"
        self._data.mkdir()
        if self._user:
            shutil.chown(self._data, self._user)
        self._initialize()

    @property
    def url(self) -> str:
        return f"postgresql://ascender@127.0.0.1:{self.port}/postgres"

    def _initialize(self) -> None:
        arguments = ["-D", str(self._data), "-U", "ascender", "--auth=trust", "--no-sync", "--encoding=UTF8"]
        subprocess.run(
            [self._programs / "initdb", *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            user=self._user,
            extra_groups=[] if self._user else None,
        )
        lines = [f"port = {self.port}", "listen_addresses = '127.0.0.1'", f"unix_socket_directories = '{self._data}'"]
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.write("\n".join([*lines, "track_commit_timestamp = on", ""]))

    def start(self) -> None:
        self.run(str(self._programs / "postgres"), "-D", str(self._data), tree=self._data, user=self._user)
        wait_for(self.connect, psycopg2.OperationalError)

    def crash(self) -> None:
        """What `pg_ctl stop -m immediate` does: nothing is finished or written; recovery comes with the next start."""
        self.end(signal.SIGQUIT)

    def connect(self) -> Any:
        connection = psycopg2.connect(self.url, connect_timeout=2)
        connection.autocommit = True
        return connection


class Redis(Server):
    def __init__(self, folder: Path) -> None:
        super().__init__("redis", folder)
        if not shutil.which("redis-server"):
            raise Missing("redis-server")

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        self.run("redis-server", *arguments, tree=self._folder)
        wait_for(lambda: self.client().ping(), redis.RedisError)

    def client(self, password: str | None = None) -> Any:
        return redis.Redis(port=self.port, password=password, socket_timeout=2)


class Instrument(Server):
    """One of the campaign's own servers, with a second port for orders."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name, folder)
        self._orders = free_port()

    def start(self, tree: Path, *arguments: object) -> None:
        command = [sys.executable, "-m", f"tests.faults.{self._name}", str(self.port)]
        self.run(*command, *map(str, arguments), tree=tree)

    @property
    def orders(self) -> int:
        return self._orders

    def tell(self, **order: Any) -> None:
        wait_for(lambda: tell(self._orders, **order), OSError)


def wait_for(step: Callable[[], Any], error: type[Exception]) -> Any:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return step()
        except error:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _postgresql_programs() -> Path:
    """Where initdb and postgres lie: Debian keeps them out of the PATH."""
    found = [Path(path).parent for path in filter(None, [shutil.which("postgres")])]
    with suppress(OSError, subprocess.CalledProcessError):
        found.append(Path(subprocess.check_output(["pg_config", "--bindir"], text=True).strip()))
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Missing("PostgreSQL’s initdb and postgres")


def _another_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
