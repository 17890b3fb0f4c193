"""Ringing tells a worker at once where there is a broker, and costs next to nothing where there is none."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings

from accounts.models import User
from notifications import doorbell
from notifications.models import Notification
from tests.ascender.processes import eventually

from .conftest import promise


class SilentServer:
    """Takes every connection and never says a word, as a half-dead broker does."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections: list[socket.socket] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                self.connections.append(self._listener.accept()[0])
            except OSError:
                return

    def has_taken(self, count: int) -> bool:
        """Whether it took so many connections; whoever takes them is a thread of its own."""
        return eventually(lambda: len(self.connections) >= count) and len(self.connections) == count

    def close(self) -> None:
        self._listener.close()
        for connection in self.connections:
            connection.close()


@pytest.fixture
def silent() -> Iterator[SilentServer]:
    server = SilentServer()
    yield server
    server.close()


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Celery]:
    """`broker(url)`: the app rings there, with the options that the settings give to whoever rings."""

    def at(url: str, **options: Any) -> Celery:
        monkeypatch.setenv("CELERY_BROKER_URL", url)  # Celery asks it before it asks the app
        app = Celery("rings", broker=url, set_as_current=False)
        app.conf.task_default_queue = f"rings-{uuid.uuid4().hex}"
        app.conf.broker_transport_options = options
        monkeypatch.setattr(doorbell, "current_app", app)
        monkeypatch.setattr(doorbell, "_quiet_until", 0.0)
        return app

    return at


def test_a_broker_that_refuses_costs_no_error(broker: Callable[..., Celery]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        broker(f"redis://127.0.0.1:{nobody.getsockname()[1]}/0")
        doorbell.ring()
    assert doorbell._quiet_until > 0


def test_a_silent_broker_is_asked_once_and_then_left_alone(
    broker: Callable[..., Celery], silent: SilentServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker(f"redis://127.0.0.1:{silent.port}/0")
    for _ in range(3):
        doorbell.ring()
    assert silent.has_taken(1)
    monkeypatch.setattr(doorbell, "_quiet_until", 0.0)
    doorbell.ring()
    assert silent.has_taken(2), "and again when the quiet is over"


def test_a_worker_of_a_patient_broker_rings_impatiently_too(
    broker: Callable[..., Celery], silent: SilentServer
) -> None:
    broker(f"redis://127.0.0.1:{silent.port}/0", **settings.REDIS_LISTENING)
    doorbell.ring()
    assert silent.has_taken(1)


def test_a_ring_over_files_lies_there_to_be_found(broker: Callable[..., Celery], tmp_path: Path) -> None:
    folder = str(tmp_path / "messages")
    broker("filesystem://", data_folder_in=folder, data_folder_out=folder, control_folder=str(tmp_path / "control"))
    doorbell.ring()
    doorbell.ring()
    rung = [file.read_text() for file in Path(folder).iterdir()]
    assert len(rung) == 2
    assert all("notifications.tasks.deliver" in text for text in rung)


@pytest.mark.redis
def test_a_ring_over_redis_lies_in_the_queue(broker: Callable[..., Celery]) -> None:
    app = broker(settings.TEST_REDIS_URL)
    doorbell.ring()
    with app.connection_for_read() as connection, connection.SimpleQueue(app.conf.task_default_queue) as queue:
        message = queue.get(timeout=5)
        assert message.headers["task"] == "notifications.tasks.deliver"
        assert message.headers["expires"]
        message.ack()
        queue.queue.delete()


@pytest.mark.django_db
def test_a_change_is_kept_whether_the_bell_can_be_rung_or_not(
    ada: User,
    broker: Callable[..., Celery],
    silent: SilentServer,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    broker(f"redis://127.0.0.1:{silent.port}/0")
    with django_capture_on_commit_callbacks(execute=True):
        promise(ada)
    assert silent.has_taken(1)
    assert Notification.objects.count() == 1
