"""One row is one promise to one person, through the bell and by email."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from .querysets import NotificationQuerySet


class Notification(models.Model):
    """A promise, written in the transaction of what it tells about.

    Its email goes pending → sending → sent, or back to pending with a later `next_attempt_at`, or
    failed, or cancelled. The row remembers and decides; tasks only ring the bell.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications")
    kind = models.CharField(max_length=40)
    context = models.JSONField(help_text="What it is about, as ids; the kind knows how to read it.")
    lane = models.CharField(
        max_length=40, help_text="Set by the sender, so that one lane's thousands do not hold up another's one."
    )
    dedupe_key = models.CharField(
        max_length=120, unique=True, help_text="What it is about, in words: the same promise is made once."
    )
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    next_attempt_at = models.DateTimeField(help_text="Not before this moment.")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    failure = models.TextField(default="", help_text="Why the last attempt did not succeed, in words.")

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sending", "sent", "failed", "cancelled"]),
                name="notifications_notification_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", lease_token__isnull=False, leased_until__isnull=False)
                | (~Q(state="sending") & Q(lease_token__isnull=True, leased_until__isnull=True)),
                name="notifications_notification_is_leased_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="notifications_notification_is_sent_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at__isnull=True)),
                name="notifications_notification_is_cancelled_at_a_moment",
            ),
        ]
        indexes = [
            # claim(): what is due in one lane, oldest first.
            models.Index(fields=["lane", "next_attempt_at"], condition=Q(state="pending"), name="notifications_due"),
            # free_expired_leases(): what a dead worker left behind.
            models.Index(fields=["leased_until"], condition=Q(state="sending"), name="notifications_leased"),
            # The bell: the newest of one person; and its count of unread.
            models.Index(fields=["recipient", "-created_at"], name="notifications_newest"),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="notifications_unread"),
        ]

    def __str__(self) -> str:
        return self.dedupe_key

    @property
    def is_unread(self) -> bool:
        return self.read_at is None
