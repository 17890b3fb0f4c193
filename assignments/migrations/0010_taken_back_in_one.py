import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The column and its rows stay as they are. Unique of itself, it needs one index and no longer two."""

    dependencies = [
        ("assignments", "0009_enrollment_in_one_spelling"),
    ]

    operations = [
        # First the new promise, so that there is one at every moment, on the way back too.
        migrations.AlterField(
            model_name="operation",
            name="takes_back",
            field=models.OneToOneField(
                error_messages={"unique": "This operation was taken back already."},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_back_in",
                to="assignments.operation",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="operation",
            name="assignments_operation_is_taken_back_once",
        ),
    ]
