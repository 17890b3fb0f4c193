"""What happens to assignments: their only writer.

A press of a button arrives with an `op_id` and is done once, however often it arrives. It is judged
as things are when it is pressed; whom it cannot change is skipped, by name and with the reason, in
the `Operation` that is returned. Presses that make no sense as a whole raise a `RefusedOperation`
and write nothing. Instants are aware, due days are days of the company's calendar.
"""

from .assign import assign
from .close import close_on_departure, close_on_withdrawal, unassign
from .due_dates import change_due_date
from .messages import remind_now, send_again
from .operations import check_press
from .planning import change_reminders
from .reminding import queue_reminders
from .sweeping import Sweep, sweep
from .take_back import TakeBack, rehearse_take_back, take_back

__all__ = [
    "Sweep",
    "TakeBack",
    "assign",
    "change_due_date",
    "change_reminders",
    "check_press",
    "close_on_departure",
    "close_on_withdrawal",
    "queue_reminders",
    "rehearse_take_back",
    "remind_now",
    "send_again",
    "sweep",
    "take_back",
    "unassign",
]
