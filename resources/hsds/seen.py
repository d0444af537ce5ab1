"""What this run has met, kept by the database for as long as the connection lasts: memory stays small."""

from __future__ import annotations

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
GONE = """
SELECT r.row_id FROM resources_importedrow r
WHERE r.source_id = %s AND r."table" = %s AND r.values <> '{}'
AND NOT EXISTS (SELECT 1 FROM import_seen s WHERE s.tbl = r."table" AND s.id = r.row_id)
"""


class Seen:
    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(TABLES)

    def first_of(self, table: Table, rows: dict[uuid.UUID, str]) -> dict[uuid.UUID, str]:
        """Note these with where they stand. Returns those met before, with where that was."""
        with connection.cursor() as cursor:
            fresh = execute_values(
                cursor.cursor,
                "INSERT INTO import_seen VALUES %s ON CONFLICT DO NOTHING RETURNING id",
                [(table.name, str(key), place) for key, place in rows.items()],
                page_size=len(rows) or 1,
                fetch=True,
            )
            known = {uuid.UUID(str(key)) for (key,) in fresh}
            again = [str(key) for key in rows if key not in known]
            if not again:
                return {}
            cursor.execute(
                "SELECT id, place FROM import_seen WHERE tbl = %s AND id = ANY(%s::uuid[])",
                [table.name, again],
            )
            return {uuid.UUID(str(key)): place for key, place in cursor.fetchall()}

    def keep_facts(self, facts: Iterator[tuple[str, str, str]]) -> bool:
        """Returns whether there were any."""
        some = False
        with connection.cursor() as cursor:
            while batch := [fact for _number, fact in zip(range(2000), facts, strict=False)]:
                execute_values(
                    cursor.cursor, "INSERT INTO import_facts VALUES %s", [cleaned(fact) for fact in batch]
                )
                some = True
        return some

    def facts_of(self, links: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        with connection.cursor() as cursor:
            wanted = [link for link in links if "\x00" not in link]
            cursor.execute("SELECT link, code, value FROM import_facts WHERE link = ANY(%s)", [wanted])
            for link, code, value in cursor.fetchall():
                found.setdefault(link, []).append((code, value))
        return found

    def gone(self, source: int, table: Table) -> list[uuid.UUID]:
        """Records the source had once and does not have now."""
        with connection.cursor() as cursor:
            cursor.execute(GONE, [source, table.name])
            return [uuid.UUID(str(key)) for (key,) in cursor.fetchall()]


def cleaned(fact: tuple[str, str, str]) -> tuple[str, ...]:
    """PostgreSQL keeps neither a NUL nor half a letter; a fact that holds one says nothing."""
    return tuple(part.replace("\x00", "").encode("utf-8", "ignore").decode() for part in fact)
