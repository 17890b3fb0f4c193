"""Set-based writing: a queryset becomes one `INSERT … SELECT`, however many rows it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models, router


def insert_from(
    model: type[models.Model], fields: Sequence[str], rows: models.QuerySet[Any], *, on_conflict: str = ""
) -> int:
    """Insert what `rows`, a `values_list` in the order of `fields`, selects. Returns how many rows came.

    `on_conflict` is appended as it is. The queryset must have a WHERE of its own: without one
    SQLite reads `ON CONFLICT` as a join condition.
    """
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(_column(model, field)) for field in fields)
    try:
        select, params = rows.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(model._meta.db_table)} ({columns}) {select} {on_conflict}", params)
        inserted: int = cursor.rowcount
    return inserted


def _column(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)  # noqa: S101, for the type checker: not the other end of a relation
    return str(field.column)
