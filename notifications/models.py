"""One row is one promise to one person, through the bell and by email."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from .querysets import HeartbeatQuerySet, NotificationQuerySet, SwitchedOffQuerySet


class Notification(models.Model):
    """A promise, written in the transaction of what it tells about.

    Its email goes pending → claimed → sending → sent, or back to pending with a later
    `next_attempt_at`, or failed, cancelled or declined: its reader has switched such emails off, and finds it in
    the bell alone. The row remembers and decides; tasks only ring the bell.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        CLAIMED = "claimed", "In a worker's hands"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"
        DECLINED = "declined", "Switched off by the reader"

    #: Of an email that is still to be sent. In all others it has come to its end.
    UNSETTLED = (State.PENDING, State.CLAIMED, State.SENDING)

    # Found by notifications_newest, which begins with it.
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications", db_index=False
    )
    kind = models.CharField(max_length=40)
    context = models.JSONField(help_text="What it is about, as ids; the kind knows how to read it.")
    lane = models.CharField(
        max_length=40, help_text="Set by the sender, so that one lane's thousands do not hold up another's one."
    )
    dedupe_key = models.CharField(
        max_length=120, unique=True, help_text="What it is about, in words: the same promise is made once."
    )
    about = models.CharField(
        max_length=60,
        default="",
        db_default="",
        help_text="The one thing it is about, so that all that was said of it is found together.",
    )
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    next_attempt_at = models.DateTimeField(help_text="Not before this moment.")
    tried_since = models.DateTimeField(db_default=Now(), help_text="When it was promised, or asked to be sent again.")
    attempts = models.PositiveSmallIntegerField(default=0)
    unfinished = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Attempts in a row that nobody lived to write the end of."
    )
    lease_token = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    failure = models.TextField(default="", help_text="Why the last attempt did not succeed, in words.")

    # The email as it went out.
    sent_to = models.CharField(max_length=254, default="", db_default="")
    subject = models.CharField(max_length=100, default="", db_default="")
    text = models.TextField(default="", db_default="")

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "claimed", "sending", "sent", "failed", "cancelled", "declined"]),
                name="notifications_notification_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["claimed", "sending"], lease_token__isnull=False, leased_until__isnull=False)
                | (~Q(state__in=["claimed", "sending"]) & Q(lease_token__isnull=True, leased_until__isnull=True)),
                name="notifications_notification_is_leased_in_a_workers_hands",
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
            models.Index(
                fields=["lane", "next_attempt_at", "id"], condition=Q(state="pending"), name="notifications_due"
            ),
            # free_expired_leases(): what a dead worker left behind.
            models.Index(
                fields=["leased_until"], condition=Q(state__in=["claimed", "sending"]), name="notifications_leased"
            ),
            # The ledger: all that was said of one thing.
            models.Index(fields=["about", "created_at"], name="notifications_about"),
            # Who did not get an email, of one lane.
            models.Index(fields=["lane"], condition=Q(state="failed"), name="notifications_failed"),
            # To managers, of one lane, the newest first: a few among all that learners are told.
            models.Index(
                fields=["lane", "-created_at"], condition=Q(kind="team_overdue"), name="notifications_to_managers"
            ),
            # The bell: the newest of one person; and its count of unread.
            models.Index(fields=["recipient", "-created_at"], name="notifications_newest"),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="notifications_unread"),
        ]

    def __str__(self) -> str:
        return self.dedupe_key

    @property
    def is_waiting(self) -> bool:
        """Whether its email is still to be sent."""
        return self.state in self.UNSETTLED

    @property
    def is_put_off(self) -> bool:
        """Whether its next try has a moment of its own; without, it waits for a worker or for the mail server."""
        return self.is_waiting and self.next_attempt_at > timezone.now()

    @property
    def is_unread(self) -> bool:
        return self.read_at is None


class SwitchedOff(models.Model):
    """A kind of message that one person wants no emails of. Its bell entries stay."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="switched_off")
    kind = models.CharField(max_length=40)
    switched_off_at = models.DateTimeField()

    objects = SwitchedOffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "emails switched off"
        constraints = [
            # Its index is the one that delivery asks, for a few people at a time.
            models.UniqueConstraint(fields=["recipient", "kind"], name="notifications_switchedoff_is_once_per_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}"


#: So many pauses in a row are more than a minute.
MOMENTS_AWAY = 5


class Channel(models.Model):
    """The way out for all emails: one row, which remembers when nothing may be tried and when something last ended."""

    name = models.CharField(max_length=20, primary_key=True)
    paused_until = models.DateTimeField(null=True)
    pauses = models.PositiveSmallIntegerField(default=0, help_text="So many in a row; none while it is open.")
    failure = models.TextField(default="", help_text="Why it is paused, in words.")
    is_away = models.BooleanField(
        default=False, db_default=False, help_text="Whether the mail server cannot be reached, rather than refuses us."
    )
    settled_at = models.DateTimeField(null=True, help_text="When an email was last sent, put off or given up.")

    def __str__(self) -> str:
        return self.name

    @property
    def is_down(self) -> bool:
        """Whether people are told: a server that has been away for a moment comes back before anybody has read it."""
        return self.pauses >= (MOMENTS_AWAY if self.is_away else 1)


class Heartbeat(models.Model):
    """When a process of one role was last seen at work on one machine.

    Without a machine (`host` empty): when somebody last took the turn at what one process does for all.
    """

    role = models.CharField(max_length=20)
    host = models.CharField(max_length=255)
    seen_at = models.DateTimeField()

    objects = HeartbeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "host"], name="notifications_heartbeat_is_one_per_machine"),
        ]

    def __str__(self) -> str:
        return f"{self.role} on {self.host}"
