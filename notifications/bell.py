"""The bell: what a person reads of their promises inside the product."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from . import kinds, letters
from .models import Notification
from .subjects import Gone, subjects_of

logger = logging.getLogger(__name__)

NEWEST = 5
GONE = mark_safe("What this was about is no longer there.")


@dataclass(frozen=True)
class Entry:
    """One line of the bell; `path` is where it leads, empty where nothing is left to lead to."""

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
        # Some of more: who has read of what is gone since is not told of it again.
        return entries(self._shown.newest()[: 4 * NEWEST])[:NEWEST]


def entries(notifications: Iterable[Notification]) -> list[Entry]:
    """One entry per notification, in the same order. Of one whose kind or subject is gone, or that leads nowhere, an
    unread one says just that, so that as many are shown as are counted; one that was read is left out.

    One query, and those of each kind for all of its subjects together.
    """
    present = list(notifications)
    subjects = subjects_of(present)
    at = timezone.now()
    found = [(one, _entry(one, subjects[one.pk], at)) for one in present]
    return [entry or Entry(one.pk, True, GONE, one.created_at, "") for one, entry in found if entry or one.is_unread]


def _entry(notification: Notification, subject: Any, at: datetime) -> Entry | None:
    """None where there is nothing to say: one line may not take down the others of the bell, or of the full list."""
    if isinstance(subject, Exception):
        if not isinstance(subject, Gone):
            logger.error("bell entry %s cannot be read", notification.dedupe_key, exc_info=subject)
        return None
    try:
        kind = kinds.named(notification.kind)
        path = kind.path(notification, subject)
        text = letters.bell_line(notification, kind, subject, at)
    except Exception:
        logger.exception("bell entry %s cannot be written", notification.dedupe_key)
        return None
    return Entry(notification.pk, notification.is_unread, text, notification.created_at, path) if path else None
