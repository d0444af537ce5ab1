from django.db import migrations, models

# From now on the watchdog is expected to look; it gets the usual time for the first one.
EXPECT = """
    INSERT INTO outbox_heartbeat (name, beat_at, findings) VALUES ('watchdog', now(), '[]')
    ON CONFLICT (name) DO NOTHING
"""


class Migration(migrations.Migration):
    """What the watchdog found stands beside when it looked."""

    dependencies = [("outbox", "0003_owner_index")]

    operations = [
        migrations.AddField(
            model_name="heartbeat",
            name="findings",
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.RunSQL(EXPECT, migrations.RunSQL.noop),
    ]
