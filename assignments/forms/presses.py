"""The dialogs: whom they are about, and what is chosen for them."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django import forms
from django.http import HttpRequest

from assignments import lengths
from assignments.boxes import UNREADABLE, selection_of
from assignments.models import Operation
from assignments.reminders import Days, Plan
from assignments.services import MOST_DAYS_MOVED, NewDueDate


def ticked(request: HttpRequest) -> list[str]:
    """The values of the ticked boxes: one field each from a list, all in one from a dialog.

    Many ids travel in one field, since a form may have no more than `DATA_UPLOAD_MAX_NUMBER_FIELDS`.
    """
    return [value for field in request.POST.getlist("learner") for value in field.split(",") if value]


class PressForm(forms.Form):
    """Every dialog's form: its `op_id` is made with it, so that the same press is known again."""

    op_id = forms.UUIDField(widget=forms.HiddenInput)
    #: What is said of one that `is_unreadable`.
    unreadable = "The form could not be read. Press once more."

    @classmethod
    def opened(cls, **initial: Any) -> Self:
        """The form as a dialog first shows it."""
        return cls(initial={"op_id": uuid.uuid4(), **initial})

    @property
    def is_unreadable(self) -> bool:
        """Whether something hidden in it is wrong: nobody could read there what, or mend it."""
        return any(field.errors for field in self.hidden_fields())


class SelectionForm(PressForm):
    """A press about selected people. `foreseen`: of whom the dialog said that they stay as they are."""

    foreseen = forms.CharField(widget=forms.HiddenInput, required=False)
    unreadable = UNREADABLE

    def clean_foreseen(self) -> list[int] | None:
        """Their ids; None without a dialog."""
        given = self.data.get("foreseen")
        return None if given is None else list(selection_of(value for value in given.split(",") if value))


class DueDateField(forms.DateField):
    """A native date field; the script beside it says the weekday, the server says the same."""

    def __init__(self) -> None:
        super().__init__(
            label="Due Date",
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": "Enter a day that exists, for example 2027-03-09."},
        )


class DueDateForm(SelectionForm):
    due_on = DueDateField()
    #: When the company's learners are reminded, in words; empty where they are not.
    reminders = ""
    without = " Leave it empty for no due date."
    #: Whether the press sends a message that says the due day, and so takes the place of a reminder of today.
    says_it_now = True

    def say_when(self, *, days: Days, city: str, plan: Plan) -> None:
        """Tell the field what day it is where the company is, and what its plan makes of a due day."""
        today, reminded = days.today.isoformat(), days.today if self.says_it_now else days.reminded
        self.reminders = plan.reminders_in_words
        field = self.fields["due_on"]
        field.help_text = f"Until the end of that day in {city}.{self.without}"
        field.widget.attrs |= {
            "min": today,
            "data-asc-due": "",
            "data-today": today,
            "data-reminded": reminded.isoformat(),
            "data-reminder-days": ",".join(str(days) for days in plan.reminders),
        }


class NewDueDateForm(DueDateForm):
    """One day for everybody, each moved by some days, or none."""

    TO, BY, NONE = "to", "by", "none"
    without = ""
    says_it_now = False
    how = forms.ChoiceField(
        label="New due date",
        choices=[(TO, "The same day for everybody"), (BY, "Move each by some days"), (NONE, "No due date")],
        widget=forms.RadioSelect,
        required=False,
        initial=TO,
    )
    days = forms.IntegerField(
        label="Days later",
        required=False,
        min_value=-MOST_DAYS_MOVED,
        max_value=MOST_DAYS_MOVED,
        help_text="7 is a week later, -7 a week earlier.",
    )
    to_working_day = forms.BooleanField(label="From a Saturday or a Sunday on to the Monday", required=False)
    spare_completed = forms.BooleanField(label="Leave out whoever has completed it", required=False, initial=True)
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=Operation._meta.get_field("reason").max_length,
        help_text="Kept with the change, for whoever asks later why a due date is what it is.",
    )

    def clean(self) -> dict[str, Any]:
        """Adds an error for what has been left out. A form that says nothing of how means the day it names."""
        written = super().clean() or self.cleaned_data
        how = written.get("how")
        if how is not None:
            self._forget_other_ways(how or self.TO)
        if how == self.TO and not written.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", "Choose a day, or choose “No due date” above.")
        if how == self.BY and not written.get("days") and not written.get("to_working_day") and not self.errors:
            self.add_error("days", "Write by how many days, for example 7, or -7 for a week earlier.")
        return written

    def _forget_other_ways(self, how: str) -> None:
        """What was typed for a way not chosen in the end is hidden: nobody could see what is wrong with it."""
        for name, way in (("due_on", self.TO), ("days", self.BY)):
            if way != how:
                self.cleaned_data[name] = None
                self.errors.pop(name, None)

    @property
    def new(self) -> NewDueDate:
        """What was chosen, when it is valid."""
        written = self.cleaned_data
        spares = written["spare_completed"]
        if written["how"] == self.BY:
            return NewDueDate(None, written["days"] or 0, written["to_working_day"], spares)
        return NewDueDate(None if written["how"] == self.NONE else written["due_on"], spare_completed=spares)


class AssignForm(DueDateForm):
    name = forms.CharField(
        label="Assignment Name",
        max_length=lengths.NAME,
        help_text="What learners and the Certification Progress report show.",
    )


class PreviewForm(AssignForm):
    """The same to look at, without a press."""

    op_id = None  # type: ignore[assignment]  # so Django is told to leave a field out
    foreseen = None  # type: ignore[assignment]  # the same
