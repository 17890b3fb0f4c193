"""The doorbell: tells a worker that something is due.

A ring may be lost: the row is the promise, and the sweep sees it.
"""

from __future__ import annotations

import logging
import time

from celery import current_app

logger = logging.getLogger(__name__)

# Seconds. A broker that is gone costs one ring in this time, not every request.
QUIET_AFTER_FAILURE = 10.0
# Seconds. Nobody comes for a ring as old as that; the sweep has rung since.
EXPIRES = 60
DELIVER = "notifications.tasks.deliver"
# `max_retries` for connecting: kombu's own default would be for ever.
_IMPATIENT = {
    "socket_connect_timeout": 0.2,
    "socket_timeout": 0.2,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}

_quiet_until = 0.0


def ring(task: str = DELIVER) -> None:
    """Ask for a worker to deliver what is due, or for another task by its name.

    Never raises, and never takes longer than about half a second.
    """
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        _publish(task)
    except Exception as error:
        _quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
        logger.warning("The broker does not answer the doorbell (%s); the sweep will deliver.", error)


def _publish(task: str) -> None:
    """Over a connection of its own, since one from the pool may have gone silent without our noticing."""
    with current_app.connection_for_write(transport_options=_IMPATIENT, connect_timeout=0.2) as connection:
        current_app.send_task(task, connection=connection, retry=False, ignore_result=True, expires=EXPIRES)
