"""The checks of the migration before hold for the rows that were there; what was checked has its second clock.

Others may write meanwhile, so this is not one transaction. Each part may be run again where it stopped.
"""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import connection, migrations

VALID = {
    "change": ["change_how_known"],
    "changerequest": ["change_problem_known", "change_decider_has_time", "change_lease_has_end"],
    "checkedlink": ["link_answer_known"],
    "claim": ["claim_state_known", "claim_decider_has_time", "claim_ender_has_time"],
    "feedback": ["feedback_because_known"],
    "findingwishes": ["in_the_way_known"],
    "importjob": ["import_stopper_has_time"],
    "inclusion": ["inclusion_rules_known"],
    "likeness": ["likeness_reasons_known"],
    "service": [
        *("service_delivery_known", "service_access_known", "service_access_lacking_known"),
        *("service_parts_known", "service_lease_has_end"),
    ],
    "verification": ["verification_parts_known"],
}
# A batch at a time, each its own transaction; the same again does nothing.
STALE = """
UPDATE resources_service AS s SET stale_at = w.due_at
FROM (
    SELECT id, due_at FROM resources_service WHERE stale_at IS NULL AND due_at IS NOT NULL AND id > %s
    ORDER BY id LIMIT 2000
) AS w WHERE w.id = s.id RETURNING s.id
"""


def stale(apps, schema_editor):
    last = "00000000-0000-0000-0000-000000000000"
    while last:
        with connection.cursor() as cursor:
            cursor.execute(STALE, [last])
            last = max((str(row[0]) for row in cursor.fetchall()), default="")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("resources", "0015_who_and_why")]
    operations = [
        migrations.RunPython(stale, migrations.RunPython.noop),
        *(
            ValidateConstraint(model_name=model, name=name)
            for model, names in VALID.items()
            for name in names
        ),
    ]
