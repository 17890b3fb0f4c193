"""The benchmark runs at a tiny scale and says what it found. Nothing is timed here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.conf import settings

from benchmarks.figures import Figure, Timed, against, within

ROUND = Timed([0.80, 0.76, 0.71])


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", "--scale", "0.001", *arguments]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=os.environ | environ, capture_output=True, text=True, check=False
    )


def test_a_figure_is_one_line_with_its_limit_goal_and_times() -> None:
    figure = against("B1", "assign 10,000", ROUND, Timed([0.4, 0.4, 0.4]), what="the raw statement", goal=2.5)
    line = "B1 assign 10,000: 1.9 x the raw statement (goal 2.5) · 0.76 s median of 3 (0.71–0.80)"
    assert (figure.line, figure.is_met) == (line, True)


def test_a_goal_that_is_missed_says_so() -> None:
    figure = within("B2", "Eligible", Timed([0.11, 0.12, 0.13]), milliseconds=100)
    assert (figure.line.endswith(" · missed"), figure.is_met) == (True, False)


@pytest.mark.parametrize(("share", "is_met"), [(0.6, True), (0.59, False)])
def test_a_share_is_to_be_reached(share: float, is_met: bool) -> None:
    assert Figure("B3", "deliver", share, "of the loop", 0.6, at_least=True).is_met is is_met


def test_without_postgresql_it_says_what_it_needs() -> None:
    done = run(TEST_DATABASE_URL="postgresql://127.0.0.1:1/nobody")
    assert done.returncode == 2
    assert "needs a PostgreSQL" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.postgresql
def test_it_runs_and_leaves_nothing_behind(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    done = run("--only", "B1", "--out", str(out), BENCH_ROUNDS="1")
    assert done.returncode == 0, done.stderr
    jobs = [figure["job"] for figure in json.loads(out.read_text())["figures"]]
    assert jobs == [f"{job} {size}" for size in (1, 10, 100) for job in ("assign", "unassign")]
    name = next(line for line in done.stdout.splitlines() if line.startswith("database: ")).partition(": ")[2]
    assert name not in databases()


def databases() -> set[str]:
    server = urlsplit(settings.TEST_DATABASE_URL)._replace(path="/postgres").geturl()
    with closing(psycopg2.connect(server)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}
