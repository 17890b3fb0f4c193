"""What becomes of one row when its email has been tried, or is not to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifications.letters import Letter
from notifications.models import Notification

from .drafts import Draft

State = Notification.State


@dataclass(frozen=True)
class Outcome:
    """What becomes of one row: its next state, and what is written with it."""

    counts_as: str
    state: State
    changes: dict[str, Any]


def unwanted(draft: Draft, at: datetime) -> Outcome:
    """Taken out of the bell too, but for what its reader wants no email of."""
    if draft.is_declined:
        return Outcome("declined", State.DECLINED, {"failure": ""})
    return Outcome("cancelled", State.CANCELLED, {"cancelled_at": at})


def sent(notification: Notification, message: Letter, at: datetime) -> Outcome:
    """Kept with the row: the email as it went out."""
    kept = {"sent_to": message.to[0], "subject": message.subject, "text": message.body}
    return Outcome("sent", State.SENT, {"sent_at": at, "failure": "", "attempts": notification.attempts + 1, **kept})


def failed(attempts: int, reason: str) -> Outcome:
    """Given up."""
    return Outcome("failed", State.FAILED, {"attempts": attempts, "failure": reason})


def later(attempts: int, reason: str, next_attempt_at: datetime, **changes: Any) -> Outcome:
    """Put off."""
    tried = {"attempts": attempts, "failure": reason, "next_attempt_at": next_attempt_at}
    return Outcome("later", State.PENDING, tried | changes)
