"""Messages of a past that is filled in afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from notifications.models import Notification
from notifications.post import NotSent, Refused

from . import outcomes
from .drafts import Draft, write

State = Notification.State

READ_WITHIN = timedelta(hours=2)
#: Of an email that the mail server puts off again and again: how often by then, and when it is tried once more.
TRIES, NEXT_TRY_IN = 8, timedelta(minutes=40)


def record_as_sent(*, told_until: datetime, is_read: bool, answers: Mapping[str, NotSent] | None = None) -> int:
    """Note what is due at that aware instant as sent then, so that no mail goes out.

    For data that comes with a history, such as the demo's. Each email is asked about and written by the
    code that sends, and kept as it would have gone out; so call it when things are as they were.
    `answers` is what the mail server says to some addresses instead of taking their emails. Returns
    how many there were; a constant number of queries per kind.
    """
    waiting = Notification.objects.due(told_until).select_related("recipient").order_by("pk")
    settled = [_settled(draft, told_until, answers or {}, is_read=is_read) for draft in write([*waiting], told_until)]
    Notification.objects.bulk_update(settled, _FIELDS, batch_size=100)
    return len(settled)


_FIELDS = [
    *("state", "attempts", "next_attempt_at", "failure", "sent_at", "cancelled_at", "read_at"),
    *("sent_to", "subject", "text"),
]


def _settled(draft: Draft, at: datetime, answers: Mapping[str, NotSent], *, is_read: bool) -> Notification:
    """The notification as delivery would leave it; only what is not taken back can be read in the bell."""
    notification = draft.notification
    outcome = _outcome(draft, at, answers)
    for name, value in {"state": outcome.state, **outcome.changes}.items():
        setattr(notification, name, value)
    if is_read and notification.state != State.CANCELLED:
        notification.read_at = at + READ_WITHIN
    return notification


def _outcome(draft: Draft, at: datetime, answers: Mapping[str, NotSent]) -> outcomes.Outcome:
    if draft.error is not None:
        raise draft.error
    if draft.message is None:
        return outcomes.unwanted(draft, at)
    [address] = draft.message.to
    answer = answers.get(address)
    if isinstance(answer, Refused):
        return outcomes.failed(draft.notification.attempts + 1, str(answer))
    if answer is not None:
        return outcomes.later(TRIES, str(answer), at + NEXT_TRY_IN)
    return outcomes.sent(draft.notification, draft.message, at)
