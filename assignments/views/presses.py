"""Assign, Unassign, Change due date, Send again, Remind now: a dialog first, then the press.

Both are POSTs to one address, since a selection may be long: without an `op_id` it opens the dialog,
with one it acts, and with `look` beside it just shows what it would do with what has been filled in.
Without JavaScript the dialog stands open in the page of its list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http.client import UNPROCESSABLE_ENTITY
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from accounts.lost_presses import say_that_nothing_was_changed
from assignments import services
from assignments.boxes import selection_of, value_of
from assignments.errors import InvalidDueDate, InvalidName, RefusedOperation
from assignments.forms import DueDateForm, SelectionForm, ticked
from assignments.models import ReminderRule
from assignments.reminders import days_in
from certifications.models import Certification

from .buttons import BUTTONS, SHOWN, Asked, Button
from .lists import certification_of, subtab_context
from .matching import Seen, changed_since, everyone_of, tell_who_joined


@page_of(TEAM_ASSIGNMENTS)
def press(request: PersonRequest, slug: str, name: str) -> HttpResponse:
    certification, button = certification_of(request, slug), BUTTONS[name]
    if request.method != "POST":  # reached by address, or by logging in again: back to the list as it was
        say_that_nothing_was_changed(request)
        return redirect(button.tab.url(certification) + _query_without_result(request))
    pressed, opens = Press(request, certification, button), "op_id" not in request.POST
    everyone = everyone_of(request, certification, button.tab, _list_query(request))
    try:
        who = everyone.selection() if everyone and opens else selection_of(ticked(request), button.tab.has_versions)
        seen = Seen(who, everyone)
    except (ValidationError, RefusedOperation) as error:
        why = error.messages[0] if isinstance(error, ValidationError) else str(error)
        return pressed.refuse(why)
    return pressed.open(seen) if opens else pressed.act(seen)


@dataclass(frozen=True)
class Press:
    """A button of a certification, and the request that presses it."""

    request: PersonRequest
    certification: Certification
    button: Button

    def open(self, seen: Seen) -> HttpResponse:
        try:
            services.check_press(by=self.request.user, certification=self.certification, selected=list(seen.selection))
        except RefusedOperation as refusal:
            return self.refuse(str(refusal))
        return self._show(self.button.form.opened(name=self.certification.title), seen)

    def act(self, seen: Seen) -> HttpResponse:
        form = self.button.form(self.request.POST)
        if form.is_unreadable:
            return self.refuse(form.unreadable)
        left, joined = changed_since(self.request, form, seen)
        if left:
            return self._show(form, seen.without(left), left=left)
        if "look" not in self.request.POST and form.is_valid():
            return self._do(form, seen, joined)
        return self._show(form, seen)

    def refuse(self, why: str) -> HttpResponse:
        """Nothing was done; why, in a dialog over the list."""
        return self._render("assignments/_refusal_dialog.html", {"why": why}, status=UNPROCESSABLE_ENTITY)

    def _do(self, form: SelectionForm, seen: Seen, joined: int) -> HttpResponse:
        try:
            operation = self.button.act(self._asked(form, seen))
        except InvalidDueDate as refusal:
            form.add_error("due_on", str(refusal))
        except InvalidName as refusal:
            form.add_error("name", str(refusal))
        except RefusedOperation as refusal:
            return self.refuse(str(refusal))
        else:
            tell_who_joined(self.request, joined)
            return redirect(f"{self.button.leads_to.url(self.certification)}?operation={operation.op_id}")
        return self._show(form, seen)

    def _asked(self, form: SelectionForm, seen: Seen) -> Asked:
        return Asked(self.request, self.certification, form, seen.selection, self.request.at)

    def _show(self, form: SelectionForm, seen: Seen, *, left: Sequence[int] = ()) -> HttpResponse:
        """The dialog about those who are `seen`; `left` were in it before."""
        request = self.request
        if isinstance(form, DueDateForm):
            plan = ReminderRule.objects.plan_of(request.company.pk)
            days = days_in(request.company.zone, request.at)
            form.say_when(days=days, city=request.company.zone_city, plan=plan)
        values = ",".join(value_of(*each) for each in seen.selection.items())
        context = {"form": form, "selection": values, "everyone": seen.everyone, "left_count": len(left)}
        if seen.everyone and left:
            context["left"] = seen.everyone.named(list(left[:SHOWN]))
        asked = self._asked(form, seen)
        rehearsal = self.button.rehearse(asked)
        selected, count = len(seen.selection), rehearsal.count
        context |= {"rehearsal": rehearsal, "selected": selected, "count": count, "stay": selected - count}
        context |= self.button.show(asked, rehearsal)
        status = UNPROCESSABLE_ENTITY if form.is_bound and "look" not in request.POST else 200
        return self._render(self.button.dialog, context, status=status)

    def _render(self, dialog: str, context: dict[str, Any], *, status: int) -> HttpResponse:
        """Just the dialog for the script that asked for it, else the whole page of the list with it."""
        request, tab, query = self.request, self.button.tab, _list_query(self.request)
        context |= {
            "certification": self.certification,
            "today": request.today,
            "list_url": tab.url(self.certification) + query,
            "press_url": request.path + query,
            "chosen": set(ticked(request)),
            "is_all": "all" in request.POST,
        }
        if request.htmx:
            return render(request, dialog, context, status=status)
        page = subtab_context(request, self.certification, tab)
        return render(request, tab.template, page | context | {"dialog": dialog}, status=status)


def _list_query(request: PersonRequest) -> str:
    """The search, sort and page of the list below the dialog, so that it is the same afterwards."""
    try:
        query = urlsplit(request.htmx.current_url or "").query if request.htmx else request.GET.urlencode()
    except ValueError:  # the address is a header, so it may be anything
        query = ""
    return f"?{query}" if query else ""


def _query_without_result(request: PersonRequest) -> str:
    """The same of an address that was opened. What came of a press before would read as what came of this one."""
    asked = request.GET.copy()
    asked.pop("operation", None)
    return f"?{asked.urlencode()}" if asked else ""
