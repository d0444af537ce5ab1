"""What is kept of a page while somebody is limited, and who was asked to organise. Stops nobody from writing."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("networks", "0004_rows_looked_at")]

    operations = [
        migrations.AddField("membership", "kept_view", models.JSONField(blank=True, null=True)),
        migrations.AddField("membership", "organiser_asked_at", models.DateTimeField(blank=True, null=True)),
        AddConstraintNotValid(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(kept_view__isnull=True) | models.Q(limited_at__isnull=False),
                name="membership_keeps_while_limited",
            ),
        ),
        ValidateConstraint(model_name="membership", name="membership_keeps_while_limited"),
    ]
