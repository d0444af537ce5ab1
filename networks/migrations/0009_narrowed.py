"""When a member last came to see less, so that what hangs on it is found at once; and nobody organises and is limited.

Stops nobody from reading or writing: the column comes empty, the index is built beside the work, the check is
validated afterwards. It may be run again where it stopped.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models

# Whoever was limited was to see less: that counts.
LIMITED_ORGANISE_NOTHING = """
    UPDATE networks_membership SET role = 'supporter', organiser_asked_at = NULL
    WHERE limited_at IS NOT NULL AND (role <> 'supporter' OR organiser_asked_at IS NOT NULL)
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("networks", "0007_energy_and_turns")]

    operations = [
        migrations.AddField(
            "membership", "narrowed_at", models.DateTimeField(blank=True, editable=False, null=True)
        ),
        AddIndexConcurrently(
            "membership",
            models.Index(
                fields=["narrowed_at"],
                condition=models.Q(narrowed_at__isnull=False),
                name="membership_narrowed",
            ),
        ),
        AddConstraintNotValid(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(limited_at=None) | models.Q(organiser_asked_at=None, role="supporter"),
                name="membership_limited_organises_not",
            ),
        ),
        migrations.RunSQL(LIMITED_ORGANISE_NOTHING, migrations.RunSQL.noop),
        ValidateConstraint(model_name="membership", name="membership_limited_organises_not"),
    ]
