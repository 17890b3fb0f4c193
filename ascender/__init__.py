"""The top floor: settings, addresses, the Celery app and the demo. It wires everything; no app imports it."""

from .celery import app as celery_app

__all__ = ["celery_app"]
