"""Operations: every press of the company, what came of each, how far its emails have got, and its file."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from accounts.models import User
from assignments import notices
from assignments.another_day import left_with_another_day
from assignments.forms import NewDueDateForm
from assignments.lists import ListQuery, Menu, SortKeys, in_force
from assignments.models import AssignmentChange, Learner, Operation
from assignments.querysets import OperationQuerySet
from assignments.spreadsheets import ROWS_AT_ONCE, csv_lines, download
from certifications.models import Certification
from notifications import services as post_office

CHANGE_KEYS: SortKeys = {
    "learner": ("assignment__learner__first_name", "assignment__learner__last_name"),
    "certification": ("assignment__certification__title",),
    "before": ("due_before",),
    "after": ("due_after",),
}
HEADS = ("Learner", "Email", "Certification", "Result", "Due Date Before", "Due Date After", "Reason")
#: ?show=skipped
CHANGED, SKIPPED = "changed", "skipped"


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def operation_list(request: PersonRequest) -> HttpResponse:
    """Every press, and what deactivations and withdrawals closed, the newest first."""
    query = ListQuery.of(request)
    menus = _menus(request)
    found = _chosen(Operation.objects.visible_to(request.user).for_list(), menus)
    if query.q:
        found = found.that_changed(Learner.objects.visible_to(request.user).matching(query.q))
    context = {
        "q": query.q,
        "page_obj": Paginator(found.newest_first(), query.size).get_page(query.page),
        "menus": menus,
        "filter_count": in_force(menus),
    }
    return render(request, "assignments/operation_list.html", context)


def _menus(request: PersonRequest) -> list[Menu]:
    certifications = Certification.objects.visible_to(request.user).order_by("title")
    people = User.objects.filter(operations__in=Operation.objects.visible_to(request.user)).distinct().by_name()
    return [
        Menu.of(request.GET, "What", "kind", dict(Operation.Kind.choices)),
        Menu.of(request.GET, "Certification", "certification", dict(certifications.values_list("slug", "title"))),
        Menu.of(request.GET, "Who", "by", {str(person.pk): person.full_name for person in people}),
    ]


def _chosen(operations: OperationQuerySet, menus: list[Menu]) -> OperationQuerySet:
    chosen = {menu.name: menu.chosen for menu in menus}
    if chosen["kind"]:
        operations = operations.filter(kind__in=chosen["kind"])
    if chosen["certification"]:
        operations = operations.about_certifications(chosen["certification"])
    return operations.filter(made_by__in=[int(pk) for pk in chosen["by"]]) if chosen["by"] else operations


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def operation_detail(request: PersonRequest, op_id: uuid.UUID) -> HttpResponse:
    """Whom it changed with the due day before and after, or whom it skipped and why: two lists."""
    operation = get_object_or_404(Operation.objects.visible_to(request.user).for_result(), op_id=op_id)
    query = ListQuery.of(request, CHANGE_KEYS, default="learner")
    show = SKIPPED if request.GET.get("show") == SKIPPED and operation.skipped_count else CHANGED
    page: Page[Any] = (
        Paginator(operation.skipped, query.size).get_page(query.page)
        if show == SKIPPED
        else query.paged(AssignmentChange.objects.filter(operation=operation).with_people())
    )
    context = {
        "operation": operation,
        # A deactivation may have closed what is not in scope any more beside what is.
        "scope": set(Certification.objects.visible_to(request.user).values_list("pk", flat=True)),
        "delivery": delivery_of(operation),
        "channel": post_office.channel_state(),
        "my_date_instead": my_date_instead(operation, request.user),
        "show": show,
        "counts": [(CHANGED, operation.changed), (SKIPPED, operation.skipped_count)],
        "page_obj": page,
        "sort": query.sort,
        "today": request.today,
    }
    return render(request, "assignments/operation_detail.html", context)


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def operation_delivery(request: PersonRequest, op_id: uuid.UUID) -> HttpResponse:
    """The part of the result that changes while the emails go out."""
    found = Operation.objects.visible_to(request.user).for_result().about_a_selection()
    operation = get_object_or_404(found, op_id=op_id)
    context = {"operation": operation, "delivery": notices.delivery_of(operation)}
    return render(request, "assignments/_operation_delivery.html", context)


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def operation_csv(request: PersonRequest, op_id: uuid.UUID) -> HttpResponseBase:
    """One line per person: those it changed by name, then those it skipped."""
    found = Operation.objects.visible_to(request.user).select_related("certification")
    operation = get_object_or_404(found, op_id=op_id)
    name = f"{operation.kind.replace('_', '-')}-{request.company.day_at(operation.made_at)}.csv"
    return download(csv_lines(HEADS, _cells(operation)), name=name)


def _cells(operation: Operation) -> Iterator[list[str]]:
    changes = AssignmentChange.objects.filter(operation=operation).with_people()
    for change in changes.order_by(*CHANGE_KEYS["learner"], "pk").iterator(chunk_size=ROWS_AT_ONCE):
        learner, certification = change.assignment.learner, change.assignment.certification
        days = [day.isoformat() if day else "" for day in (change.due_before, change.due_after)]
        yield [learner.full_name, learner.email, certification.title, change.get_kind_display(), *days, ""]
    title = operation.certification.title if operation.certification else ""
    for person in operation.skipped:
        yield [person["name"], person["email"], title, "Skipped", "", "", person["reason"]]


def delivery_of(operation: Operation) -> dict[str, int] | None:
    """How far the emails of a press have got; None where it sends none, and where none of them is kept any more."""
    counts = notices.delivery_of(operation) if operation.sends_messages else {}
    return counts if any(counts.values()) else None


@dataclass(frozen=True)
class MyDateInstead:
    """One press that gives the due day of an Assign to those `boxes` whom it found assigned with another."""

    form: NewDueDateForm
    boxes: list[str]


def my_date_instead(operation: Operation, user: User) -> MyDateInstead | None:
    """None where there is nobody to give it to."""
    boxes = left_with_another_day(operation, user=user)
    form = NewDueDateForm.opened(how=NewDueDateForm.TO, due_on=operation.due_on, spare_completed=True)
    return MyDateInstead(form, boxes) if boxes else None
