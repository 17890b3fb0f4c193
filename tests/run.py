"""`make test`: the suite on SQLite, then on PostgreSQL where TEST_DATABASE_URL names one; says at the end what ran."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

WORKERS = "2"


def main(arguments: list[str]) -> int:
    engines = ["sqlite"] + (["postgresql"] if os.environ.get("TEST_DATABASE_URL") else [])
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "summary"
        codes = [_run(engine, summary, arguments) for engine in engines]
        print(f"\nWhat ran:\n{summary.read_text() if summary.exists() else '  nothing'}", end="")
    if "postgresql" not in engines:
        print("  PostgreSQL: not run, TEST_DATABASE_URL is not set")
    return max(codes)


def _run(engine: str, summary: Path, arguments: list[str]) -> int:
    print(f"\n=== The suite on {engine} ===", flush=True)
    # The long ones, in the browser, come last: whoever has nothing left takes some from the other.
    command = [sys.executable, "-m", "pytest", "--numprocesses", WORKERS, "--dist", "worksteal", *arguments]
    environ = os.environ | {"TEST_ENGINE": engine, "TEST_SUMMARY": str(summary)}
    return subprocess.run(command, env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
