"""What a person does with the bell."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from notifications.models import Notification


def mark_read(*, notification: Notification, at: datetime) -> bool:
    """Note that its reader has opened it. Returns whether it was unread; the first reading counts.

    What was withdrawn from the bell meanwhile stays withdrawn, though a page of before still shows it.
    """
    return bool(Notification.objects.in_bell().unread().filter(pk=notification.pk).update(read_at=at))


@transaction.atomic
def mark_all_read(*, user: AbstractBaseUser, at: datetime) -> int:
    """Mark all that the person's bell shows. Returns how many were unread; one query."""
    unread = Notification.objects.visible_to(user).in_bell().unread()
    return Notification.objects.unread().filter(pk__in=unread.locked().values("pk")).update(read_at=at)
