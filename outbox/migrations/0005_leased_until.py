from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0004_heartbeat_findings")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="leased_until",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
