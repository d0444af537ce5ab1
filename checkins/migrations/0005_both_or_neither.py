"""Two checks that let half of a pair through, and one that was missing.

A comparison with NULL is neither true nor false, and a check refuses only what is false: so each half is named. Rows
that are there already are looked at by the next migration, in a transaction of its own that stops nobody.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checkins", "0004_gentle_steps")]

    operations = [
        AddConstraintNotValid(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deadline_at", None), ("next_due_at", None)),
                    models.Q(
                        ("deadline_at__gte", models.F("next_due_at")),
                        ("deadline_at__isnull", False),
                        ("next_due_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="plan_due_with_a_deadline",
            ),
        ),
        AddConstraintNotValid(
            model_name="wishes",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("flare_began_at", None), ("flare_until", None)),
                    models.Q(
                        ("flare_began_at__isnull", False),
                        ("flare_until__gte", models.F("flare_began_at")),
                        ("flare_until__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="wishes_flare_has_an_end",
            ),
        ),
        AddConstraintNotValid(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("reported_at", None), ("lapsed_at", None), _connector="OR"),
                name="claim_ends_once",
            ),
        ),
        migrations.RemoveConstraint(model_name="plan", name="plan_due_has_a_deadline"),
        migrations.RemoveConstraint(model_name="wishes", name="wishes_flare_ends"),
    ]
