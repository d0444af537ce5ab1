"""When a share ends by itself. Stops nobody from reading or writing: it comes empty, and is checked afterwards."""

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("networks", "0009_narrowed")]

    operations = [
        migrations.AddField(
            "membership",
            "share_ends",
            models.JSONField(blank=True, db_default={}, default=dict, editable=False),
        ),
        migrations.AddField(
            "membership", "next_end_at", models.DateTimeField(blank=True, editable=False, null=True)
        ),
        AddIndexConcurrently(
            "membership",
            models.Index(
                fields=["next_end_at"],
                condition=models.Q(next_end_at__isnull=False),
                name="membership_next_end",
            ),
        ),
        AddConstraintNotValid(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(next_end_at=None, share_ends={})
                | (~models.Q(share_ends={}) & models.Q(next_end_at__isnull=False)),
                name="membership_next_end_known",
            ),
        ),
        ValidateConstraint(model_name="membership", name="membership_next_end_known"),
    ]
