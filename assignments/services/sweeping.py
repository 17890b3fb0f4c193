"""One sweep: what is due is queued, what is queued goes out. Beat, workers and the command all do just this."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import Error as DatabaseError
from django.utils import timezone

from notifications import services as post_office
from notifications import stopping

from .purging import purge_uploads
from .reminding import queue_reminders
from .uploads import carry_on_uploads

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sweep:
    """What one sweep did, in numbers."""

    reminders: int
    sent: int
    later: int
    failed: int
    is_unfinished: bool = False  # the time was up before every email that was due had its turn

    def __str__(self) -> str:
        return (
            f"reminders queued {self.reminders} · emails sent {self.sent} · later {self.later} · failed {self.failed}"
        )


def sweep(*, at: datetime | None = None, for_seconds: float | None = None) -> Sweep:
    """Queue the reminders that are due, deliver, then tidy up; needs no broker, and any number may run at once.

    `at` is the aware moment for what is due, wanted and late, by default the present; `for_seconds`
    limits the delivery.
    """
    reminders = queue_reminders(at=at or timezone.now())
    delivery = post_office.deliver_due(at=at, for_seconds=for_seconds)
    _purge()
    carry_on_uploads(at=timezone.now())
    return Sweep(reminders, delivery.sent, delivery.later, delivery.failed, delivery.is_unfinished)


def _purge() -> None:
    """Delete what is too old. No email waits for that, and a fault in it costs nothing else its turn."""
    for purge in (post_office.purge_once_a_day, purge_uploads):
        try:
            # By the real time, whatever is rehearsed: nobody wants messages of today deleted.
            purge(at=timezone.now())
        except (DatabaseError, *stopping.INTERRUPTIONS):
            raise
        except Exception:
            logger.exception("What is too old could not be deleted; the rest goes on.")
