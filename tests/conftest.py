"""What the whole suite shares: which tests can run here, and what is said about those that cannot."""

from __future__ import annotations

import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.versions import migrate

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest_plugins = ["tests.cast"]

# The same examples for everybody, however busy the machine. For others: make test ARGS="--hypothesis-profile=default"
hypothesis_settings.register_profile(
    "steady", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("steady")

# The first opens a page in half the time: it is the same browser without tabs, menus and bubbles.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, CHROMIUMS)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = {
        "postgresql": "needs PostgreSQL: set TEST_DATABASE_URL" if settings.IS_SQLITE else "",
        "redis": "" if settings.TEST_REDIS_URL else "needs Redis: set TEST_REDIS_URL",
        "browser": "" if CHROMIUM else "needs Chromium: install the package `chromium`",
    }
    for item in items:
        for marker, reason in missing.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Keep, for the last lines of `make test`, how this run went and which tests it skipped, by reason."""
    if "TEST_SUMMARY" not in os.environ or hasattr(terminalreporter.config, "workerinput"):
        return
    outcomes = Counter({name: len(terminalreporter.stats.get(name, ())) for name in ("passed", "failed", "error")})
    skipped = defaultdict(list)
    for report in terminalreporter.stats.get("skipped", ()):
        skipped[report.longrepr[2].removeprefix("Skipped: ")].append(report.nodeid)
    with Path(os.environ["TEST_SUMMARY"]).open("a") as summary:
        counts = ", ".join(f"{count} {name}" for name, count in outcomes.items() if count)
        summary.write(f"  {'SQLite' if settings.IS_SQLITE else 'PostgreSQL'}: {counts or 'nothing ran'}\n")
        for reason, names in sorted(skipped.items()):
            summary.write(f"    {len(names)} skipped, {reason}\n")
            summary.writelines(f"      {name}\n" for name in sorted(names))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window. One for the session; open a context of your own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Containers often give /dev/shm 64 MB, on which pages die; as root the sandbox cannot start.
        arguments = ["--disable-dev-shm-usage"] + (["--no-sandbox"] if os.geteuid() == 0 else [])
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def present_afterwards() -> Iterator[None]:
    """The tables of the present version in the end, whatever happened."""
    yield
    migrate()
