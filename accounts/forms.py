"""What an operator may type about people and companies."""

from __future__ import annotations

import re
import zoneinfo
from typing import Any

from django import forms

from . import services
from .models import Company, User


class CompanyForm(forms.ModelForm):
    time_zone = forms.ChoiceField(
        choices=lambda: [(name, name) for name in sorted(zoneinfo.available_timezones())],
        help_text="Due days end, and reminders go out, by this clock.",
    )

    class Meta:
        model = Company
        fields = ("name", "plan", "time_zone", "seats")


class PersonForm(forms.ModelForm):
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


class PeopleField(forms.CharField):
    """Email addresses, pasted in whatever form a list has them; cleans to the people they belong to."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[User]:
        addresses = dict.fromkeys(re.findall(r"[^\s,;<>\"']+@[^\s,;<>\"']+", super().clean(value).lower()))
        found = {person.email: person for person in User.objects.filter(company__isnull=False, email__in=addresses)}
        if unknown := [address for address in addresses if address not in found]:
            raise forms.ValidationError(f"Nobody here has this email address: {', '.join(unknown)}.")
        return list(found.values())
