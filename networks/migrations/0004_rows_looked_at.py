"""The rows that were there before hold what 0003 asks of new ones. Stops nobody from reading or writing."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

# On the way back: shares that the older version does not know are not shared.
ONLY_THE_OLD = """
    UPDATE networks_membership SET shares = ARRAY(
        SELECT share FROM unnest(shares) share WHERE share IN ('checkins', 'pain', 'mood'));
    UPDATE networks_invitation SET shares = ARRAY(
        SELECT share FROM unnest(shares) share WHERE share IN ('checkins', 'pain', 'mood'));
"""


class Migration(migrations.Migration):
    dependencies = [("networks", "0003_network")]

    operations = [
        ValidateConstraint(model_name="invitation", name="invitation_shares_are_known"),
        ValidateConstraint(model_name="membership", name="membership_shares_are_known"),
        ValidateConstraint(model_name="membership", name="membership_role_known"),
        ValidateConstraint(model_name="membership", name="membership_cap_sane"),
        ValidateConstraint(model_name="tie", name="tie_kind_known"),
        ValidateConstraint(model_name="tie", name="tie_energy_known"),
        ValidateConstraint(model_name="tie", name="tie_ideal_sane"),
        ValidateConstraint(model_name="tie", name="tie_at_most_sane"),
        ValidateConstraint(model_name="tie", name="tie_ideal_before_at_most"),
        ValidateConstraint(model_name="touch", name="touch_afterwards_known"),
        migrations.RunSQL(migrations.RunSQL.noop, ONLY_THE_OLD),
    ]
