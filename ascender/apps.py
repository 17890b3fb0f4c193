from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate


class AscenderConfig(AppConfig):
    name = "ascender"

    def ready(self) -> None:
        post_migrate.connect(create_cache_table, sender=self)


def create_cache_table(using: str, **_: Any) -> None:
    """`migrate` makes all that the database needs, the cache's table included; it is no model, so no migration can."""
    call_command("createcachetable", database=using, verbosity=0)
