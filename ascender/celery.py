"""The Celery app: `celery -A ascender worker` and `celery -A ascender beat`."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, signals
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

from notifications import stopping

from .logs import forget_who_asks, note_task

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascender.settings")
TRANSPORT_ALIASES["filesystem"] = "ascender.broker:Transport"

app = Celery("ascender")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_init.connect
def call_anew_after_silence(sender: Any, **_: object) -> None:
    """Here, since it asks the settings: they are not read yet where the app is made."""
    from .listening import CallAnew

    sender.app.steps["consumer"].add(CallAnew)


@signals.celeryd_init.connect
def listen_patiently(conf: Any, **_: object) -> None:
    """A worker listens for long; everyone else only rings, and may not be kept waiting."""
    conf.broker_transport_options = settings.BROKER_LISTENING


@signals.setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Django has set up the log already; a receiver here is how Celery is told to leave it alone."""


@signals.worker_shutting_down.connect
def finish_what_is_in_hand(**_: object) -> None:
    """Celery waits for its tasks and does not tell them: one that delivers ends after the email in hand."""
    stopping.ask()


@signals.task_prerun.connect
def begin_task(task_id: str, **_: object) -> None:
    note_task(task_id)


@signals.task_postrun.connect
def end_task(**_: object) -> None:
    forget_who_asks()
