"""The bell: what a person reads of their promises inside the product."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone
from django.utils.safestring import SafeString

from . import kinds, letters
from .models import Notification

logger = logging.getLogger(__name__)

NEWEST = 5


@dataclass(frozen=True)
class Entry:
    """One line of the bell; `path` is where it leads."""

    pk: int
    is_unread: bool
    text: SafeString
    created_at: datetime
    path: str


class Bell:
    """The bell of one person; asks the database when it is looked at, not before."""

    def __init__(self, user: AbstractBaseUser) -> None:
        self._shown = Notification.objects.visible_to(user).in_bell()

    @cached_property
    def unread(self) -> int:
        return self._shown.unread().count()

    @cached_property
    def newest(self) -> list[Entry]:
        return entries(self._shown.newest()[:NEWEST])


def entries(notifications: Iterable[Notification]) -> list[Entry]:
    """One entry per notification, in the same order; one whose kind or subject is gone, or that leads
    nowhere, is left out.

    One query, and those of each kind for all of its subjects together.
    """
    present = list(notifications)
    subjects = _subjects(present)
    at = timezone.now()
    return [
        entry
        for one in present
        if one.pk in subjects
        for entry in _entry(one, kinds.named(one.kind), subjects[one.pk], at)
    ]


def _subjects(notifications: Sequence[Notification]) -> Mapping[int, Any]:
    by_kind: dict[str, list[Notification]] = defaultdict(list)
    for notification in notifications:
        by_kind[notification.kind].append(notification)
    found: dict[int, Any] = {}
    for name in by_kind.keys() & set(kinds.names()):
        found.update(kinds.named(name).subjects(by_kind[name]))
    return found


def _entry(notification: Notification, kind: kinds.Kind, subject: Any, at: datetime) -> list[Entry]:
    """The entry, or nothing: the bell is on every page, and one line of it may not take them all down."""
    try:
        path = kind.path(notification, subject)
        text = letters.bell_line(notification, kind, subject, at)
    except Exception:
        logger.exception("bell entry %s cannot be written", notification.dedupe_key)
        return []
    return [Entry(notification.pk, notification.is_unread, text, notification.created_at, path)] if path else []
