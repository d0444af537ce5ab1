"""The checks of the migration before hold for rows that were there already. Others may write meanwhile."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("checkins", "0005_both_or_neither")]

    operations = [
        ValidateConstraint(model_name="plan", name="plan_due_with_a_deadline"),
        ValidateConstraint(model_name="wishes", name="wishes_flare_has_an_end"),
        ValidateConstraint(model_name="claim", name="claim_ends_once"),
    ]
