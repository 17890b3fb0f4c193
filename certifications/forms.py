"""What an operator may type about the catalogue and about training."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from accounts.forms import ChangesForm
from accounts.models import Company, User

from .models import Certification, FastStartEnrollment, Step, TrainingSession


class CertificationForm(ChangesForm):
    scope = forms.ModelMultipleChoiceField(
        Company.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="In scope for",
        help_text="It exists for these companies only. Taking one out hides it there; progress and assignments stay.",
    )

    class Meta:
        model = Certification
        fields = ("title", "slug", "description", "program")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["scope"].initial = self.instance.companies.all()

    @property
    def put_in_scope(self) -> set[Company]:
        return set(self.cleaned_data["scope"]) - self._shown_in_scope

    @property
    def taken_out_of_scope(self) -> set[Company]:
        return self._shown_in_scope - set(self.cleaned_data["scope"])

    @property
    def _shown_in_scope(self) -> set[Company]:
        if self.add_initial_prefix("title") not in self.data:  # a page of the version before: as it is now
            return set(self.instance.companies.all())
        widget = self.fields["scope"].hidden_widget()
        shown = widget.value_from_datadict(self.data, self.files, self.add_initial_prefix("scope")) or []
        return set(Company.objects.filter(pk__in=[pk for pk in shown if str(pk).isdecimal()]))


class StepForm(ChangesForm):
    """A step's place is typed as a number, but stored by `services.arrange_steps`, which knows all of them."""

    place = forms.IntegerField(min_value=1, required=False, help_text="Left empty: at the end.")

    class Meta:
        model = Step
        fields = ("title", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 2, "cols": 60})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].initial = self.instance.position


class PeopleField(forms.CharField):
    """Email addresses, pasted in whatever form a list has them; cleans to the people they belong to."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[User]:
        written = re.findall(r'[^\s,;<>"]+@[^\s,;<>"]+', super().clean(value).lower())
        # Not cut at a single quote, which an address may hold: of o'brien@ that would leave brien@, somebody else.
        addresses = dict.fromkeys(address.strip("'") for address in written)
        found = {person.email: person for person in User.objects.filter(company__isnull=False, email__in=addresses)}
        if unknown := [address for address in addresses if address not in found]:
            raise forms.ValidationError(f"Nobody here has this email address: {', '.join(unknown)}.")
        return list(found.values())


class TrainingSessionForm(ChangesForm):
    attendees = PeopleField(
        required=False,
        label="Record attendance of",
        help_text="Email addresses, pasted as they are: one per line, or separated by commas or semicolons.",
    )

    class Meta:
        model = TrainingSession
        fields = ("program", "title", "held_on")


class EnrollmentForm(forms.ModelForm):
    class Meta:
        model = FastStartEnrollment
        fields = ("user", "program")

    def clean(self) -> None:
        """Enrolling again is right: it revives what was withdrawn, so the form goes on with that row."""
        super().clean()
        who = {"user": self.cleaned_data.get("user"), "program": self.cleaned_data.get("program")}
        self.instance = FastStartEnrollment.objects.filter(**who).first() or self.instance
