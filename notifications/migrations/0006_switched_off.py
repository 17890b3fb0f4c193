import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def declined_as_failed(apps, schema_editor):
    """The version before knows no such state. Taken back, the bell entry would go too; so it is shown as not sent."""
    declined = apps.get_model("notifications", "Notification").objects.filter(state="declined")
    declined.update(state="failed", failure="Switched off by the reader.")


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0005_messages_to_managers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SwitchedOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("switched_off_at", models.DateTimeField()),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="switched_off",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "emails switched off",
                "verbose_name_plural": "emails switched off",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("recipient", "kind"), name="notifications_switchedoff_is_once_per_kind"
                    )
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="notification",
            name="notifications_notification_state_is_known",
        ),
        migrations.AlterField(
            model_name="notification",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Waiting"),
                    ("claimed", "In a worker's hands"),
                    ("sending", "Being sent"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                    ("declined", "Switched off by the reader"),
                ],
                default="pending",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["pending", "claimed", "sending", "sent", "failed", "cancelled", "declined"])
                ),
                name="notifications_notification_state_is_known",
            ),
        ),
        # The last, so the first on the way back: before the constraint of then.
        migrations.RunPython(migrations.RunPython.noop, declined_as_failed),
    ]
