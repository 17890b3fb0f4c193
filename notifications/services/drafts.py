"""Emails as things are at one moment: asked about together, in a constant number of queries per kind."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError

from notifications import failpoints, kinds, letters, stopping
from notifications.models import Notification, SwitchedOff
from notifications.subjects import by_kind, subjects_of


@dataclass(frozen=True)
class Draft:
    """What one promise comes to: an email, nothing (it is no longer wanted, or its reader has declined such
    emails), or an `error` (it cannot be written).
    """

    notification: Notification
    asked_at: float  # by time.monotonic()
    message: letters.Letter | None = None
    is_declined: bool = False
    ends_at: datetime | None = None
    error: Exception | None = None

    @property
    def age(self) -> float:
        """How many seconds ago it was asked whether it is wanted."""
        return time.monotonic() - self.asked_at


def write(notifications: Sequence[Notification], at: datetime) -> list[Draft]:
    """One draft per notification, in the same order. Raises only what the database raises when it is away."""
    asked_at = time.monotonic()
    declined = _declined(notifications)
    subjects = subjects_of(notifications)
    replaced = {pk for name, those in by_kind(notifications).items() for pk in _replaced(name, those)}
    return [
        Draft(one, asked_at)
        if one.pk in replaced
        else _draft(one, subjects[one.pk], at, asked_at, is_declined=one.pk in declined)
        for one in notifications
    ]


def _declined(notifications: Sequence[Notification]) -> set[int]:
    """Those of whose kind their reader wants no emails; at most one query, and none where nobody may say so."""
    optional = {kind.name for kind in kinds.optional()}
    asked = [one for one in notifications if one.kind in optional]
    switched_off = SwitchedOff.objects.of(one.recipient_id for one in asked) if asked else set()
    return {one.pk for one in asked if (one.recipient_id, one.kind) in switched_off}


def _replaced(name: str, notifications: Sequence[Notification]) -> set[int]:
    """Those in whose place a later one goes out, or has gone: after an outage, or when they are sent again.

    Later by what they speak of, and not by when they were promised: clocks go back. At most one query.
    """
    kind = kinds.named(name) if name in kinds.names() else None
    if kind is None or kind.place is None:
        return set()
    rivals = Notification.objects.kept().filter(about__in={one.about for one in notifications})
    last: dict[Any, Any] = {}
    # Not their texts: a manager may have had hundreds.
    rivals = rivals.filter(kind__in=kinds.alike(kind)).only("kind", "about", "dedupe_key")
    for thing, rank in map(kind.place, rivals):
        last[thing] = max(rank, last.get(thing, rank))
    places = {one.pk: kind.place(one) for one in notifications}
    return {pk for pk, (thing, rank) in places.items() if rank < last.get(thing, rank)}


def _draft(notification: Notification, subject: Any, at: datetime, asked_at: float, is_declined: bool) -> Draft:
    if isinstance(subject, Exception):
        return Draft(notification, asked_at, error=subject)
    try:
        kind = kinds.named(notification.kind)
        if not kind.still_wanted(notification, subject, at):
            return Draft(notification, asked_at)
        if is_declined:
            return Draft(notification, asked_at, is_declined=True)
        message = letters.compose(notification, kind, subject, at)
        failpoints.reach("rendered")
        return Draft(notification, asked_at, message=message, ends_at=kind.ends_at(notification, subject))
    except (OperationalError, InterfaceError, *stopping.INTERRUPTIONS):
        raise
    except Exception as error:
        return Draft(notification, asked_at, error=error)
