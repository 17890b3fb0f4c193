"""What an admin may send: a selection, a name, a day, a file. Whether it may be done is for the services to say."""

from .files import UploadForm
from .presses import AssignForm, DueDateForm, NewDueDateForm, PressForm, PreviewForm, SelectionForm, ticked
from .reminders import PlanForm, ReminderForm

__all__ = [
    "AssignForm",
    "DueDateForm",
    "NewDueDateForm",
    "PlanForm",
    "PressForm",
    "PreviewForm",
    "ReminderForm",
    "SelectionForm",
    "UploadForm",
    "ticked",
]
