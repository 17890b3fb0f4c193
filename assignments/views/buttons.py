"""The buttons of the subtabs: what the dialog of each asks and shows, what it would do and does."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from django.db.models import F

from accounts.access import PersonRequest
from accounts.models import User
from accounts.querysets import one_of
from assignments import notices, previews, services
from assignments.boxes import Selection
from assignments.forms import AssignForm, NewDueDateForm, SelectionForm
from assignments.models import Assignment, Learner, Operation, ReminderRule
from assignments.services import NewDueDate, Rehearsal
from assignments.subtabs import TABS, Tab
from certifications.models import Certification

#: People named in a dialog; the others are a number.
SHOWN = 10


class Common(TypedDict):
    """What every service of a press is told, in rehearsal too."""

    by: User
    certification: Certification
    at: datetime


class Pressed(Common):
    """What it is told besides when it is done."""

    op_id: uuid.UUID
    foreseen: list[int] | None


@dataclass(frozen=True)
class Asked:
    """A selection, and what the dialog makes of it: by whom, when, of which certification."""

    request: PersonRequest
    certification: Certification
    form: SelectionForm
    selection: Selection
    at: datetime

    @property
    def ids(self) -> list[int]:
        return list(self.selection)

    @property
    def common(self) -> Common:
        return {"by": self.request.user, "certification": self.certification, "at": self.at}

    @property
    def pressed(self) -> Pressed:
        written = self.form.cleaned_data
        return {**self.common, "op_id": written["op_id"], "foreseen": written["foreseen"]}


@dataclass(frozen=True)
class Button:
    """Where it stands, where its effect is seen, what its dialog asks and shows, what it would do and does."""

    form: type[SelectionForm]
    tab: Tab
    leads_to: Tab
    dialog: str
    rehearse: Callable[[Asked], Rehearsal]
    act: Callable[[Asked], Operation]
    show: Callable[[Asked, Rehearsal], dict[str, Any]] = lambda asked, rehearsal: {}


def _rehearse_assign(asked: Asked) -> Rehearsal:
    return services.rehearse_assign(learner_ids=asked.ids, **asked.common)


def _assign(asked: Asked) -> Operation:
    written = asked.form.cleaned_data
    return services.assign(learner_ids=asked.ids, name=written["name"], due_on=written["due_on"], **asked.pressed)


def _show_assign(asked: Asked, rehearsal: Rehearsal) -> dict[str, Any]:
    able = Learner.objects.filter(pk__in=one_of(rehearsal.able))
    begun = able.filter(certification_enrollments__certification=asked.certification).count()
    return {"begun": begun, "email": _email(asked, rehearsal)}


def _email(asked: Asked, rehearsal: Rehearsal) -> notices.Preview | None:
    """The message as the first of them would get it, with what has been typed as far as it can be used."""
    user, form = asked.request.user, asked.form
    person = previews.first_eligible(user, asked.certification, rehearsal.able)
    if person is None:
        return None
    typed = form.cleaned_data if form.is_bound and form.is_valid() else {}
    return previews.assignment_message(
        person,
        asked.certification,
        by=user,
        name=typed.get("name", asked.certification.title),
        due_on=typed.get("due_on"),
        plan=ReminderRule.objects.plan_of(asked.request.company.pk),
        at=asked.at,
    )


def _rehearse_unassign(asked: Asked) -> Rehearsal:
    return services.rehearse_unassign(assignment_ids=asked.ids, **asked.common)


def _unassign(asked: Asked) -> Operation:
    return services.unassign(assignment_ids=asked.ids, **asked.pressed)


def _rehearse_send_again(asked: Asked) -> Rehearsal:
    return services.rehearse_send_again(assignment_ids=asked.ids, **asked.common)


def _send_again(asked: Asked) -> Operation:
    return services.send_again(assignment_ids=asked.ids, **asked.pressed)


def _show_send_again(asked: Asked, rehearsal: Rehearsal) -> dict[str, Any]:
    return {"failed": _some_of(rehearsal.able, "learner__first_name", "learner__last_name")}


def _rehearse_remind_now(asked: Asked) -> Rehearsal:
    return services.rehearse_remind_now(assignment_ids=asked.ids, **asked.common)


def _remind_now(asked: Asked) -> Operation:
    return services.remind_now(assignment_ids=asked.ids, **asked.pressed)


def _new_due_date(form: SelectionForm) -> NewDueDate | None:
    """What has been chosen so far."""
    return form.new if isinstance(form, NewDueDateForm) and form.is_bound and form.is_valid() else None


def _rehearse_change_due_date(asked: Asked) -> Rehearsal:
    return services.rehearse_change_due_date(seen=asked.selection, new=_new_due_date(asked.form), **asked.common)


def _change_due_date(asked: Asked) -> Operation:
    new = _new_due_date(asked.form)
    assert new  # noqa: S101, for the type checker: nothing is done with a form that is not valid
    reason = asked.form.cleaned_data["reason"]
    return services.change_due_date(seen=asked.selection, new=new, reason=reason, **asked.pressed)


def _show_change_due_date(asked: Asked, rehearsal: Rehearsal) -> dict[str, Any]:
    new = _new_due_date(asked.form)
    by_day = F("due_on").asc(nulls_last=True)  # unsaid, each engine has a place of its own for what has no day
    moved = _some_of(rehearsal.able, by_day, "learner__first_name", "learner__last_name", new=new)
    reminded = services.reminded_at_once(rehearsal.able, new, company=asked.request.company, at=asked.at) if new else 0
    return {"new": new, "moved": moved, "reminded_at_once": reminded}


def _some_of(able: Sequence[int], *order: Any, new: NewDueDate | None = None) -> Any:
    """The first of these assignments, with their learners and the due day after a change."""
    found = Assignment.objects.filter(pk__in=one_of(able)).select_related("learner").order_by(*order, "pk")
    return (found.annotate(due_after=new.after()) if new else found)[:SHOWN]


BUTTONS = {
    "assign": Button(
        form=AssignForm,
        tab=TABS["eligible"],
        leads_to=TABS["assigned"],
        dialog="assignments/_assign_dialog.html",
        rehearse=_rehearse_assign,
        act=_assign,
        show=_show_assign,
    ),
    "unassign": Button(
        form=SelectionForm,
        tab=TABS["assigned"],
        leads_to=TABS["eligible"],
        dialog="assignments/_unassign_dialog.html",
        rehearse=_rehearse_unassign,
        act=_unassign,
    ),
    "send-again": Button(
        form=SelectionForm,
        tab=TABS["assigned"],
        leads_to=TABS["assigned"],
        dialog="assignments/_send_again_dialog.html",
        rehearse=_rehearse_send_again,
        act=_send_again,
        show=_show_send_again,
    ),
    "remind-now": Button(
        form=SelectionForm,
        tab=TABS["assigned"],
        leads_to=TABS["assigned"],
        dialog="assignments/_remind_now_dialog.html",
        rehearse=_rehearse_remind_now,
        act=_remind_now,
    ),
    "change-due-date": Button(
        form=NewDueDateForm,
        tab=TABS["assigned"],
        leads_to=TABS["assigned"],
        dialog="assignments/_due_date_dialog.html",
        rehearse=_rehearse_change_due_date,
        act=_change_due_date,
        show=_show_change_due_date,
    ),
}
