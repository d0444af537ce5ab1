"""How a batch of rows stands to what is here: one question for all of them, each row looked up by its key.

The keys are joined from the side (LATERAL, with a fence) because these tables grow from nothing within minutes: whoever
plans the question knows nothing of their size yet and would read them whole, once for every batch.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from resources.hsds.cleaning import Clean
from resources.hsds.tables import BY_NAME, Table
from resources.models import ImportedRow, Source

DIFFERENT = """
SELECT x.id, noted.id, noted.values, noted.offered, there.id IS NOT NULL
FROM jsonb_to_recordset(%s::jsonb) AS x(id uuid, said jsonb)
LEFT JOIN LATERAL (
    SELECT id, values, offered FROM resources_importedrow
    WHERE source_id = %s AND "table" = %s AND row_id = x.id OFFSET 0
) AS noted ON true
LEFT JOIN LATERAL (SELECT id FROM {table} WHERE id = x.id OFFSET 0) AS there ON true
WHERE noted.id IS NULL OR noted.values || x.said <> noted.values
"""
OURS = """
SELECT x.id FROM unnest(%s::uuid[]) AS x(id)
CROSS JOIN LATERAL (
    SELECT 1 FROM resources_importedrow
    WHERE source_id = %s AND "table" = %s AND row_id = x.id OFFSET 0
) AS noted
CROSS JOIN LATERAL (SELECT 1 FROM {table} WHERE id = x.id OFFSET 0) AS there
"""
SHARED = "SELECT id FROM {table} WHERE id = ANY(%s::uuid[])"


@dataclass
class Standing:
    """What its source said of a row last time, and the record as it is: either may be missing."""

    note: ImportedRow | None
    is_there: bool
    record: models.Model | None = None


def different(
    table: Table, said: dict[uuid.UUID, dict[str, Any]], source: Source
) -> dict[uuid.UUID, Standing]:
    """Those of whom their source says anything else than last time. The rest is as it was."""
    rows = json.dumps([{"id": str(pk), "said": values} for pk, values in said.items()], ensure_ascii=False)
    found = {
        pk: Standing(noted(table, pk, note, values, offered, source), is_there)
        for pk, note, values, offered, is_there in ask(DIFFERENT, table, rows, source.pk, table.name)
    }
    both = [pk for pk, standing in found.items() if standing.note and standing.is_there]
    records = table.model._default_manager.order_by().in_bulk(both) if both else {}
    for pk in both:
        found[pk].record = records.get(pk)
        found[pk].is_there = pk in records
    return found


def noted(
    table: Table, pk: uuid.UUID, note: int | None, values: Any, offered: Any, source: Source
) -> ImportedRow | None:
    if note is None:
        return None
    return ImportedRow(
        pk=note,
        source=source,
        table=table.name,
        row_id=pk,
        values=json.loads(values),
        offered=json.loads(offered),
    )


def present(parent: str, rows: list[Clean], columns: Iterable[str], source: Source) -> set[uuid.UUID]:
    """Of the records these columns point to, those that are here and may be pointed to by this source."""
    keys = {key for row in rows for column in columns if (key := row.values.get(column)) is not None}
    if not keys:
        return set()
    wanted, table = [str(key) for key in keys], BY_NAME[parent]
    mine = () if table.shared else (source.pk, parent)
    found = ask(SHARED if table.shared else OURS, table, wanted, *mine)
    return {pk for (pk,) in found}


def ask(question: str, table: Table, *values: Any) -> list[tuple[Any, ...]]:
    name = connection.ops.quote_name(table.model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(question.format(table=name), values)
        return cursor.fetchall()
