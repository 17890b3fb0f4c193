"""What happens to assignments: their only writer.

A press of a button arrives with an `op_id` and is done once, however often it arrives. It is judged
as things are when it is pressed; whom it cannot change is skipped, by name and with the reason, in
the `Operation` that is returned. Presses that make no sense as a whole raise a `RefusedOperation`
and write nothing. Instants are aware, due days are days of the company's calendar.
"""

from .assign import assign, checked_name, rehearse_assign
from .at_once import ToldAtOnce, reminded_at_once, told_by_taking_back
from .close import close_on_departure, close_on_withdrawal, rehearse_unassign, unassign
from .due_dates import MOST_DAYS_MOVED, NewDueDate, change_due_date, rehearse_change_due_date
from .messages import rehearse_remind_now, rehearse_send_again, remind_now, send_again
from .operations import MOST_SELECTED, check_due_on, check_press
from .planning import change_reminders, check_plan
from .rehearsal import Rehearsal
from .reminding import queue_reminders
from .sweeping import Sweep, sweep
from .take_back import rehearse_take_back, take_back
from .uploads import carry_on_uploads, press_upload, receive_upload

__all__ = [
    "MOST_DAYS_MOVED",
    "MOST_SELECTED",
    "NewDueDate",
    "Rehearsal",
    "Sweep",
    "ToldAtOnce",
    "assign",
    "carry_on_uploads",
    "change_due_date",
    "change_reminders",
    "check_due_on",
    "check_plan",
    "check_press",
    "checked_name",
    "close_on_departure",
    "close_on_withdrawal",
    "press_upload",
    "queue_reminders",
    "receive_upload",
    "rehearse_assign",
    "rehearse_change_due_date",
    "rehearse_remind_now",
    "rehearse_send_again",
    "rehearse_take_back",
    "rehearse_unassign",
    "remind_now",
    "reminded_at_once",
    "send_again",
    "sweep",
    "take_back",
    "told_by_taking_back",
    "unassign",
]
