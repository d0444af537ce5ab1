"""What has to be there is asked of the index, as words and tiles are; a listing may serve several areas.

Rows that a process of the version before writes while this is applied are made anew by the next sweep. May be halted and
begun again.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from resources.search.traits import LASTING

BATCH = 2000
# A fact's number is its place in the list, from 0 on.
FILL = """
    UPDATE resources_findable AS r SET heading = ts_filter(search, '{a,b}'), traits = made.traits, others = made.others,
        search = search || array_to_tsvector(made.marks)
    FROM (
        SELECT id, (SELECT coalesce(bit_or(1::bigint << (number - 1)::int), 0)
                    FROM unnest(%s::text[]) WITH ORDINALITY AS known (fact, number) WHERE fact = ANY (facts)) AS traits,
               ARRAY(SELECT fact FROM unnest(facts) AS fact WHERE fact <> ALL (%s::text[])) AS others,
               ARRAY(SELECT '#' || fact FROM unnest(facts) AS fact WHERE fact NOT LIKE 'when:%%') AS marks
        FROM resources_findable WHERE heading IS NULL LIMIT %s FOR UPDATE SKIP LOCKED
    ) AS made WHERE r.id = made.id
"""
# What was left by an earlier try goes first. An index built while others write becomes the constraint in a moment.
LET_GO = "ALTER TABLE resources_findable DROP CONSTRAINT IF EXISTS {0}"
GONE = "DROP INDEX CONCURRENTLY IF EXISTS {0}"
BUILD = "CREATE UNIQUE INDEX CONCURRENTLY {0} ON resources_findable ({1}) NULLS NOT DISTINCT"
HOLD = "ALTER TABLE resources_findable ADD CONSTRAINT {0} UNIQUE USING INDEX {0}"


def unique(name, columns):
    return [LET_GO.format(name), GONE.format(name), BUILD.format(name, columns), HOLD.format(name)]


PLACE, SITE = "findable_once_a_place", "findable_once_a_site"
PLACES = [*unique(PLACE, "service_id, at_location_id, part"), LET_GO.format(SITE)]
SITES = [
    "DELETE FROM resources_findable WHERE part > 0",
    *unique(SITE, "service_id, at_location_id"),
    LET_GO.format(PLACE),
]


# Words are learnt seldom and looked up often: no list of what is not yet in the index, which each look would read.
AT_ONCE = [
    "ALTER INDEX known_word_nearby SET (fastupdate = off)",
    "SELECT gin_clean_pending_list('known_word_nearby')",
]
LATER = "ALTER INDEX known_word_nearby RESET (fastupdate)"


def fill(apps, schema_editor):
    """In batches, each a transaction of its own; what somebody else has in hand is left to the sweep."""
    with schema_editor.connection.cursor() as cursor:
        done = 1
        while done:
            cursor.execute(FILL, [list(LASTING), list(LASTING), BATCH])
            done = cursor.rowcount


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("resources", "0019_traits")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(PLACES, SITES)],
            state_operations=[
                migrations.RemoveConstraint("findable", "findable_once_a_site"),
                migrations.AddConstraint(
                    "findable",
                    models.UniqueConstraint(
                        fields=["service", "at_location", "part"],
                        nulls_distinct=False,
                        name="findable_once_a_place",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(GONE.format("findable_of_an_older_version"), migrations.RunSQL.noop),
        AddIndexConcurrently(
            "findable",
            models.Index(
                fields=["service"], condition=models.Q(heading=None), name="findable_of_an_older_version"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(AT_ONCE, LATER)],
            state_operations=[
                migrations.RemoveIndex("knownword", "known_word_nearby"),
                migrations.AddIndex(
                    "knownword", GinIndex(fastupdate=False, fields=["nearby"], name="known_word_nearby")
                ),
            ],
        ),
    ]
