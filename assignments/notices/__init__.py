"""Which notification an event deserves, whether it is still wanted, and what it says.

`promises` writes them, `keys` names them, `reading` tells how they stand, `learners` and `managers`
say how each kind reads, `previews` shows it before anything is promised.
"""

from .learners import LEARNER_KINDS, as_told
from .managers import MANAGER_KINDS
from .previews import Preview, previews_of
from .promises import (
    cancel_for_closed,
    cancel_reminders,
    promise_assigned,
    promise_remind_now,
    promise_reminders,
    promise_team_overdue,
)
from .reading import (
    about,
    delivery_of,
    last_messages,
    managers_not_reached,
    messages_by_assignment,
    messages_to_managers,
    not_reached,
    reminded_at,
    reminded_on,
    without_reminders,
)

KINDS = [*LEARNER_KINDS, *MANAGER_KINDS]

__all__ = [
    "KINDS",
    "Preview",
    "about",
    "as_told",
    "cancel_for_closed",
    "cancel_reminders",
    "delivery_of",
    "last_messages",
    "managers_not_reached",
    "messages_by_assignment",
    "messages_to_managers",
    "not_reached",
    "previews_of",
    "promise_assigned",
    "promise_remind_now",
    "promise_reminders",
    "promise_team_overdue",
    "reminded_at",
    "reminded_on",
    "without_reminders",
]
