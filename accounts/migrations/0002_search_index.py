"""On PostgreSQL, an index over parts of names and email addresses; nothing elsewhere."""

from __future__ import annotations

from typing import Any

from django.db import ProgrammingError, migrations
from django.db.utils import NotSupportedError, OperationalError

CREATE = """
CREATE INDEX accounts_user_search ON accounts_user
USING gin (UPPER(first_name) gin_trgm_ops, UPPER(last_name) gin_trgm_ops, UPPER(email) gin_trgm_ops)
"""
COMMENT = "COMMENT ON INDEX accounts_user_search IS 'UserQuerySet.matching(): any part of a name or an email address'"
WHAT_TO_DO = (
    "The search by parts of names needs PostgreSQL's extension pg_trgm in the database {database}, and {user} may not "
    "create it there, or the server does not have it. Install it on the server where it is missing (it comes with "
    "PostgreSQL, in some systems in the package postgresql-contrib), let a superuser or the owner of the database run "
    "“CREATE EXTENSION pg_trgm” in {database}, then migrate again. Nothing was changed."
)


def create(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone() is None:
            create_extension(cursor, connection.settings_dict)
        cursor.execute(CREATE)
        cursor.execute(COMMENT)


def create_extension(cursor: Any, settings: dict[str, Any]) -> None:
    try:
        cursor.execute("CREATE EXTENSION pg_trgm")
    except (ProgrammingError, NotSupportedError, OperationalError) as refusal:
        said = WHAT_TO_DO.format(database=settings["NAME"], user=settings["USER"])
        raise type(refusal)(f"{said} The server said: {refusal}") from refusal


def drop(apps: Any, schema_editor: Any) -> None:
    """The extension stays: others may use it."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS accounts_user_search")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
