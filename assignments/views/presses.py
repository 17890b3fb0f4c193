"""Assign, Unassign, Change due date: a dialog first, then the press.

Both are POSTs to one address, since a selection may be long: without an `op_id` it opens the dialog,
with one it acts. Without JavaScript the dialog stands open in the page of its list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from accounts.models import User
from accounts.querysets import one_of
from accounts.templatetags.days import zone_city
from assignments import notices, services
from assignments.errors import InvalidDueDate, InvalidName, RefusedOperation
from assignments.forms import UNREADABLE, AssignForm, DueDateForm, PressForm, ids_of, selection_of, versions_of
from assignments.models import Assignment, Learner, Operation, ReminderRule
from assignments.querysets import AssignmentQuerySet
from certifications.models import Certification

from .lists import TABS, Tab, counted_certification, subtab_context, today_of
from .matching import Seen, changed_since, everyone_of, tell_who_joined

UNPROCESSABLE = 422
#: People named in a dialog; the others are a number.
SHOWN = 10


@dataclass(frozen=True)
class Press:
    """One button: where it stands, where its effect is seen, what its dialog asks and shows, what it does."""

    form: type[PressForm]
    tab: Tab
    leads_to: Tab
    dialog: str
    read: Callable[[list[str]], Any]
    concerned: Callable[[User, Certification, Any], dict[str, Any]]
    act: Callable[..., Operation]


def _assign_concerns(user: User, certification: Certification, ids: list[int]) -> dict[str, Any]:
    eligible = Learner.objects.visible_to(user).filter(pk__in=one_of(ids)).eligible_for(certification)
    begun = eligible.filter(certification_enrollments__certification=certification)
    return {"selected": len(set(ids)), "count": eligible.count(), "begun": begun.count()}


def _selected(user: User, certification: Certification, ids: Any) -> AssignmentQuerySet:
    assignments = Assignment.objects.visible_to(user).open().filter(certification=certification)
    return assignments.filter(pk__in=one_of(ids))


def _unassign_concerns(user: User, certification: Certification, ids: list[int]) -> dict[str, Any]:
    return {"selected": len(set(ids)), "count": _selected(user, certification, ids).count()}


def _send_again_concerns(user: User, certification: Certification, ids: list[int]) -> dict[str, Any]:
    failed = notices.not_reached(_selected(user, certification, ids), company=user.company_id or 0)
    shown = failed.select_related("learner").order_by("learner__first_name", "learner__last_name")
    return {"selected": len(set(ids)), "count": failed.count(), "failed": shown[:SHOWN]}


def _remind_now_concerns(user: User, certification: Certification, ids: list[int]) -> dict[str, Any]:
    """Whom the press would reach at this moment, and why not the others, in numbers."""
    selected, company = _selected(user, certification, ids), user.company
    assert company  # noqa: S101, for the type checker: an operator has no such page
    to_do = selected.not_completed().filter(learner__status=User.Status.ACTIVE)
    reminded = len(notices.reminded_on(to_do, day=company.day_at(timezone.now()), zone=company.zone))
    left_out = {"completed": selected.completed().count(), "reminded": reminded}
    count = to_do.count() - reminded
    others = len(set(ids)) - count - sum(left_out.values())
    return {"selected": len(set(ids)), "count": count, "others": others} | left_out


def _due_date_concerns(user: User, certification: Certification, seen: dict[int, int]) -> dict[str, Any]:
    selected = _selected(user, certification, seen)
    by_day = F("due_on").asc(nulls_last=True)  # unsaid, each engine has a place of its own for what has no day
    shown = selected.select_related("learner").order_by(by_day, "learner__first_name", "learner__last_name")
    return {"selected": len(seen), "count": selected.count(), "before": shown[:SHOWN]}


def _act_assign(form: PressForm, ids: list[int], **common: Any) -> Operation:
    cleaned = form.cleaned_data
    return services.assign(learner_ids=ids, name=cleaned["name"], due_on=cleaned["due_on"], **common)


def _act_unassign(form: PressForm, ids: list[int], **common: Any) -> Operation:
    return services.unassign(assignment_ids=ids, **common)


def _act_send_again(form: PressForm, ids: list[int], **common: Any) -> Operation:
    return services.send_again(assignment_ids=ids, **common)


def _act_remind_now(form: PressForm, ids: list[int], **common: Any) -> Operation:
    return services.remind_now(assignment_ids=ids, **common)


def _act_change_due_date(form: PressForm, seen: dict[int, int], **common: Any) -> Operation:
    return services.change_due_date(seen=seen, due_on=form.cleaned_data["due_on"], **common)


PRESSES = {
    "assign": Press(
        form=AssignForm,
        tab=TABS["eligible"],
        leads_to=TABS["assigned"],
        dialog="assignments/_assign_dialog.html",
        read=ids_of,
        concerned=_assign_concerns,
        act=_act_assign,
    ),
    "unassign": Press(
        form=PressForm,
        tab=TABS["assigned"],
        leads_to=TABS["eligible"],
        dialog="assignments/_unassign_dialog.html",
        read=lambda selection: list(versions_of(selection)),
        concerned=_unassign_concerns,
        act=_act_unassign,
    ),
    "send-again": Press(
        form=PressForm,
        tab=TABS["assigned"],
        leads_to=TABS["assigned"],
        dialog="assignments/_send_again_dialog.html",
        read=lambda selection: list(versions_of(selection)),
        concerned=_send_again_concerns,
        act=_act_send_again,
    ),
    "remind-now": Press(
        form=PressForm,
        tab=TABS["assigned"],
        leads_to=TABS["assigned"],
        dialog="assignments/_remind_now_dialog.html",
        read=lambda selection: list(versions_of(selection)),
        concerned=_remind_now_concerns,
        act=_act_remind_now,
    ),
    "change-due-date": Press(
        form=DueDateForm,
        tab=TABS["assigned"],
        leads_to=TABS["assigned"],
        dialog="assignments/_due_date_dialog.html",
        read=versions_of,
        concerned=_due_date_concerns,
        act=_act_change_due_date,
    ),
}


@page_of(TEAM_ASSIGNMENTS)
def press(request: PersonRequest, slug: str, name: str) -> HttpResponse:
    certification, press = counted_certification(request, slug), PRESSES[name]
    if request.method != "POST":  # reached by address, or by logging in again: back to the list
        return redirect(press.tab.url(certification))
    opens = "op_id" not in request.POST
    everyone = everyone_of(request, certification, press.tab, _list_query(request))
    try:
        boxes = everyone.boxes() if everyone and opens else selection_of(request)
        seen = Seen(boxes, press.read(boxes), everyone)
    except (ValidationError, RefusedOperation) as error:
        why = error.messages[0] if isinstance(error, ValidationError) else str(error)
        return _refused(request, certification, press, why)
    return (_open if opens else _act)(request, certification, press, seen)


def _open(request: PersonRequest, certification: Certification, press: Press, seen: Seen) -> HttpResponse:
    try:
        services.check_press(by=request.user, certification=certification, selected=list(seen.selection))
    except RefusedOperation as refusal:
        return _refused(request, certification, press, str(refusal))
    form = press.form.opened(name=certification.title)
    return _show_dialog(request, certification, press, form, seen)


def _act(request: PersonRequest, certification: Certification, press: Press, seen: Seen) -> HttpResponse:
    form = press.form(request.POST)
    if form.has_error("op_id"):  # hidden, so nobody could read there what is wrong, or mend it
        return _refused(request, certification, press, UNREADABLE)
    left, joined = changed_since(request, form, seen)
    if left:
        return _show_dialog(request, certification, press, form, seen.without(left, press.read), left=left)
    if form.is_valid():
        try:
            operation = press.act(form, seen.selection, **_common(request, certification, form))
        except InvalidDueDate as refusal:
            form.add_error("due_on", str(refusal))
        except InvalidName as refusal:
            form.add_error("name", str(refusal))
        except RefusedOperation as refusal:
            return _refused(request, certification, press, str(refusal))
        else:
            tell_who_joined(request, joined)
            return redirect(f"{press.leads_to.url(certification)}?operation={operation.op_id}")
    return _show_dialog(request, certification, press, form, seen)


def _common(request: PersonRequest, certification: Certification, form: PressForm) -> dict[str, Any]:
    moment: datetime = timezone.now()
    return {"by": request.user, "certification": certification, "op_id": form.cleaned_data["op_id"], "at": moment}


def _show_dialog(
    request: PersonRequest,
    certification: Certification,
    press: Press,
    form: PressForm,
    seen: Seen,
    *,
    left: Sequence[int] = (),
) -> HttpResponse:
    """The dialog about those who are `seen`; `left` were in it before."""
    if isinstance(form, DueDateForm):
        plan = ReminderRule.objects.plan_of(request.company.pk)
        form.say_when(today=today_of(request), city=zone_city(request.company.time_zone), plan=plan)
    context = {"form": form, "selection": ",".join(seen.boxes), "everyone": seen.everyone, "left_count": len(left)}
    if seen.everyone and left:
        context["left"] = seen.everyone.named(list(left[:SHOWN]))
    context |= press.concerned(request.user, certification, seen.selection)
    status = UNPROCESSABLE if form.is_bound else 200
    return _render(request, certification, press, press.dialog, context, status=status)


def _refused(request: PersonRequest, certification: Certification, press: Press, why: str) -> HttpResponse:
    """Nothing was done; why, in a dialog over the list."""
    return _render(
        request, certification, press, "assignments/_refusal_dialog.html", {"why": why}, status=UNPROCESSABLE
    )


def _render(
    request: PersonRequest,
    certification: Certification,
    press: Press,
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
        "list_url": press.tab.url(certification) + query,
        "press_url": request.path + query,
        "chosen": set(selection_of(request)),
        "is_all": "all" in request.POST,
    }
    if request.htmx:
        return render(request, dialog, context, status=status)
    page = subtab_context(request, certification, press.tab)
    return render(request, press.tab.template, page | context | {"dialog": dialog}, status=status)


def _list_query(request: PersonRequest) -> str:
    """The search, sort and page of the list below the dialog, so that it is the same afterwards."""
    try:
        query = urlsplit(request.htmx.current_url or "").query if request.htmx else request.GET.urlencode()
    except ValueError:  # the address is a header, so it may be anything
        query = ""
    return f"?{query}" if query else ""
