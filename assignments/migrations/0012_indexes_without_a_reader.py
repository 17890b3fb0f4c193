"""Three indexes that Django makes by itself, for keys by which nobody asks.

They go by name: an `AlterField` in the database would have PostgreSQL look at the keys of the whole table anew, and SQLite
copy it. PostgreSQL locks the table for the moment that each takes; where a long press holds it, `migrate` fails and is run again.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

UNREAD = {
    "company_id": "assignments_assignment_company_id_b25f116c",
    "assigned_by_id": "assignments_assignment_assigned_by_id_037c047e",
    "closed_by_id": "assignments_assignment_closed_by_id_7a26a2d3",
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_manage_users_opens_nothing_yet"),
        ("assignments", "0011_operation_skipped"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX IF EXISTS {name}",
                    f"CREATE INDEX IF NOT EXISTS {name} ON assignments_assignment ({column})",
                )
                for column, name in UNREAD.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="assignment",
                    name="company",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="accounts.company",
                    ),
                ),
                *(
                    migrations.AlterField(
                        model_name="assignment",
                        name=name,
                        field=models.ForeignKey(
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    )
                    for name in ("assigned_by", "closed_by")
                ),
            ],
        ),
    ]
