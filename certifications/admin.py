"""The operator's back office: the catalogue, companies' scope, training, enrolments."""

from __future__ import annotations

import math
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.admin import ThroughServices
from accounts.forms import ChangesForm
from accounts.models import User

from . import services
from .errors import NotAttended, StepInUse
from .forms import CertificationForm, EnrollmentForm, StepForm, TrainingSessionForm
from .models import Attendance, Certification, FastStartEnrollment, FastStartProgram, Step, TrainingSession


class Catalogue(ThroughServices):
    """What a certification or a training builds on is settled once: changing it would change who is eligible."""

    form = ChangesForm
    settled: tuple[str, ...] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.settled if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        services.save_entry(entry=obj)


@admin.register(FastStartProgram)
class FastStartProgramAdmin(Catalogue):
    list_display = ("title", "slug", "enrolled")
    search_fields = ("title",)
    prepopulated_fields = {"slug": ("title",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[FastStartProgram]:
        return (
            super()
            .get_queryset(request)
            .annotate(enrolled_count=Count("enrollments", filter=Q(enrollments__withdrawn_at__isnull=True)))
        )

    @admin.display(ordering="enrolled_count")
    def enrolled(self, program: FastStartProgram) -> int:
        return program.enrolled_count  # type: ignore[attr-defined]  # annotated


class StepInline(admin.TabularInline):
    model = Step
    form = StepForm
    fields = ("place", "title", "description")
    ordering = ("position",)
    extra = 1


@admin.register(Certification)
class CertificationAdmin(Catalogue):
    form = CertificationForm
    refusals = (*ThroughServices.refusals, StepInUse)
    settled = ("program",)
    inlines = (StepInline,)
    fields = ("title", "slug", "description", "program", "scope")
    prepopulated_fields = {"slug": ("title",)}
    list_display = ("title", "program", "steps_count", "companies_count")
    list_select_related = ("program",)
    search_fields = ("title",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Certification]:
        return (
            super()
            .get_queryset(request)
            .annotate(step_count=Count("steps", distinct=True), company_count=Count("companies", distinct=True))
        )

    @admin.display(description="steps")
    def steps_count(self, certification: Certification) -> int:
        return certification.step_count  # type: ignore[attr-defined]  # annotated

    @admin.display(description="companies in scope")
    def companies_count(self, certification: Certification) -> int:
        return certification.company_count  # type: ignore[attr-defined]  # annotated

    def save_model(self, request: HttpRequest, obj: Certification, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for company in form.put_in_scope:
            services.put_in_scope(company=company, certification=obj)
        for company in form.taken_out_of_scope:
            services.take_out_of_scope(company=company, certification=obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        for step in formset.deleted_objects:
            services.remove_step(step=step, at=timezone.now())
        if formset.has_changed():
            services.arrange_steps(certification=form.instance, steps=_in_order(formset))


def _in_order(formset: Any) -> list[Step]:
    """All steps that remain: by the places typed, else by those they have; new ones without one at the end."""
    remaining = [
        form
        for form in formset.forms
        if not form.cleaned_data.get("DELETE") and (form.instance.pk or form.has_changed())
    ]
    return [form.instance for form in sorted(remaining, key=_place)]


def _place(form: Any) -> float:
    if form.instance.pk and "place" not in form.changed_data:
        return float(form.instance.position)
    return form.cleaned_data.get("place") or math.inf


class AttendanceInline(admin.TabularInline):
    """Who was there, to read: attendance is recorded by the form's own field, and never taken back."""

    model = Attendance
    fields = ("user", "recorded_at")
    readonly_fields = fields
    extra = 0
    can_delete = False
    verbose_name_plural = "attendance recorded so far"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attendance]:
        return super().get_queryset(request).select_related("user", "session")


@admin.register(TrainingSession)
class TrainingSessionAdmin(Catalogue):
    form = TrainingSessionForm
    settled = ("program",)
    inlines = (AttendanceInline,)
    fields = ("program", "title", "held_on", "attendees")
    list_display = ("title", "program", "held_on", "attended")
    list_select_related = ("program",)
    list_filter = ("program",)
    search_fields = ("title",)
    actions = ("enroll_attendees",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrainingSession]:
        return super().get_queryset(request).annotate(attendance_count=Count("attendances"))

    @admin.display(ordering="attendance_count")
    def attended(self, session: TrainingSession) -> int:
        return session.attendance_count  # type: ignore[attr-defined]  # annotated

    def save_model(self, request: HttpRequest, obj: TrainingSession, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        people = form.cleaned_data["attendees"]
        if people:
            recorded = services.record_attendances(people=people, session=obj)
            self.report(request, recorded, len(people), "Attendance recorded", "Had been recorded before")

    @admin.action(description="Enroll everyone who attended in the Fast Start Program")
    def enroll_attendees(self, request: HttpRequest, sessions: QuerySet[TrainingSession]) -> HttpResponse | None:
        if page := self.confirm(
            request,
            sessions.select_related("program"),
            action="enroll_attendees",
            question="Enroll everyone who attended?",
            explanation="Each is enrolled in the Fast Start Program of the training, which opens its certifications."
            " Whoever was withdrawn from it stays withdrawn.",
            answer="Enroll",
        ):
            return page
        attended = Attendance.objects.filter(session__in=sessions)
        withdrawn = attended.of_withdrawn().values("user").distinct().count()
        rows = attended.to_enroll().select_related("user", "session__program")
        self.one_by_one(request, rows, _enroll, "Enrolled", "Enrolled already, or withdrawn meanwhile")
        if withdrawn:
            words = f"Withdrawn before, and left so: {withdrawn}. Whom you want back, enroll by themselves."
            self.message_user(request, words, messages.WARNING)
        return None


def _enroll(attendance: Attendance) -> bool:
    program = attendance.session.program
    return services.enroll_newcomer(person=attendance.user, program=program, at=timezone.now())


@admin.register(FastStartEnrollment)
class FastStartEnrollmentAdmin(ThroughServices):
    form = EnrollmentForm
    refusals = (*ThroughServices.refusals, NotAttended)
    list_display = ("person", "company", "program", "enrolled_at", "withdrawn_at")
    list_select_related = ("user__company", "program")
    list_filter = ("program", ("withdrawn_at", admin.EmptyFieldListFilter))
    search_fields = ("user__first_name", "user__last_name", "user__email")
    ordering = ("-enrolled_at", "pk")
    autocomplete_fields = ("user",)
    actions = ("withdraw",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are read; the one change there is, withdrawing, is an action of the list."""
        return obj is None and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("user", "program", "enrolled_at", "withdrawn_at") if obj else ("user", "program")

    @admin.display(ordering="user__first_name")
    def person(self, enrollment: FastStartEnrollment) -> User:
        return enrollment.user

    @admin.display(ordering="user__company__name")
    def company(self, enrollment: FastStartEnrollment) -> str:
        return str(enrollment.user.company)

    def save_model(self, request: HttpRequest, obj: FastStartEnrollment, form: Any, change: bool) -> None:
        enrolled = services.enroll(person=obj.user, program=obj.program, at=timezone.now())
        obj.__dict__.update(enrolled.__dict__)

    @admin.action(description="Withdraw the selected enrollments")
    def withdraw(self, request: HttpRequest, enrollments: QuerySet[FastStartEnrollment]) -> HttpResponse | None:
        rows = list(enrollments.select_related("user", "program").order_by("user"))
        if page := self.confirm(
            request,
            rows,
            action="withdraw",
            question="Withdraw these enrollments?",
            explanation="The people are no longer eligible, and their open assignments of the certifications that build"
            " on the program close. Progress is kept.",
            answer="Withdraw",
        ):
            return page
        self.one_by_one(
            request,
            rows,
            lambda row: services.withdraw(
                person=row.user,
                program=row.program,
                by=request.user,  # type: ignore[arg-type]  # a person: nobody gets here without logging in
                at=timezone.now(),
            ),
            "Withdrawn",
            "Had been withdrawn before",
        )
        return None
