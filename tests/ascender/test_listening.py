"""A worker that is connected and hears nothing all the same, as when an acknowledgement failed, comes back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings

from .processes import eventually

pytestmark = pytest.mark.redis
START = 150.0
#: With the seconds of the production it would take two and a half minutes.
WORKER = """
import sys
from ascender import celery_app, listening
listening.SILENCE, listening.LOOK_EVERY = 2, 0.5
celery_app.worker_main(["--quiet", "worker", "--pool", "solo", "--without-mingle", "--queues", sys.argv[1]])
"""
QUEUE = "test-listening"


@pytest.fixture
def said(tmp_path: Path) -> Iterator[Path]:
    """What a worker on Redis says, which has no queue but one that nobody else knows."""
    environment = {
        name: text for name, text in os.environ.items() if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    }
    environment |= {"DATA_DIR": str(tmp_path), "CELERY_BROKER_URL": settings.TEST_REDIS_URL}
    log = tmp_path / "said"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, QUEUE], cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output
        )
    yield log
    worker.terminate()
    worker.wait(START)


def test_a_worker_that_hears_nothing_calls_anew_and_hears(said: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert eventually(lambda: said.read_text().count("calling the broker anew") > 1, within=START), said.read_text()
    monkeypatch.setenv("CELERY_BROKER_URL", settings.TEST_REDIS_URL)  # Celery asks it before it asks the app
    Celery("ring", set_as_current=False).send_task("assignments.tasks.nothing_of_this_name", queue=QUEUE)
    assert eventually(lambda: "nothing_of_this_name" in said.read_text(), within=START), said.read_text()
