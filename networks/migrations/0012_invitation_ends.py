"""When a share ends by itself, said in the invitation already. It comes empty: nobody waits for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("networks", "0011_role_lines")]

    operations = [
        migrations.AddField(
            "invitation",
            "share_ends",
            models.JSONField(blank=True, db_default={}, default=dict, editable=False),
        ),
    ]
