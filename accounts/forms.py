"""What an operator may type about people and companies, and what somebody may choose for themselves."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from notifications.switches import Switch

from . import services
from .models import Company, User


class ChangesForm(forms.ModelForm):
    """Of a row that was there before, changes what its reader has changed and nothing else: what somebody else has
    saved since the page was opened stays. So the page carries what it showed.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            # What comes back with an error goes out with what was shown first. A page of the version before carries
            # nothing, and neither does one that showed nothing: those are compared with the row of now.
            field.show_hidden_initial = not self.is_bound or self.add_initial_prefix(name) in self.data

    def clean(self) -> None:
        super().clean()
        if self.instance.pk:
            columns = {column.name for column in self.instance._meta.concrete_fields}
            for name in columns.intersection(self.cleaned_data).difference(self.changed_data):
                self.cleaned_data[name] = getattr(self.instance, name)


class CompanyForm(ChangesForm):
    time_zone = forms.ChoiceField(
        choices=lambda: [("", "---------"), *((name, name) for name in sorted(zoneinfo.available_timezones()))],
        help_text="Due days end, and reminders go out, by this clock.",
    )

    class Meta:
        model = Company
        fields = ("name", "plan", "time_zone", "seats")


class PersonForm(ChangesForm):
    class Meta:
        model = User
        fields = (
            "company",
            "email",
            "first_name",
            "last_name",
            "title",
            "functional_area",
            "region",
            "reports_to",
            *User.PERMISSIONS,
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "company" in self.fields:
            self.fields["company"].required = True

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()

    def clean(self) -> None:
        super().clean()
        manager = self.cleaned_data.get("reports_to")
        person = User(pk=self.instance.pk, company=self.cleaned_data.get("company") or self.instance.company)
        person.first_name, person.last_name = self.instance.first_name, self.instance.last_name
        if refusal := manager and services.why_not_manager(person=person, manager=manager):
            self.add_error("reports_to", refusal)


class EmailsForm(forms.Form):
    """Which emails somebody wants of those that may be switched off. `shown` are those that it asked about: who has
    become a manager since has not said that they want none about their team.
    """

    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    wanted = forms.MultipleChoiceField(
        label="Email me",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "One of these emails is not sent to you any more. Choose again."},
    )

    def __init__(self, data: QueryDict | None = None, *, switches: Sequence[Switch]) -> None:
        on = [switch.kind for switch in switches if switch.is_on]
        initial = {"shown": ",".join(switch.kind for switch in switches), "wanted": on}
        super().__init__(data, initial=initial)
        choices = [(switch.kind, switch.title) for switch in switches]
        self.fields["wanted"].choices = choices  # type: ignore[attr-defined]  # the stubs know a Field here
        self._switches = switches

    @property
    def unwanted(self) -> list[str]:
        """The kinds that are to be switched off, when the form is valid."""
        asked = set(self.cleaned_data["shown"].split(",")).difference(self.cleaned_data["wanted"])
        return [switch.kind for switch in self._switches if switch.kind in asked]
