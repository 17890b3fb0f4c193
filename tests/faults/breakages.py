"""Builds with one promise broken on purpose: a campaign is worth something only if it catches each of them.

Each is the product's own code with a few texts exchanged, in a copy of the tree. A text that is no longer there stops
the run: a broken build that is none would be caught by nobody.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .plan import FAILPOINT, KINDS, NO_FAULT, Size

CLAIMS = "notifications/services/claims.py"
DELIVERY = "notifications/services/delivery.py"
DRAFTS = "notifications/services/drafts.py"
PROMISES = "notifications/services/promises.py"
QUERYSETS = "notifications/querysets.py"
TASKS = "notifications/tasks.py"

_CELERY_RETRY = """

def _left_to_celery(pk: int, attempts: int, reason: str, pause: timedelta) -> Outcome:
    from notifications.tasks import try_again

    try_again.apply_async([pk], countdown=pause.total_seconds())
    return outcomes.failed(attempts, reason)
"""
_CELERY_TASK = """

@shared_task(name="notifications.tasks.try_again", ignore_result=True)
def try_again(pk: int) -> None:
    from .models import Notification

    Notification.objects.filter(pk=pk, state="failed").update(state="pending", next_attempt_at=timezone.now())
    deliver()
"""


@dataclass(frozen=True)
class Exchange:
    """In one file, one text for another; without `old`, `new` is added at the end."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Breakage:
    """A build that breaks a promise, and the kinds of fault under which that must come to light."""

    name: str
    exchanges: Sequence[Exchange]
    kinds: tuple[str, ...]

    @property
    def size(self) -> Size:
        return Size(self.name, rounds=1, learners=30, kinds=self.kinds)

    def build(self, source: Path, folder: Path) -> Path:
        """The broken copy of the tree `source`. Raises LookupError when there is nothing to exchange."""
        tree = Path(shutil.copytree(source, folder / "tree", ignore=shutil.ignore_patterns(".venv", ".git", "var")))
        for each in self.exchanges:
            path = tree / each.path
            text = path.read_text()
            if each.old not in text:
                raise LookupError(f"{each.path} no longer has the text that “{self.name}” exchanges")
            path.write_text(text.replace(each.old, each.new, 1) if each.old else text + each.new)
        return tree


BREAKAGES = [
    Breakage(
        "marked as sent before sending",
        [
            Exchange(
                CLAIMS,
                '{"state": State.SENDING, "leased_until": timezone.now() + LEASE}',
                '{"state": State.SENT, "sent_at": timezone.now(), "lease_token": None, "leased_until": None}',
            )
        ],
        ("mail server hangs up in DATA", "worker killed", FAILPOINT),
    ),
    Breakage(
        "no lease",  # nobody's hands are on a row: whoever finds it due sends it
        [
            Exchange(
                CLAIMS,
                "state=State.CLAIMED, lease_token=claimed.token, leased_until=timezone.now() + LEASE",
                "unfinished=0",
            ),
            Exchange(
                CLAIMS,
                'return _write(pk, token, mine, {"state": State.SENDING, "leased_until": timezone.now() + LEASE})',
                "return True",
            ),
            Exchange(CLAIMS, "WHERE id = %(pk)s AND lease_token = %(token)s AND {condition}", "WHERE id = %(pk)s"),
            Exchange(
                QUERYSETS,
                "state=models.Notification.State.CLAIMED, lease_token=token, leased_until__gt=at",
                "state=models.Notification.State.PENDING",
            ),
        ],
        (NO_FAULT, "Redis flushed"),
    ),
    Breakage(
        "no unique key",
        [
            Exchange("notifications/migrations/0001_initial.py", "unique=True", "db_index=True"),
            Exchange("notifications/models.py", "max_length=120, unique=True", "max_length=120, db_index=True"),
            Exchange(PROMISES, "ON CONFLICT (dedupe_key) DO UPDATE SET", "/*"),
            Exchange(
                PROMISES,
                "WHERE notifications_notification.state = 'cancelled'\n",
                "*/\n",
            ),
        ],
        (NO_FAULT, "Redis flushed"),
    ),
    Breakage(
        "Celery’s retry in place of the row",
        [
            Exchange(
                DELIVERY,
                "return outcomes.later(attempts, str(reason), at + pause, **changes)",
                "return _left_to_celery(draft.notification.pk, attempts, str(reason), pause)",
            ),
            Exchange(DELIVERY, "", _CELERY_RETRY),
            Exchange(TASKS, "", _CELERY_TASK),
        ],
        ("mail server says 4xx", "worker killed", "Redis flushed"),
    ),
    Breakage(
        "nobody asks whether it is still wanted",
        [
            Exchange(DRAFTS, "if not kind.still_wanted(notification, subject, at):", "if False:"),
            Exchange(
                PROMISES,
                "Notification.objects.revocable().about(about)",
                "Notification.objects.revocable().about(about).none()",
            ),
        ],
        ("mail server refuses connections", "mail server says 4xx"),
    ),
]
assert {kind for each in BREAKAGES for kind in each.kinds} <= set(KINDS)
