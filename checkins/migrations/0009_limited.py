"""One more reason to pass somebody over. Changes nothing in the database."""

from django.db import migrations, models

REASONS = [
    ("left", "no longer a supporter"),
    ("withdrew", "took back their agreement"),
    ("not_agreed", "had not agreed"),
    ("paused", "is taking a break"),
    ("limited", "you limited what they see"),
    ("broken", "our e-mail does not reach them"),
    ("told", "had been told already, in another plan"),
]


class Migration(migrations.Migration):
    dependencies = [("checkins", "0008_holds_everywhere")]

    operations = [
        migrations.AlterField(
            "silencestep",
            "why_passed_over",
            models.CharField(blank=True, choices=REASONS, max_length=20),
        ),
    ]
