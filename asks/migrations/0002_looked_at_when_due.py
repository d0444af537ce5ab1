"""When the sweep looks at an ask next, and since when one that was asked of a few is asked of everybody.

Stops nobody from reading or writing: columns come empty, rows are filled a few at a time, indexes are built beside the
work. Whatever an older version writes meanwhile is looked at once, by the default. It may be run again where it stopped.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import connections, migrations, models
from django.db.models.functions import Now

# Those for which there may be something to do, in the order of their numbers.
FILL = """
    WITH batch AS (
        SELECT id, weeks_apart, starts_at, by_on, made_at FROM asks_ask
        WHERE id > %s AND cancelled_at IS NULL AND look_again_at IS NULL ORDER BY id LIMIT 1000
    ), coming AS (
        UPDATE asks_ask SET look_again_at = now() WHERE id IN (
            SELECT id FROM batch WHERE weeks_apart > 0 OR starts_at > now() OR by_on >= current_date - 1
            OR (starts_at IS NULL AND by_on IS NULL AND made_at > now() - interval '28 days')
            OR EXISTS (SELECT FROM asks_occurrence o WHERE o.ask_id = batch.id AND o.starts_at > now())
        )
    )
    SELECT max(id) FROM batch
"""


def fill(apps, schema_editor):
    last = 0
    while last is not None:
        with connections[schema_editor.connection.alias].cursor() as cursor:
            cursor.execute(FILL, [last])
            (last,) = cursor.fetchone()


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("asks", "0001_initial")]

    operations = [
        migrations.AddField("ask", "widened_at", models.DateTimeField(null=True)),
        migrations.AddField("ask", "look_again_at", models.DateTimeField(null=True)),
        migrations.AlterField("ask", "look_again_at", models.DateTimeField(null=True, db_default=Now())),
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            "ask",
            models.Index(
                fields=["look_again_at"],
                condition=models.Q(look_again_at__isnull=False, cancelled_at=None),
                name="ask_to_look_at",
            ),
        ),
        RemoveIndexConcurrently("ask", "ask_repeating"),
    ]
