"""The operator's back office, as far as it is about companies and their people."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from . import services
from .errors import RefusedChange
from .forms import CompanyForm, PersonForm
from .models import Company, User

logger = logging.getLogger(__name__)

# An address is changed with its person; groups have no meaning here.
for unused in filter(admin.site.is_registered, (Group, EmailAddress, EmailConfirmation)):
    admin.site.unregister(unused)


class ChosenById(AutocompleteSelect):
    """Shows who is chosen. What was sent and can be no id chooses nobody; Django would ask the database for it."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        # All that has less than 19 digits is a number of 64 bits.
        return super().optgroups(name, [one for one in value if one.isdecimal() and len(one) < 19], attr)


class ThroughServices(admin.ModelAdmin):
    """Saves through services, shows their refusals as messages, and deletes nothing."""

    refusals: tuple[type[Exception], ...] = (RefusedChange, ValidationError)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = ChosenById(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The stock view runs in one transaction, so a refusal leaves nothing half done."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except self.refusals as refusal:
            reasons = refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
            for reason in reasons:
                self.message_user(request, reason, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def confirm(self, request: HttpRequest, rows: Iterable[Model], **words: str) -> TemplateResponse | None:
        """The page that asks before an action, or None once the answer was yes."""
        if "confirmed" in request.POST:
            return None
        context = self.admin_site.each_context(request) | words | {"rows": rows, "opts": self.opts}
        return TemplateResponse(request, "accounts/admin_confirm.html", context)

    def one_by_one(
        self, request: HttpRequest, rows: Iterable[Any], do: Callable[[Any], bool], done: str, unchanged: str
    ) -> None:
        """Do it for each row, noted in the same transaction of its own, and say how many it changed.

        When the database becomes too busy for the rest, what was done stays, and the operator is told where it ended.
        """
        left, reached, changed = list(rows), 0, 0
        for row in left:
            try:
                with transaction.atomic():
                    is_changed = do(row)
                    if is_changed:
                        self.log_change(request, row, done)
            except OperationalError:
                logger.warning("%s: ended after %s of %s", done, reached, len(left), exc_info=True)
                words = f"Not reached, since the database was too busy: {len(left) - reached}. Do it again for them."
                self.message_user(request, words, messages.ERROR)
                break
            reached += 1
            changed += is_changed
        self.report(request, changed, reached, done, unchanged)

    def report(self, request: HttpRequest, changed: int, rows: int, done: str, unchanged: str) -> None:
        self.message_user(request, f"{done}: {changed}.")
        if rows > changed:
            self.message_user(request, f"{unchanged}: {rows - changed}.", messages.WARNING)


@admin.register(Company)
class CompanyAdmin(ThroughServices):
    form = CompanyForm
    list_display = ("name", "plan", "time_zone", "seats", "people")
    list_filter = ("plan",)
    search_fields = ("name",)
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        return super().get_queryset(request).annotate(people_count=Count("people"))

    @admin.display(ordering="people_count")
    def people(self, company: Company) -> int:
        return company.people_count  # type: ignore[attr-defined]  # annotated

    def save_model(self, request: HttpRequest, obj: Company, form: Any, change: bool) -> None:
        services.save_company(company=obj)


@admin.register(User)
class PersonAdmin(ThroughServices):
    """The people of companies. Operators are made on the command line, and are not listed."""

    form = PersonForm
    list_display = ("full_name", "email", "company", "status", "reports_to_name", "title", "permissions")
    list_filter = ("status", "can_manage_users", "can_manage_assignments", "can_manage_reports", "company")
    list_select_related = ("company", "reports_to")
    search_fields = ("first_name", "last_name", "email")
    ordering = ("first_name", "last_name", "pk")
    autocomplete_fields = ("company", "reports_to")
    actions = ("deactivate", "reactivate")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(company__isnull=False)

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return (*PersonForm.Meta.fields, *(("status", "last_login") if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return ("company", "status", "last_login") if obj else ()

    @admin.display(description="name", ordering="first_name")
    def full_name(self, person: User) -> str:
        return person.full_name

    @admin.display(description="reports to", ordering="reports_to__first_name")
    def reports_to_name(self, person: User) -> str:
        return person.reports_to.full_name if person.reports_to else ""

    @admin.display
    def permissions(self, person: User) -> str:
        return ", ".join(str(permission.verbose_name) for permission in person.granted_permissions)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            _adopt(obj, services.create_person(**form.cleaned_data))
            return
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        if "reports_to" in changed:  # first: it holds the company, which comes before its people
            services.change_manager(person=obj, manager=changed.pop("reports_to"))
        if "email" in changed:
            services.change_email(person=obj, email=changed.pop("email"))
        if changed:
            services.change_details(person=obj, **changed)

    def response_add(self, request: HttpRequest, obj: User, *args: Any, **kwargs: Any) -> HttpResponse:
        self.message_user(
            request,
            f"{obj.full_name} is Waiting, and chooses a password through “Forgot your password?” on the login page.",
            messages.INFO,
        )
        return super().response_add(request, obj, *args, **kwargs)

    @admin.action(description="Deactivate the selected people")
    def deactivate(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse | None:
        if page := self.confirm(
            request,
            people,
            action="deactivate",
            question="Deactivate these people?",
            explanation="Their open assignments close and they are logged out everywhere. Their progress is kept.",
            answer="Deactivate",
        ):
            return page
        self.one_by_one(
            request,
            people.order_by("pk"),
            # The user is a person: nobody gets into the back office without logging in.
            lambda person: services.deactivate(person=person, by=request.user, at=timezone.now()),  # type: ignore[arg-type]
            "Deactivated",
            "Inactive already",
        )
        return None

    @admin.action(description="Reactivate the selected people")
    def reactivate(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse | None:
        if page := self.confirm(
            request,
            people,
            action="reactivate",
            question="Reactivate these people?",
            explanation="They can log in again. Closed assignments stay closed; their progress is still there.",
            answer="Reactivate",
        ):
            return page
        self.one_by_one(
            request,
            people.order_by("pk"),
            lambda person: services.reactivate(person=person),
            "Reactivated",
            "Were not inactive",
        )
        return None


def _adopt(form_row: Model, made: Model) -> None:
    """The admin goes on with the row of its form: let that be the one that the service made."""
    form_row.__dict__.update(made.__dict__)
