"""Where it is measured: a database of its own on a PostgreSQL server, a data folder, and the machine in words."""

from __future__ import annotations

import os
import platform
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2  # type: ignore[import-untyped]

from tests.ascender.processes import free_port

#: Where a local PostgreSQL is asked when `TEST_DATABASE_URL` names no server.
LOCAL = "postgresql://127.0.0.1:5432/postgres"
WORTH_TELLING = ("shared_buffers", "work_mem", "max_parallel_workers_per_gather", "autovacuum", "fsync", "jit")


class NoPostgreSQL(Exception):
    """No server answers where the benchmark could make its database; the text says where it asked."""


@contextmanager
def own_place() -> Iterator[str]:
    """The environment of a run, with a new database that is dropped at the end; yields its address.

    Raises `NoPostgreSQL`. To be entered before Django's settings are read.
    """
    server = os.environ.get("TEST_DATABASE_URL") or LOCAL
    name = f"ascender_bench_{secrets.token_hex(4)}"
    _administer(server, f"CREATE DATABASE {name}")
    try:
        with tempfile.TemporaryDirectory(prefix="ascender-bench-") as folder:
            url = urlsplit(server)._replace(path=f"/{name}").geturl()
            (Path(folder) / "static").mkdir()
            os.environ.update(environ(url, Path(folder)))
            yield url
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def environ(database: str, folder: Path) -> dict[str, str]:
    """Every setting is named, so that nothing of a developer's `.env` gets in."""
    return {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "SITE_URL": "http://127.0.0.1:8000",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATA_DIR": str(folder),
        "DATABASE_URL": database,
        "CELERY_BROKER_URL": "memory://",
        "LOG_LEVEL": "ERROR",
        "EMAIL_URL": f"smtp://127.0.0.1:{free_port()}",
        **dict.fromkeys(("DEBUG", "DEMO", "PORT", "ALLOWED_HOSTS", "CACHE_URL", "EMAIL_TIMEOUT"), ""),
        **dict.fromkeys(("DEFAULT_FROM_EMAIL", "KEEP_MESSAGES_DAYS", "KEEP_UPLOADS_DAYS"), ""),
    }


def _administer(server: str, statement: str) -> None:
    """Where databases are made: in the one that every server has."""
    maintenance = urlsplit(server)._replace(path="/postgres").geturl()
    try:
        with closing(psycopg2.connect(maintenance, connect_timeout=5)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
    except psycopg2.OperationalError as error:
        host = urlsplit(server).hostname
        raise NoPostgreSQL(
            f"The benchmark needs a PostgreSQL where it may create a database; none answers at {host}.\n"
            f"Name one by TEST_DATABASE_URL. The server said: {error}".strip()
        ) from error


def machine(database: str) -> dict[str, str]:
    """What it ran on."""
    with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute("SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)", [[*WORTH_TELLING]])
        settings = ", ".join(f"{name} {value}" for name, value in sorted(cursor.fetchall()))
    return {
        "processors": f"{os.cpu_count()} x {_processor()}",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": platform.system() + " " + platform.release(),
        "python": platform.python_version(),
        "postgresql": f"{version} ({settings})",
    }


def load() -> str:
    """How busy the machine is: the processes that waited for a processor in the last 1 and 5 minutes."""
    return " and ".join(f"{each:.1f}" for each in os.getloadavg()[:2])


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
