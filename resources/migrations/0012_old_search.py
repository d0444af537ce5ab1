"""The old search columns of a service are no longer ours to read or write.

They stay in the table until the next version, because processes of the version before may still be running while this
is applied: those go on writing `found_by`, and for ours it has a default. Only the index goes at once; without it an old
process searches slowly for a minute. The next version drops both columns.
"""

from django.db import migrations

OPEN = "ALTER TABLE resources_service ALTER COLUMN found_by SET DEFAULT ''"
CLOSE = "ALTER TABLE resources_service ALTER COLUMN found_by DROP DEFAULT"
DROP = "DROP INDEX CONCURRENTLY IF EXISTS service_search"
BUILD = "CREATE INDEX CONCURRENTLY IF NOT EXISTS service_search ON resources_service USING gin (search)"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("resources", "0011_imports")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(OPEN, CLOSE), migrations.RunSQL(DROP, BUILD)],
            state_operations=[
                migrations.RemoveIndex(model_name="service", name="service_search"),
                migrations.RemoveField(model_name="service", name="found_by"),
                migrations.RemoveField(model_name="service", name="search"),
            ],
        ),
    ]
