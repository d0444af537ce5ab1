"""What this run has met, kept by the database for as long as the connection lasts: memory stays small."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator

from django.db import connection
from psycopg2.extras import execute_values

from resources.hsds.tables import Table

TABLES = """
CREATE TEMP TABLE IF NOT EXISTS import_seen (tbl text, id uuid, place text, PRIMARY KEY (tbl, id));
CREATE TEMP TABLE IF NOT EXISTS import_facts (link text, code text, value text);
CREATE INDEX IF NOT EXISTS import_facts_link ON import_facts (link);
TRUNCATE import_seen, import_facts;
"""
NOTE = """
INSERT INTO import_seen SELECT %s, key::uuid, value FROM jsonb_each_text(%s::jsonb) ON CONFLICT DO NOTHING RETURNING id
"""
GONE = """
SELECT r.row_id, count(*) OVER () FROM resources_importedrow r
WHERE r.source_id = %s AND r."table" = %s AND r.values <> '{}'
AND NOT EXISTS (SELECT 1 FROM import_seen s WHERE s.tbl = r."table" AND s.id = r.row_id)
ORDER BY r.row_id LIMIT %s
"""


class Seen:
    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(TABLES)

    def first_of(self, table: Table, rows: dict[uuid.UUID, str]) -> dict[uuid.UUID, str]:
        """Note these with where they stand. Returns those met before, with where that was."""
        with connection.cursor() as cursor:
            places = json.dumps({str(key): place for key, place in rows.items()}, ensure_ascii=False)
            cursor.execute(NOTE, [table.name, places.encode("utf-8", "ignore").decode()])
            fresh = {key for (key,) in cursor.fetchall()}
            again = [str(key) for key in rows if key not in fresh]
            if not again:
                return {}
            cursor.execute(
                "SELECT id, place FROM import_seen WHERE tbl = %s AND id = ANY(%s::uuid[])",
                [table.name, again],
            )
            return dict(cursor.fetchall())

    def keep_facts(self, facts: Iterator[tuple[str, str, str]]) -> bool:
        """Returns whether there were any."""
        some = False
        with connection.cursor() as cursor:
            while batch := [fact for _number, fact in zip(range(2000), facts, strict=False)]:
                execute_values(
                    cursor.cursor, "INSERT INTO import_facts VALUES %s", [cleaned(fact) for fact in batch]
                )
                some = True
            cursor.execute("ANALYZE import_facts")
        return some

    def facts_of(self, links: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        with connection.cursor() as cursor:
            wanted = [link for link in links if "\x00" not in link]
            cursor.execute("SELECT link, code, value FROM import_facts WHERE link = ANY(%s)", [wanted])
            for link, code, value in cursor.fetchall():
                found.setdefault(link, []).append((code, value))
        return found

    def settle(self) -> None:
        """All is met. Nobody else looks after the statistics of a temporary table."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE import_seen")

    def gone(self, source: int, table: Table, most: int) -> tuple[int, list[uuid.UUID]]:
        """How many records the source had once and does not have now, and the first of them."""
        with connection.cursor() as cursor:
            cursor.execute(GONE, [source, table.name, most])
            found = cursor.fetchall()
        return (found[0][1] if found else 0), [key for key, _all in found]


def cleaned(fact: tuple[str, str, str]) -> tuple[str, ...]:
    """PostgreSQL keeps neither a NUL nor half a letter; a fact that holds one says nothing."""
    return tuple(part.replace("\x00", "").encode("utf-8", "ignore").decode() for part in fact)
