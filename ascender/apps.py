from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin_apps
from django.core.management import call_command
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from . import sqlite


class AscenderConfig(AppConfig):
    name = "ascender"

    def ready(self) -> None:
        connection_created.connect(sqlite.teach)
        # Django sends the signal for apps with models only, and this one has none.
        post_migrate.connect(create_cache_table, sender=apps.get_app_config("sessions"))


class BackOfficeConfig(admin_apps.AdminConfig):
    """Django's own app of that name, with our site."""

    default = False
    default_site = "ascender.back_office.BackOffice"


def create_cache_table(using: str, **_: Any) -> None:
    """`migrate` makes all that the database needs, the cache's table included; it is no model, so no migration can."""
    call_command("createcachetable", database=using, verbosity=0)
