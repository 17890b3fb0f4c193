"""A Celery worker that has heard nothing for long calls the broker anew.

Where Redis fails in the middle of an acknowledgement (met when its password was changed), Celery notes it and goes
on, while the message counts as in hand for ever: once as many are as it takes at a time, it asks for no other, with
every connection in order.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import bootsteps, signals
from django.conf import settings

logger = logging.getLogger(__name__)

#: Seconds. Longer than a sweep may take. A worker that reads a longer file calls anew for nothing: the file goes on.
SILENCE = settings.CELERY_TASK_TIME_LIMIT + 30.0
LOOK_EVERY = 15.0


class CallAnew(bootsteps.StartStopStep):
    """Beside the consumer of one connection. Where nobody rings it calls anew now and then, which costs nothing."""

    requires = {"celery.worker.consumer.tasks:Tasks"}

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self._timer: Any = None

    def include_if(self, consumer: Any) -> bool:
        """Files need no connection."""
        return settings.BROKER_IS_REDIS

    def start(self, consumer: Any) -> None:
        self._hear()
        signals.task_received.connect(self._hear)
        self._timer = consumer.timer.call_repeatedly(LOOK_EVERY, self._look)

    def stop(self, consumer: Any) -> None:
        if self._timer:
            self._timer.cancel()

    def _hear(self, **_: object) -> None:
        self._heard_at = time.monotonic()

    def _look(self) -> None:
        if time.monotonic() - self._heard_at > SILENCE:
            logger.warning("Heard nothing for %d seconds; calling the broker anew.", SILENCE)
            raise ConnectionResetError("heard nothing for long")  # as when the connection was lost: all begins anew
