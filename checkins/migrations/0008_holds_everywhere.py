"""The checks of the migration before hold for rows that were there already; an index of the claims that hold a ladder.

Others may write meanwhile, so this is not one transaction. Each part may be run again where it stopped.
"""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models

CREATE = """
    CREATE INDEX CONCURRENTLY claim_holding ON checkins_claim (lapses_at)
    WHERE reported_at IS NULL AND lapsed_at IS NULL
"""
DROP = "DROP INDEX CONCURRENTLY IF EXISTS claim_holding"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("checkins", "0007_one_absence")]

    operations = [
        ValidateConstraint(model_name="step", name="step_old_word_is_whole"),
        ValidateConstraint(model_name="plan", name="plan_grace_gives_time"),
        migrations.SeparateDatabaseAndState(
            # A build that was broken off leaves an invalid index behind: begin anew.
            database_operations=[
                migrations.RunSQL(DROP, migrations.RunSQL.noop),
                migrations.RunSQL(CREATE, DROP),
            ],
            state_operations=[
                migrations.AddIndex(
                    model_name="claim",
                    index=models.Index(
                        condition=models.Q(("lapsed_at", None), ("reported_at", None)),
                        fields=["lapses_at"],
                        name="claim_holding",
                    ),
                ),
            ],
        ),
    ]
