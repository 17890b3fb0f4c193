"""A real demo and real browsers: what the tests of this folder share.

The demo is started as the README says, in a folder of its own, and lives as long as the session.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.ascender.processes import DEADLINE, free_port

PASSWORD = "ascender-demo"
#: Milliseconds for whatever should show on a page, on a busy machine.
PATIENCE = 20_000
#: Seconds for a first start: it fills the database.
START_WITHIN = 180.0
expect.set_options(timeout=PATIENCE)

# An empty setting counts as not set, and wins over a developer's .env.
NOTHING_SET = dict.fromkeys(
    ["DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL", "SITE_URL", "SECRET_KEY", "DEBUG"], ""
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not settings.IS_SQLITE:
                item.add_marker(pytest.mark.skip(reason="the demo has a database of its own: these ran with SQLite"))


@dataclass
class Demo:
    """`manage.py demo` with its own data, and the browsers that visit it."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    sessions: dict[str, Any] = field(default_factory=dict)

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | NOTHING_SET | {"DATA_DIR": str(self.data_dir), "PORT": str(self.port)}

    def start(self) -> None:
        said = self.data_dir.with_suffix(".said")
        with said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo"],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + START_WITHIN
        while "Ascender is running" not in said.read_text():
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                pytest.fail(f"The demo did not start:\n{said.read_text()}")
            time.sleep(0.1)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(2 * DEADLINE)  # its programs have most of one

    def manage(self, *arguments: str) -> str:
        """Run one of the installation's own commands beside the demo; what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment | {"DEMO": "true"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all, so each test leaves it fit for the next: only the walk touches Lena."""
    running = Demo(tmp_path_factory.mktemp("demo") / "data")
    running.start()
    yield running
    running.stop()


Opening = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opening]:
    """`open_page(demo, email)`: a page in a browser of its own, where that person is logged in, nobody without one.

    Further words are the options of the browser's context.
    """
    contexts: list[BrowserContext] = []

    def opened(demo: Demo, email: str = "", **options: Any) -> Page:
        context = browser.new_context(base_url=demo.site, **({"viewport": {"width": 1440, "height": 900}} | options))
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        if email:
            _come_back(page, demo, email)
        return page

    yield opened
    for context in contexts:
        context.close()


def _come_back(page: Page, demo: Demo, email: str) -> None:
    """Log in, the first time; after that be remembered, as in any browser: hashing a password is slow on purpose."""
    if email in demo.sessions:
        page.context.add_cookies(demo.sessions[email])
    else:
        log_in(page, email)
        demo.sessions[email] = page.context.cookies()


def log_in(page: Page, email: str) -> None:
    page.goto("/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_label("Profile and Account Settings")).to_be_visible()
