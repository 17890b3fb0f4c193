"""The operator's view of the post office: look, and change nothing."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from . import kinds
from .models import Channel, Heartbeat, Notification, SwitchedOff


class LookOnlyAdmin(admin.ModelAdmin):
    """Rows that only the workers write, or the people themselves."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class KindFilter(admin.SimpleListFilter):
    """The kinds that there are, not those that the whole table is searched for."""

    title = parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in kinds.names()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Notification)
class NotificationAdmin(LookOnlyAdmin):
    list_display = ["dedupe_key", "recipient", "state", "attempts", "next_attempt_at", "sent_at", "failure"]
    list_filter = ["state", KindFilter]
    list_select_related = ["recipient"]
    search_fields = ["dedupe_key", "recipient__email"]
    ordering = ["-pk"]  # as they were promised, and there is an index of it: the table is the largest of all


@admin.register(SwitchedOff)
class SwitchedOffAdmin(LookOnlyAdmin):
    list_display = ["recipient", "kind", "switched_off_at"]
    list_filter = ["kind"]
    list_select_related = ["recipient"]
    search_fields = ["recipient__email"]
    ordering = ["-switched_off_at", "-pk"]


@admin.register(Channel)
class ChannelAdmin(LookOnlyAdmin):
    list_display = ["name", "paused_until", "failure", "settled_at"]


@admin.register(Heartbeat)
class HeartbeatAdmin(LookOnlyAdmin):
    list_display = ["role", "host", "seen_at"]
    ordering = ["role", "-seen_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Heartbeat]:
        return super().get_queryset(request).machines()  # type: ignore[attr-defined]  # the manager's own
