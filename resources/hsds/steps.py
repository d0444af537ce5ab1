"""What is to be written for one row, and the writing of many at once, as one JSON value."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from resources.fields import plain
from resources.hsds import holding
from resources.hsds.cleaning import Clean
from resources.hsds.conflicts import Offer
from resources.hsds.tables import BY_NAME, Table
from resources.models import ImportedRow, Source

CREATE = """
WITH made AS (SELECT id, said, more FROM jsonb_to_recordset(%s::jsonb) AS x(id uuid, said jsonb, more jsonb)),
noted AS (
    INSERT INTO resources_importedrow (source_id, "table", row_id, values) SELECT %s, %s, id, said FROM made
)
INSERT INTO {table} (id, {columns})
SELECT made.id, {filled} FROM made, jsonb_populate_record(NULL::{table}, made.more || made.said) AS new
"""
CHANGE = """
UPDATE {table} AS there SET ({columns}) = (SELECT {filled} FROM jsonb_populate_record(there, x.said) AS new)
FROM jsonb_to_recordset(%s::jsonb) AS x(id uuid, said jsonb) WHERE there.id = x.id
"""
NOTE = """
UPDATE resources_importedrow AS there SET values = x.said, offered = x.offered
FROM jsonb_to_recordset(%s::jsonb) AS x(id bigint, said jsonb, offered jsonb) WHERE there.id = x.id
"""


@dataclass
class Step:
    """One thing to write: the record, and the note of what the source said."""

    clean: Clean
    outcome: str
    # By column, as JSON keeps it: all that is said of a new record, or what changes in one that is there.
    said: dict[str, Any] = field(default_factory=dict)
    imported: ImportedRow | None = None
    offer: Offer | None = None


def write_records(table: Table, steps: list[Step], source: Source) -> None:
    new = [step for step in steps if step.outcome == "created"]
    changed = [step for step in steps if step.outcome == "changed"]
    notes = [step.imported for step in steps if step.imported]
    if new:
        create(table, new, source)
    if changed:
        change(table, changed)
    ImportedRow.objects.bulk_create([note for note in notes if note.pk is None])
    write_notes([note for note in notes if note.pk is not None])
    if new or changed:
        # Keys that lead nowhere are to be found here, where one row can be set apart.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def try_records(table: Table, steps: list[Step], source: Source) -> None:
    """What is new stays for the rows that hang on it. What was there is written, and let go at once: a run that is only
    tried lasts for minutes, and a curator who wants the same listing would wait for it, or each for the other."""
    write_records(table, [step for step in steps if step.outcome == "created"], source)
    there = [step for step in steps if step.outcome != "created" and step.imported]
    if there:
        with transaction.atomic():
            holding.hold(((step.clean.row, step.clean.pk) for step in there), source)
            write_records(table, there, source)
            transaction.set_rollback(True)


def create(table: Table, new: list[Step], source: Source) -> None:
    # In everybody's order: an import from another source may bring the same keys at this moment.
    new = sorted(new, key=lambda step: step.clean.pk)
    rows = [{"id": str(step.clean.pk), "said": step.said, "more": more(step.clean, source)} for step in new]
    columns = sorted({column for row in rows for part in ("said", "more") for column in row[part]})
    send(CREATE, table, columns, json.dumps(rows, ensure_ascii=False), source.pk, table.name)


def more(row: Clean, source: Source) -> dict[str, Any]:
    """What stands in the columns of a new record that its source does not speak of."""
    table = row.row.table
    found = untold(table.name)
    if table.has_source:
        now = plain(timezone.now())
        return found | {"source_id": source.pk, "original_id": row.original_id, "updated_at": now}
    if table.name == "taxonomy":
        return found | {"slug": f"{slugify(row.values['name'])[:40]}-{row.pk.hex[:8]}"}
    return found


@cache
def untold(table: str) -> dict[str, Any]:
    """The model's own defaults. What the database fills in by itself is left to it."""
    own = BY_NAME[table].model._meta.concrete_fields
    return {
        each.attname: plain(each.get_default())
        for each in own
        if not each.primary_key and (each.has_default() or not each.has_db_default())
    }


def change(table: Table, changed: list[Step]) -> None:
    now = {"updated_at": plain(timezone.now())} if table.has_source else {}
    rows = [{"id": str(step.clean.pk), "said": step.said | now} for step in changed]
    columns = sorted({column for row in rows for column in row["said"]})
    send(CHANGE, table, columns, json.dumps(rows, ensure_ascii=False))


def write_notes(notes: list[ImportedRow]) -> None:
    if not notes:
        return
    rows = [{"id": note.pk, "said": note.values, "offered": note.offered} for note in notes]
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [json.dumps(rows, ensure_ascii=False)])


def send(statement: str, table: Table, columns: list[str], *values: Any) -> None:
    quoted = [connection.ops.quote_name(column) for column in columns]
    names = {
        "table": connection.ops.quote_name(table.model._meta.db_table),
        "columns": ", ".join(quoted),
        "filled": ", ".join(f"new.{column}" for column in quoted),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**names), values)


def rule_of(error: Exception) -> str:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return str(name or type(error).__name__)
