"""The index that Django makes by itself for the recipient: `notifications_newest` begins with the same.

It goes by name, so that PostgreSQL does not look at the keys of the whole table anew; it locks the table for that moment.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

NAME = "notifications_notification_recipient_id_d055f3f0"


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0006_switched_off"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX IF EXISTS {NAME}",
                    f"CREATE INDEX IF NOT EXISTS {NAME} ON notifications_notification (recipient_id)",
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="notification",
                    name="recipient",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
