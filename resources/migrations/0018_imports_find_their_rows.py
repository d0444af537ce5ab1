"""Two indexes less, on the source alone: the unique ones begin with it, too, and these led the database astray.

While a table is new nothing is known of what stands in it, and all indexes look alike. For each batch of an import the
one on the source was taken, which is to say every row of the source read.
"""

import django.db.models.deletion
from django.db import migrations, models

INDEXES = {
    "importedrow": ("rows", "resources_importedrow_source_id_3c9e7671"),
    "quarantinedrow": ("quarantined", "resources_quarantinedrow_source_id_bc045fe5"),
}


def without(model: str) -> migrations.SeparateDatabaseAndState:
    related, index = INDEXES[model]
    field = models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name=related,
        to="resources.source",
    )
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(
                f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
                f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} ON resources_{model} (source_id)",
            )
        ],
        state_operations=[migrations.AlterField(model_name=model, name="source", field=field)],
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("resources", "0017_desk_indexes")]

    operations = [without("importedrow"), without("quarantinedrow")]
