"""What an admin may send: a selection, a name, a day. Whether it may be done is for the services to say."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from .models import Assignment
from .reminders import DAYS_BEFORE

UNREADABLE = "The selection could not be read. Open the list again and select once more."
_LARGEST_ID = 2**63 - 1


def selection_of(request: HttpRequest) -> list[str]:
    """The values of the ticked boxes: one field each from a list, all in one from a dialog.

    Many ids travel in one field, since Django answers a form of more than 1,000 fields with a bare 400.
    """
    return [value for field in request.POST.getlist("learner") for value in field.split(",") if value]


def ids_of(selection: list[str]) -> list[int]:
    """The selection as ids. Raises ValidationError for anything else."""
    return [_number(value) for value in selection]


def versions_of(selection: list[str]) -> dict[int, int]:
    """The selection as {assignment: the version that was on the screen}. Raises ValidationError."""
    pairs = [value.split(":") for value in selection]
    if any(len(pair) != 2 for pair in pairs):
        raise ValidationError(UNREADABLE)
    return {_number(pk): _number(version) for pk, version in pairs}


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text[:20]) > _LARGEST_ID:
        raise ValidationError(UNREADABLE)
    return int(text[:20])


class PressForm(forms.Form):
    """Every dialog's form: its `op_id` is made with it, so that the same press is known again."""

    op_id = forms.UUIDField(widget=forms.HiddenInput, error_messages={"invalid": UNREADABLE, "required": UNREADABLE})

    @classmethod
    def opened(cls, **initial: Any) -> PressForm:
        """The form as a dialog first shows it."""
        return cls(initial={"op_id": uuid.uuid4(), **initial})


class DueDateField(forms.DateField):
    """A native date field; the script beside it says the weekday, the server says the same."""

    def __init__(self) -> None:
        super().__init__(
            label="Due Date",
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": "Enter a day that exists, for example 2027-03-09."},
        )


class DueDateForm(PressForm):
    due_on = DueDateField()

    def say_when(self, *, today: date, city: str) -> None:
        """Tell the field what day it is where the company is."""
        field = self.fields["due_on"]
        field.help_text = f"Until the end of that day in {city}. Leave it empty for no due date."
        field.widget.attrs |= {
            "min": today.isoformat(),
            "data-asc-due": "",
            "data-today": today.isoformat(),
            "data-reminder-days": DAYS_BEFORE,
        }


class AssignForm(DueDateForm):
    name = forms.CharField(
        label="Assignment Name",
        max_length=Assignment._meta.get_field("name").max_length,
        help_text="What learners and the Certification Progress report show.",
    )
    field_order = ["name", "due_on", "op_id"]
