"""What happens to promises: the only writer of notifications.

Whoever has something to tell calls `promise` and `cancel` inside the transaction of the change;
workers and the sweep call `deliver_due`; the bell calls `mark_read` and `mark_all_read`, and a
person's switches `switch_emails`. Instants are aware.
"""

from .again import send_again
from .channel import state as channel_state
from .delivery import BATCH, Delivery, deliver_due, deliver_shift
from .heartbeats import beat
from .history import record_as_sent
from .promises import cancel, promise
from .pulse import Pulse, pulse
from .purging import purge_once_a_day
from .reading import mark_all_read, mark_read
from .switching import switch_emails

__all__ = [
    "BATCH",
    "Delivery",
    "Pulse",
    "beat",
    "cancel",
    "channel_state",
    "deliver_due",
    "deliver_shift",
    "mark_all_read",
    "mark_read",
    "promise",
    "pulse",
    "purge_once_a_day",
    "record_as_sent",
    "send_again",
    "switch_emails",
]
