"""A process that is asked to stop ends after the email in hand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from multiprocessing.sharedctypes import RawValue
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import User
from ascender import celery
from notifications import services, stopping
from notifications.models import Notification
from notifications.services import Delivery

from .conftest import NOON, promise
from .sink import Sink

State = Notification.State


@pytest.fixture(autouse=True)
def flag(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag of this test's own: the process of the tests goes on."""
    monkeypatch.setattr(stopping, "_asked", RawValue("b", 0))


@pytest.mark.django_db
def test_the_email_in_hand_is_finished_and_the_others_are_given_back(ada: User, max: User, sink: Sink) -> None:
    promise(ada, max)
    sink.before_answer = lambda phase: celery.finish_what_is_in_hand() if phase == "DATA" else None
    assert services.deliver_due(at=NOON) == Delivery(sent=1, is_unfinished=True)
    assert sorted(Notification.objects.values_list("state", flat=True)) == [State.PENDING, State.SENT]
    assert len(sink.messages) == 1


def test_processes_forked_before_hear_it_too() -> None:
    """As those of a worker's pool, which Celery does not tell."""
    hears, says = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(hears, 1)
        os._exit(7 if stopping.is_asked() else 0)
    stopping.ask()
    os.write(says, b"!")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_sweep_in_its_sleep_ends_at_once_and_well(tmp_path: Path, number: signal.Signals) -> None:
    environ = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "DATABASE_URL": "", "EMAIL_URL": ""}
    command = [sys.executable, "manage.py"]
    subprocess.run([*command, "migrate", "-v0"], cwd=settings.BASE_DIR, env=environ, check=True)
    sweep = subprocess.Popen(
        [*command, "sweep", "--loop"], cwd=settings.BASE_DIR, env=environ, stdout=subprocess.PIPE, text=True
    )
    assert sweep.stdout is not None
    assert sweep.stdout.readline().startswith("reminders queued 0")
    sweep.send_signal(number)
    assert sweep.wait(4) == 0, "well before the next round"
    sweep.stdout.close()
