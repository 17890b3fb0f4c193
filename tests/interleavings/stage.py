"""The stage of a run: a PostgreSQL of its own, a database for each lane, and the lanes; nothing of it stays behind."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg2  # type: ignore[import-untyped]

from tests.faults.servers import PostgreSQL

PYTHON = sys.executable
TEMPLATE = "house"


class Stage:
    """`tree` is the build under test: its code runs in every lane."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self._secret = secrets.token_urlsafe(48)

    def __enter__(self) -> Self:
        with ExitStack() as steps:
            self.folder = Path(tempfile.mkdtemp(prefix="ascender-interleavings-"))
            self.folder.chmod(0o711)  # the user of PostgreSQL has to get through
            steps.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self.postgresql = PostgreSQL(self.folder)
            steps.callback(self.postgresql.end)
            self.postgresql.start()
            self.ask("postgres", f"CREATE DATABASE {TEMPLATE}")
            self.run(TEMPLATE, PYTHON, "manage.py", "migrate", "--verbosity", "0")
            self._exit = steps.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit.close()

    def url(self, database: str) -> str:
        return f"{self.postgresql.url.rpartition('/')[0]}/{database}"

    def environ(self, database: str, **extra: str) -> dict[str, str]:
        """Every setting is named, so that nothing of a developer's `.env` gets in."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "tests.interleavings.settings",
            "SECRET_KEY": self._secret,
            "DATA_DIR": str(self.folder / f"data-{database}"),
            "DATABASE_URL": self.url(database),
            "CELERY_BROKER_URL": "memory://",
            "ALLOWED_HOSTS": "127.0.0.1,testserver",
            "LOG_LEVEL": "ERROR",
            **dict.fromkeys(("DEBUG", "DEMO", "PORT", "SITE_URL", "CACHE_URL", "EMAIL_URL", "EMAIL_TIMEOUT"), ""),
            **dict.fromkeys(("DEFAULT_FROM_EMAIL", "KEEP_MESSAGES_DAYS", "KEEP_UPLOADS_DAYS"), ""),
            **extra,
        }

    def run(self, database: str, *arguments: str) -> str:
        """A command of the product, from start to end; what it printed. Raises CalledProcessError."""
        return subprocess.check_output(arguments, cwd=self.tree, env=self.environ(database), text=True)

    def new_database(self, name: str) -> None:
        self.ask("postgres", f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")

    def deadlocks(self) -> int:
        """How many PostgreSQL has found in all databases, whoever was told of them."""
        return int(self.ask("postgres", "SELECT sum(deadlocks) FROM pg_stat_database")[0][0] or 0)

    def ask(self, database: str, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask a database directly, past everything of ours."""
        connection = psycopg2.connect(self.url(database))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters or None)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()


class Lane:
    """A process that plays its share of the rounds: every `step`-th from `first` on."""

    def __init__(self, stage: Stage, *, seed: int, first: int, step: int, count: int) -> None:
        database = f"house{first}"
        stage.new_database(database)
        self.log = stage.folder / f"{database}.log"
        with self.log.open("wb") as log:
            self._popen = subprocess.Popen(
                [PYTHON, "-m", "tests.interleavings.lane", *map(str, (seed, first, step, count))],
                cwd=stage.tree,
                env=stage.environ(database),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def rounds(self) -> Iterator[dict[str, Any]]:
        """Each round as it is played. Raises `Fallen` when the process does not get to its end."""
        assert self._popen.stdout
        for line in self._popen.stdout:
            yield json.loads(line)
        if self._popen.wait():
            raise Fallen(self.log.read_text()[-3000:])

    def end(self) -> None:
        self._popen.kill()
        self._popen.wait()


class Fallen(Exception):
    """A lane did not get to its end; the text is the end of what it printed."""
