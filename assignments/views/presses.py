"""Assign, Unassign, Change due date: a dialog first, then the press.

Both are POSTs to one address, since a selection may be long: without an `op_id` it opens the dialog,
with one it acts, and with `look` beside it just shows what it would do with what has been filled in.
Without JavaScript the dialog stands open in the page of its list.
"""

from __future__ import annotations

from collections.abc import Sequence
from http.client import UNPROCESSABLE_ENTITY
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of, today_of
from assignments import services
from assignments.errors import InvalidDueDate, InvalidName, RefusedOperation
from assignments.forms import UNREADABLE, DueDateForm, SelectionForm, selection_of
from assignments.models import ReminderRule
from certifications.models import Certification

from .buttons import BUTTONS, SHOWN, Asked, Button
from .lists import certification_of, subtab_context
from .matching import Seen, changed_since, everyone_of, tell_who_joined


@page_of(TEAM_ASSIGNMENTS)
def press(request: PersonRequest, slug: str, name: str) -> HttpResponse:
    certification, button = certification_of(request, slug), BUTTONS[name]
    if request.method != "POST":  # reached by address, or by logging in again: back to the list
        return redirect(button.tab.url(certification))
    opens = "op_id" not in request.POST
    everyone = everyone_of(request, certification, button.tab, _list_query(request))
    try:
        boxes = everyone.boxes() if everyone and opens else selection_of(request)
        seen = Seen(boxes, button.read(boxes), everyone)
    except (ValidationError, RefusedOperation) as error:
        why = error.messages[0] if isinstance(error, ValidationError) else str(error)
        return _refused(request, certification, button, why)
    return (_open if opens else _act)(request, certification, button, seen)


def _open(request: PersonRequest, certification: Certification, button: Button, seen: Seen) -> HttpResponse:
    try:
        services.check_press(by=request.user, certification=certification, selected=list(seen.selection))
    except RefusedOperation as refusal:
        return _refused(request, certification, button, str(refusal))
    form = button.form.opened(name=certification.title)
    return _show_dialog(request, certification, button, form, seen)


def _act(request: PersonRequest, certification: Certification, button: Button, seen: Seen) -> HttpResponse:
    form = button.form(request.POST)
    if form.has_error("op_id") or form.has_error("foreseen"):  # hidden, so nobody could read what is wrong, or mend it
        return _refused(request, certification, button, UNREADABLE)
    left, joined = changed_since(request, form, seen)
    if left:
        return _show_dialog(request, certification, button, form, seen.without(left, button.read), left=left)
    if "look" not in request.POST and form.is_valid():
        return _press(request, certification, button, form, seen, joined)
    return _show_dialog(request, certification, button, form, seen)


def _press(
    request: PersonRequest, certification: Certification, button: Button, form: SelectionForm, seen: Seen, joined: int
) -> HttpResponse:
    try:
        operation = button.act(Asked(request, certification, form, seen.selection, timezone.now()))
    except InvalidDueDate as refusal:
        form.add_error("due_on", str(refusal))
    except InvalidName as refusal:
        form.add_error("name", str(refusal))
    except RefusedOperation as refusal:
        return _refused(request, certification, button, str(refusal))
    else:
        tell_who_joined(request, joined)
        return redirect(f"{button.leads_to.url(certification)}?operation={operation.op_id}")
    return _show_dialog(request, certification, button, form, seen)


def _show_dialog(
    request: PersonRequest,
    certification: Certification,
    button: Button,
    form: SelectionForm,
    seen: Seen,
    *,
    left: Sequence[int] = (),
) -> HttpResponse:
    """The dialog about those who are `seen`; `left` were in it before."""
    if isinstance(form, DueDateForm):
        plan = ReminderRule.objects.plan_of(request.company.pk)
        form.say_when(today=today_of(request), city=request.company.zone_city, plan=plan)
    context = {"form": form, "selection": ",".join(seen.boxes), "everyone": seen.everyone, "left_count": len(left)}
    if seen.everyone and left:
        context["left"] = seen.everyone.named(list(left[:SHOWN]))
    asked = Asked(request, certification, form, seen.selection, timezone.now())
    rehearsal = button.rehearse(asked)
    selected, count = len(set(seen.selection)), rehearsal.count
    context |= {"rehearsal": rehearsal, "selected": selected, "count": count, "stay": selected - count}
    context |= button.show(asked, rehearsal)
    status = UNPROCESSABLE_ENTITY if form.is_bound and "look" not in request.POST else 200
    return _render(request, certification, button, button.dialog, context, status=status)


def _refused(request: PersonRequest, certification: Certification, button: Button, why: str) -> HttpResponse:
    """Nothing was done; why, in a dialog over the list."""
    return _render(
        request, certification, button, "assignments/_refusal_dialog.html", {"why": why}, status=UNPROCESSABLE_ENTITY
    )


def _render(
    request: PersonRequest,
    certification: Certification,
    button: Button,
    dialog: str,
    context: dict[str, Any],
    *,
    status: int,
) -> HttpResponse:
    """Just the dialog for the script that asked for it, else the whole page of the list with it."""
    query = _list_query(request)
    context |= {
        "certification": certification,
        "today": today_of(request),
        "list_url": button.tab.url(certification) + query,
        "press_url": request.path + query,
        "chosen": set(selection_of(request)),
        "is_all": "all" in request.POST,
    }
    if request.htmx:
        return render(request, dialog, context, status=status)
    page = subtab_context(request, certification, button.tab)
    return render(request, button.tab.template, page | context | {"dialog": dialog}, status=status)


def _list_query(request: PersonRequest) -> str:
    """The search, sort and page of the list below the dialog, so that it is the same afterwards."""
    try:
        query = urlsplit(request.htmx.current_url or "").query if request.htmx else request.GET.urlencode()
    except ValueError:  # the address is a header, so it may be anything
        query = ""
    return f"?{query}" if query else ""
