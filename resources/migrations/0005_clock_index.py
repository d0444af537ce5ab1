"""The checks of the migration before hold for rows that were there already; the indexes of the clock.

Others may write meanwhile, so this is not one transaction. Each part may be run again where it stopped.
"""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models


def built(name, field, where, condition):
    """An index built while others write. A build that was broken off leaves an invalid one: begin anew."""
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    create = f"CREATE INDEX CONCURRENTLY {name} ON resources_service ({field}) WHERE {where}"
    index = models.Index(condition=condition, fields=[field], name=name)
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(drop, migrations.RunSQL.noop),
            migrations.RunSQL(create, drop),
        ],
        state_operations=[migrations.AddIndex(model_name="service", index=index)],
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("resources", "0004_exchange_and_clock")]

    operations = [
        ValidateConstraint(model_name="verification", name="verification_how_known"),
        ValidateConstraint(model_name="phone", name="phone_belongs_somewhere"),
        ValidateConstraint(model_name="service", name="service_referral_known"),
        ValidateConstraint(model_name="service", name="service_access_there_or_not"),
        ValidateConstraint(model_name="service", name="service_merged_not_public"),
        built("service_due", "due_at", "published_at IS NOT NULL", models.Q(published_at__isnull=False)),
        built("service_clock", "clock_at", "clock_at IS NOT NULL", models.Q(clock_at__isnull=False)),
    ]
