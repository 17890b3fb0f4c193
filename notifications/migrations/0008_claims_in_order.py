"""What is due, with its key: of emails of one moment the one that was promised first goes first.

PostgreSQL reads the whole table for it and holds up writers meanwhile; the index itself is of what waits, so small.
"""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0007_index_without_a_reader"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="notification",
            name="notifications_due",
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("state", "pending")),
                fields=["lane", "next_attempt_at", "id"],
                name="notifications_due",
            ),
        ),
    ]
