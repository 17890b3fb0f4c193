"""A file instead of ticks: upload, look at what each line would do, press, take what is left and mend it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from http.client import UNPROCESSABLE_ENTITY
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import TEAM_ASSIGNMENTS, PersonRequest, page_of
from accounts.lost_presses import say_that_nothing_was_changed
from assignments import services
from assignments.errors import RefusedOperation
from assignments.forms import PressForm, UploadForm
from assignments.lists import ListQuery
from assignments.models import Operation, Upload, UploadRow
from assignments.spreadsheets import ROWS_AT_ONCE, csv_lines, download, xlsx
from assignments.tables import COLUMNS, DUE_DATE, EMAIL, MOST_LINES, NAME
from certifications.models import Certification

from .buttons import BUTTONS
from .lists import certification_of

REASON = "Reason"
CSV, XLSX = "csv", "xlsx"
#: ?show=left
GOOD, LEFT = "good", "left"
#: Files of the certification that are offered to come back to.
RECENT = 5


@page_of(TEAM_ASSIGNMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def upload_new(request: PersonRequest, slug: str, name: str) -> HttpResponse:
    certification, kind = certification_of(request, slug), _kind(name)
    if request.method == "POST":
        return _receive(request, certification, kind)
    return _ask_for_file(request, certification, kind, UploadForm.opened())


def _receive(request: PersonRequest, certification: Certification, kind: Upload.Kind) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if form.is_unreadable:
        return _ask_for_file(request, certification, kind, UploadForm.opened(), why=form.unreadable)
    if not form.is_valid():
        return _ask_for_file(request, certification, kind, form)
    file = form.cleaned_data["file"]
    try:
        upload = services.receive_upload(
            by=request.user,
            certification=certification,
            kind=kind,
            file_name=file.name,
            content=file.read(),
            op_id=form.cleaned_data["op_id"],
            at=request.at,
        )
    except RefusedOperation as refusal:
        form.add_error("file", str(refusal))
        return _ask_for_file(request, certification, kind, form)
    return redirect("team-upload", upload.key)


def _ask_for_file(
    request: PersonRequest, certification: Certification, kind: Upload.Kind, form: UploadForm, *, why: str = ""
) -> HttpResponse:
    name = _name_of(kind)
    mine = _uploads(request).filter(certification=certification, kind=kind).defer("content")
    context = {
        "certification": certification,
        "kind": kind,
        "name": name,
        "form": form,
        "why": why,
        "columns": COLUMNS[kind],
        "back": BUTTONS[name].tab.url(certification),
        "recent": mine.select_related("uploaded_by").order_by("-uploaded_at", "-pk")[:RECENT],
        "most_lines": MOST_LINES,
    }
    status = UNPROCESSABLE_ENTITY if why or form.errors else 200
    return render(request, "assignments/upload_new.html", context, status=status)


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def upload_template(request: PersonRequest, slug: str, name: str, ending: str) -> HttpResponseBase:
    """A file with the heads of the columns, and nobody below."""
    certification_of(request, slug)
    return _file(COLUMNS[_kind(name)], iter([]), name=f"{name}-template", ending=ending)


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def upload_detail(request: PersonRequest, key: uuid.UUID) -> HttpResponse:
    """How far it has got; once it is read, what each line would do or did."""
    return _show(request, _upload(request, key))


def _show(request: PersonRequest, upload: Upload, *, why: str = "") -> HttpResponse:
    rows = UploadRow.objects.filter(upload=upload)
    counts = {GOOD: rows.good().count(), LEFT: rows.left().count()}
    show = GOOD if request.GET.get("show") == GOOD or not counts[LEFT] else LEFT
    query = ListQuery.of(request, {"line": ("line",)}, default="line")
    found: QuerySet[Any] = rows.good() if show == GOOD else rows.left()
    done = Operation.objects.visible_to(request.user).for_result()
    name = _name_of(upload.kind)
    context = {
        "upload": upload,
        "operation": done.get(pk=upload.operation_id) if upload.operation_id else None,
        "name": name,
        "columns": COLUMNS[upload.kind],
        "counts": counts,
        "show": show,
        "page_obj": query.paged(found.select_related("learner", "assignment"), count=counts[show]),
        "form": PressForm.opened(),
        "why": why or upload.fault,
        "back": BUTTONS[name].tab.url(upload.certification),
    }
    return render(request, "assignments/upload_detail.html", context, status=UNPROCESSABLE_ENTITY if why else 200)


@page_of(TEAM_ASSIGNMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def upload_press(request: PersonRequest, key: uuid.UUID) -> HttpResponse:
    """Carry out the good lines."""
    upload, form = _upload(request, key), PressForm(request.POST)
    if request.method != "POST":  # reached by logging in again: back to the lines
        say_that_nothing_was_changed(request)
        return redirect(reverse("team-upload", args=[key], query=request.GET))
    if not form.is_valid():
        return _show(request, upload, why=form.unreadable)
    try:
        done = services.press_upload(by=request.user, upload=upload, op_id=form.cleaned_data["op_id"], at=request.at)
    except RefusedOperation as refusal:
        return _show(request, _upload(request, key), why=str(refusal))
    return redirect("team-upload", done.key)


@page_of(TEAM_ASSIGNMENTS)
@require_safe
def upload_left(request: PersonRequest, key: uuid.UUID, ending: str) -> HttpResponseBase:
    """The lines for which nothing can be done, as they were written, with the reason: to mend and to upload again."""
    upload = _upload(request, key)
    columns = COLUMNS[upload.kind]
    stem = upload.file_name.rpartition(".")[0] or upload.file_name
    plain = "".join(letter for letter in stem if letter.isascii() and (letter.isalnum() or letter in "-_ ")).strip()
    return _file((*columns, REASON), _left(upload, columns), name=f"{plain or 'file'}-left", ending=ending)


def _left(upload: Upload, columns: tuple[str, ...]) -> Iterator[list[str]]:
    for row in UploadRow.objects.filter(upload=upload).left().order_by("line").iterator(chunk_size=ROWS_AT_ONCE):
        written = {EMAIL: row.email, DUE_DATE: row.due_text, NAME: row.name}
        yield [*(written[column] for column in columns), row.why_not]


def _file(heads: tuple[str, ...], rows: Iterator[list[str]], *, name: str, ending: str) -> HttpResponseBase:
    if ending not in (CSV, XLSX):
        raise Http404
    if ending == XLSX:
        return xlsx(heads, rows, name=f"{name}.xlsx")
    return download(csv_lines(heads, rows), name=f"{name}.csv")


def _kind(name: str) -> Upload.Kind:
    for kind in Upload.Kind:
        if _name_of(kind) == name:
            return kind
    raise Http404


def _name_of(kind: str) -> str:
    """The word of its address, which is that of the button."""
    return kind.replace("_", "-")


def _uploads(request: PersonRequest) -> QuerySet[Upload]:
    return Upload.objects.visible_to(request.user)


def _upload(request: PersonRequest, key: uuid.UUID) -> Upload:
    found = _uploads(request).select_related("company", "certification", "uploaded_by", "pressed_by")
    return get_object_or_404(found.defer("content"), key=key)
