"""What happens to promises: the only writer of notifications.

Whoever has something to tell calls `promise` and `cancel` inside the transaction of the change;
workers and the sweep call `deliver_due`; the bell calls `mark_read` and `mark_all_read`.
Instants are aware.
"""

from .claims import free_expired_leases
from .delivery import BATCH, Delivery, deliver_due
from .history import record_as_sent
from .promises import cancel, delivery_counts, promise
from .reading import mark_all_read, mark_read

__all__ = [
    "BATCH",
    "Delivery",
    "cancel",
    "deliver_due",
    "delivery_counts",
    "free_expired_leases",
    "mark_all_read",
    "mark_read",
    "promise",
    "record_as_sent",
]
