"""The stage of a campaign: a temp folder, all servers and processes; nothing of it stays behind."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg2  # type: ignore[import-untyped]

from tests.ascender.processes import free_port

from .processes import Crew, Process, Program
from .servers import Instrument, PostgreSQL, Redis, wait_for

#: Seconds. The product's default is 10; the shorter one lets more stalls into a campaign.
EMAIL_TIMEOUT = 4
PYTHON = sys.executable


class Stage:
    """`tree` is the build under test: its code runs in every process of the product."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.web_port = free_port()
        self._secret = secrets.token_urlsafe(48)

    def __enter__(self) -> Self:
        with ExitStack() as steps:
            self.folder = Path(tempfile.mkdtemp(prefix="ascender-faults-"))
            self.folder.chmod(0o711)  # the user of PostgreSQL has to get through
            steps.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self._start_servers(steps)
            self.crew = Crew(environ=self.environ(), tree=self.tree, logs=self.folder)
            steps.callback(self.crew.end)
            self._exit = steps.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit.close()

    def _start_servers(self, steps: ExitStack) -> None:
        self.ledger = self.folder / "ledger.jsonl"
        self.ledger.touch()
        self.postgresql, self.redis = PostgreSQL(self.folder), Redis(self.folder)
        self.proxy, self.sink = Instrument("proxy", self.folder), Instrument("sink", self.folder)
        for server in (self.postgresql, self.redis, self.proxy, self.sink):
            steps.callback(server.end)
        self.postgresql.start()
        self.redis.start()
        own_tree = Path(__file__).resolve().parents[2]
        self.proxy.start(own_tree, self.redis.port, self.proxy.orders)
        self.sink.start(own_tree, self.sink.orders, self.ledger)
        self.proxy.tell(silent=False)
        self.sink.tell()

    def environ(self) -> dict[str, str]:
        """Every setting is named, so that nothing of a developer's `.env` gets in."""
        broker = f"redis://127.0.0.1:{self.proxy.port}/0"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "SITE_URL": f"http://127.0.0.1:{self.web_port}",
            "SECRET_KEY": self._secret,
            "DATA_DIR": str(self.folder / "data"),
            "DATABASE_URL": self.postgresql.url,
            "CELERY_BROKER_URL": broker,
            "CACHE_URL": broker,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "EMAIL_TIMEOUT": str(EMAIL_TIMEOUT),
            **dict.fromkeys(("DEBUG", "DEMO", "ALLOWED_HOSTS", "PORT", "LOG_LEVEL"), ""),
            **dict.fromkeys(("DEFAULT_FROM_EMAIL", "KEEP_MESSAGES_DAYS", "KEEP_UPLOADS_DAYS"), ""),
        }

    def run(self, *arguments: str) -> str:
        """A command of the product, from start to end; what it printed. Raises CalledProcessError."""
        return subprocess.check_output(arguments, cwd=self.tree, env=self.environ(), text=True)

    def manage(self, *arguments: str) -> str:
        return self.run(PYTHON, "manage.py", *arguments)

    def web(self) -> Program:
        bind = ["--bind", f"127.0.0.1:{self.web_port}", "--no-control-socket"]
        workers = ["--workers", "2", "--threads", "4", "--graceful-timeout", "10"]
        return Program("web", [PYTHON, "-m", "gunicorn", "ascender.wsgi", *bind, *workers])

    def worker(self) -> Program:
        return Program("worker", [PYTHON, "-m", "celery", "--app", "ascender", "worker", "--concurrency", "2"])

    def beat(self) -> Program:
        """Each with a schedule file of its own, as on a machine of its own."""
        schedule = str(self.folder / f"beat-{secrets.token_hex(4)}")
        return Program(
            "beat", [PYTHON, "-m", "celery", "--app", "ascender", "beat", "--pidfile=", "--schedule", schedule]
        )

    def sweep(self, *arguments: str) -> Program:
        return Program("sweep", [PYTHON, "manage.py", "sweep", *arguments])

    def start_everything(self) -> list[Process]:
        """The processes of docs/operations.md, each as often as there."""
        programs = [self.web(), self.worker(), self.beat(), self.sweep("--loop")]
        return [self.crew.start(program) for program in programs]

    def copy_papers(self, folder: Path) -> None:
        """The logs of everything that ran, and the ledger."""
        folder.mkdir(parents=True, exist_ok=True)
        for paper in [*self.folder.glob("*.log"), self.ledger]:
            shutil.copy(paper, folder)

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask the database directly, past everything of ours. Waits while it is down."""
        return list(wait_for(lambda: self._ask(sql, parameters), psycopg2.OperationalError))

    def _ask(self, sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        connection = self.postgresql.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters or None)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()
