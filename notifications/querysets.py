"""How promises are asked for: by their reader in the bell, and by the worker that delivers them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, Q, QuerySet

from . import models


class NotificationQuerySet(QuerySet["models.Notification"]):
    def visible_to(self, user: AbstractBaseUser) -> Self:
        """A person's own, and nobody else's."""
        return self.filter(recipient=user)

    def in_bell(self) -> Self:
        """All but what was cancelled before it was read: that is withdrawn from the bell too."""
        return self.exclude(state=models.Notification.State.CANCELLED, read_at__isnull=True)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def newest(self) -> Self:
        return self.order_by("-created_at", "-pk")

    def unread_first(self) -> Self:
        """In the order of the bell's full list."""
        return self.alias(is_new=Q(read_at__isnull=True)).order_by("-is_new", "-created_at", "-pk")

    def pending(self) -> Self:
        """Those whose email waits for a worker."""
        return self.filter(state=models.Notification.State.PENDING)

    def in_hand(self) -> Self:
        """Those that a worker has claimed or is sending."""
        return self.filter(state__in=[models.Notification.State.CLAIMED, models.Notification.State.SENDING])

    def due(self, at: datetime) -> Self:
        """Those whose email may be tried at the aware instant `at`."""
        return self.pending().filter(next_attempt_at__lte=at)

    def in_lane(self, lane: str) -> Self:
        return self.filter(lane=lane)

    def claimed_with(self, token: Any, *, at: datetime) -> Self:
        """Those claimed under this token, by a lease that has not run out at `at`, the real time, and not begun."""
        return self.filter(state=models.Notification.State.CLAIMED, lease_token=token, leased_until__gt=at)

    def with_expired_lease(self, at: datetime) -> Self:
        """Those that a dead worker left behind; `at` is the real time, whatever the moment of delivery."""
        return self.in_hand().filter(leased_until__lte=at)

    def unsettled(self) -> Self:
        """Those whose email is still to be sent."""
        return self.filter(state__in=models.Notification.UNSETTLED)

    def settled(self) -> Self:
        """Those whose email has come to its end, whichever."""
        return self.exclude(state__in=models.Notification.UNSETTLED)

    def revocable(self) -> Self:
        """Those whose email has not been begun, so that it can be taken back for certain."""
        return self.filter(state__in=[models.Notification.State.PENDING, models.Notification.State.CLAIMED])

    def keyed(self, keys: QuerySet[Any, Any]) -> Self:
        """Those promised under one of `keys`, a queryset of one text column."""
        return self.filter(dedupe_key__in=keys)

    def about(self, things: QuerySet[Any, Any]) -> Self:
        """Those about one of `things`, a queryset of one text column."""
        return self.filter(about__in=things)

    def kept(self) -> Self:
        """All but those that were taken back."""
        return self.exclude(state=models.Notification.State.CANCELLED)

    def failed(self) -> Self:
        """Those whose email was given up."""
        return self.filter(state=models.Notification.State.FAILED)

    def locked(self, *, skip: bool = False) -> Self:
        """Holds the rows to the end of the transaction. All who hold several take them in this one order."""
        return self.order_by("dedupe_key").select_for_update(no_key=True, skip_locked=skip, of=("self",))

    def delivery_counts(self) -> dict[str, int]:
        """How far the emails have got: `sent`, `waiting`, `failed`, `cancelled`, `declined`; one query."""
        state = models.Notification.State
        return self.aggregate(
            sent=Count("pk", filter=Q(state=state.SENT)),
            waiting=Count("pk", filter=Q(state__in=models.Notification.UNSETTLED)),
            failed=Count("pk", filter=Q(state=state.FAILED)),
            cancelled=Count("pk", filter=Q(state=state.CANCELLED)),
            declined=Count("pk", filter=Q(state=state.DECLINED)),
        )


class SwitchedOffQuerySet(QuerySet["models.SwitchedOff"]):
    def visible_to(self, user: AbstractBaseUser) -> Self:
        """A person's own, and nobody else's."""
        return self.filter(recipient=user)

    def of(self, people: Iterable[int]) -> set[tuple[int, str]]:
        """What these people have switched off, as (recipient, kind); one query."""
        return set(self.filter(recipient__in=set(people)).values_list("recipient_id", "kind"))


class HeartbeatQuerySet(QuerySet["models.Heartbeat"]):
    def machines(self) -> Self:
        """Where processes were seen."""
        return self.exclude(host="")

    def turns(self) -> Self:
        """When somebody did what one process does for all."""
        return self.filter(host="")
