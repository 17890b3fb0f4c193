from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0004_channel_is_away"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("kind", "team_overdue")),
                fields=["lane", "-created_at"],
                name="notifications_to_managers",
            ),
        ),
    ]
