"""What promises are about: asked for together, and one that cannot be read does not take the others along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import InterfaceError, OperationalError

from . import kinds, stopping
from .models import Notification


class Gone(LookupError):
    """What it was about is no longer there, or nobody here knows its kind."""


def subjects_of(notifications: Iterable[Notification]) -> dict[int, Any]:
    """By the id of each what it is about, or the exception that says why that is not known: a `Gone`, or a fault.

    Constant queries for each kind; after a fault they are asked one by one. Raises only what the database raises when
    it is away, and what ends the work of this process.
    """
    return {pk: found for name, those in by_kind(notifications).items() for pk, found in _of_kind(name, those).items()}


def by_kind(notifications: Iterable[Notification]) -> dict[str, list[Notification]]:
    """Those of each kind, in the same order."""
    found: dict[str, list[Notification]] = defaultdict(list)
    for notification in notifications:
        found[notification.kind].append(notification)
    return found


def _of_kind(name: str, notifications: Sequence[Notification]) -> dict[int, Any]:
    try:
        found = kinds.named(name).subjects(notifications) if name in kinds.names() else {}
    except (OperationalError, InterfaceError, *stopping.INTERRUPTIONS):
        raise
    except Exception as error:
        if len(notifications) == 1:
            return {notifications[0].pk: error}
        return {pk: subject for one in notifications for pk, subject in _of_kind(name, [one]).items()}
    return {one.pk: found.get(one.pk, Gone("what it was about is gone")) for one in notifications}
