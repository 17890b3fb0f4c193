"""The days on which a company reminds its people and tells their managers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from assignments.errors import InvalidPlan, InvalidPlanForManagers
from assignments.reminders import MOST_DAYS_AFTER, MOST_DAYS_BEFORE, Plan
from assignments.services import check_plan

from .presses import PressForm


class DaysField(forms.CharField):
    """Several numbers of days in one field, as people write them: “14, 5, 1”."""

    def __init__(self, *, most: int, **named: Any) -> None:
        super().__init__(required=False, max_length=60, **named)
        self.most = most

    def clean(self, value: Any) -> list[int]:
        """The days, in the order in which they were typed. Raises ValidationError."""
        texts = super().clean(value).replace(",", " ").split()
        if not all(text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= self.most for text in texts):
            raise ValidationError(f"Write whole days between 1 and {self.most}, with commas between them.")
        days = [int(text) for text in texts]
        if len(set(days)) < len(days):
            raise ValidationError("Write each day once.")
        return days


class ReminderForm(PressForm):
    """A company's plan as an admin writes it. `seen` is the plan that the page showed: “5,1,-3|-3”."""

    before = DaysField(
        label="Days before the due date",
        most=MOST_DAYS_BEFORE,
        help_text="For example 14, 5, 1: three reminders, at 08:00 on those days.",
    )
    on_the_day = forms.BooleanField(label="On the due date itself", required=False)
    after = DaysField(
        label="Days after the due date",
        most=MOST_DAYS_AFTER,
        help_text="For example 3: whoever is overdue by then is told so. Leave it empty for none.",
    )
    manager_after = DaysField(
        label="Tell managers, days after the due date",
        most=MOST_DAYS_AFTER,
        help_text="For example 3: one message with all direct reports who are overdue by 3 days or more. "
        "Leave it empty for none.",
    )
    seen = forms.CharField(widget=forms.HiddenInput)
    unreadable = "The form could not be read."

    @classmethod
    def showing(cls, plan: Plan) -> ReminderForm:
        return cls(
            initial={
                "op_id": uuid.uuid4(),
                "seen": _written(plan),
                "before": _listed(days for days in plan.learner if days > 0),
                "on_the_day": 0 in plan.learner,
                "after": _listed(-days for days in plan.learner if days < 0),
                "manager_after": _listed(-days for days in plan.manager),
            }
        )

    def clean(self) -> dict[str, Any]:
        written = super().clean() or self.cleaned_data
        try:
            if not self.errors:
                check_plan(self.plan)
        except InvalidPlan as refusal:
            field = "manager_after" if isinstance(refusal, InvalidPlanForManagers) else "before"
            self.add_error(field, str(refusal))
        return written

    @property
    def plan(self) -> Plan:
        """What was written, when it is valid."""
        written = self.cleaned_data
        learner = [*written["before"], *([0] if written["on_the_day"] else []), *(-days for days in written["after"])]
        managers = [-days for days in written["manager_after"]]
        return Plan(tuple(sorted(learner, reverse=True)), tuple(sorted(managers, reverse=True)))

    def clean_seen(self) -> Plan:
        try:
            learner, manager = (
                tuple(int(days) for days in part.split(",") if days) for part in self.cleaned_data["seen"].split("|")
            )
        except ValueError:
            raise ValidationError(self.unreadable) from None
        return Plan(learner, manager)


class PlanForm(ReminderForm):
    """A plan to look at, without a press."""

    op_id = None  # type: ignore[assignment]  # so Django is told to leave a field out
    seen = None  # type: ignore[assignment]  # the same

    @classmethod
    def asked(cls, address: QueryDict, *, saved: Plan) -> PlanForm:
        """The plan that the address spells out, else the saved one."""
        return cls(address if "before" in address else cls.showing(saved).initial)

    @property
    def faults(self) -> list[str]:
        """What is wrong with it, each with the name of its field."""
        return [f"{field.label}: {' '.join(map(str, field.errors))}" for field in self if field.errors]

    @classmethod
    def address_of(cls, plan: Plan) -> dict[str, Any]:
        """The plan as `asked` reads it."""
        written = cls.showing(plan).initial
        return {name: written[name] for name in cls.base_fields}


def _listed(days: Iterable[int]) -> str:
    return ", ".join(map(str, days))


def _written(plan: Plan) -> str:
    return "|".join(",".join(map(str, days)) for days in (plan.learner, plan.manager))
