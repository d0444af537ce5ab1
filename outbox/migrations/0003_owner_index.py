from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """What takes long on a large table, without keeping anybody from writing to it."""

    atomic = False

    dependencies = [("outbox", "0002_owners_preferences_turns")]

    operations = [
        ValidateConstraint(model_name="message", name="message_held_for_known"),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("owner__isnull", False)),
                fields=["owner", "-created_at"],
                name="message_owner",
            ),
        ),
    ]
