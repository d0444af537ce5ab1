from django.db import migrations, models


class Migration(migrations.Migration):
    """What the watchdog found stands beside when it looked."""

    dependencies = [("outbox", "0003_owner_index")]

    operations = [
        migrations.AddField(
            model_name="heartbeat",
            name="findings",
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
    ]
