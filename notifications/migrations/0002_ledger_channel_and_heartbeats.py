from django.db import migrations, models
from django.db.models import F, Q, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Concat, Now


def say_since_when_and_about_what(apps, schema_editor):
    Notification = apps.get_model("notifications", "Notification")
    Notification.objects.update(tried_since=F("created_at"))
    of_assignments = Notification.objects.filter(context__has_key="assignment")
    of_assignments.update(
        about=Concat(Value("assignment:"), KT("context__assignment"), output_field=models.CharField())
    )


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("paused_until", models.DateTimeField(null=True)),
                ("failure", models.TextField(default="", help_text="Why it is paused, in words.")),
                (
                    "settled_at",
                    models.DateTimeField(help_text="When an email was last sent, put off or given up.", null=True),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=20)),
                ("host", models.CharField(max_length=255)),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("role", "host"), name="notifications_heartbeat_is_one_per_machine")
                ],
            },
        ),
        migrations.AddField(
            model_name="notification",
            name="about",
            field=models.CharField(
                default="",
                # The version before goes on inserting without these columns while this one starts.
                db_default="",
                help_text="The one thing it is about, so that all that was said of it is found together.",
                max_length=60,
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="tried_since",
            field=models.DateTimeField(db_default=Now(), help_text="When it was promised, or asked to be sent again."),
        ),
        migrations.AddField(
            model_name="notification",
            name="unfinished",
            field=models.PositiveSmallIntegerField(
                default=0, db_default=0, help_text="Attempts in a row that nobody lived to write the end of."
            ),
        ),
        migrations.AddField(
            model_name="notification", name="sent_to", field=models.CharField(default="", db_default="", max_length=254)
        ),
        migrations.AddField(
            model_name="notification", name="subject", field=models.CharField(default="", db_default="", max_length=100)
        ),
        migrations.AddField(model_name="notification", name="text", field=models.TextField(default="", db_default="")),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["about", "created_at"], name="notifications_about"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(condition=Q(("state", "failed")), fields=["lane"], name="notifications_failed"),
        ),
        # Last: PostgreSQL alters no table with rows that the same transaction has changed.
        migrations.RunPython(say_since_when_and_about_what, migrations.RunPython.noop),
    ]
