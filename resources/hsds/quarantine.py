"""Rows that could not be taken wait here, each with its reason, and are tried again by the next import."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from resources.hsds.report import Refusal
from resources.hsds.rows import Row
from resources.hsds.tables import BY_NAME, Table
from resources.models import QuarantinedRow, Source

NAMESPACE = uuid.UUID("0b9c5a9e-9d43-5c1c-8a55-3f4a3b7c2d10")
MOST_KEPT = 20_000
BATCH = 500


def key_of(table: str, place: str, cells: dict[str, Any] | None) -> uuid.UUID:
    own = str((cells or {}).get("id") or "").strip() or f"at {place}"
    return uuid.uuid5(NAMESPACE, f"{table}\n{own}".encode("utf-8", "replace").decode())


def keep(refusals: Iterable[Refusal], source: Source, now: dt.datetime) -> None:
    found = {(each.table, each.key): each for each in map(made(source, now), refusals)}
    QuarantinedRow.objects.bulk_create(
        found.values(),
        update_conflicts=True,
        unique_fields=["source", "table", "key"],
        update_fields=["place", "why", "cells", "last_at"],
    )


def made(source: Source, now: dt.datetime) -> Any:
    def make(each: Refusal) -> QuarantinedRow:
        return QuarantinedRow(
            source=source,
            table=each.table,
            key=key_of(each.table, each.place, each.cells),
            place=clean(each.place)[:300],
            why=clean(each.why)[:1000],
            cells=kept(each.cells),
            last_at=now,
        )

    return make


def kept(cells: dict[str, Any] | None) -> Any:
    """The cells as they can be kept, or nothing where they cannot."""
    if cells is None:
        return None
    text = json.dumps(cells, default=str, ensure_ascii=False)
    if len(text) > MOST_KEPT or "\\u0000" in text or clean(text) != text:
        return None
    return json.loads(text)


def clean(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def holds(source: Source) -> bool:
    return QuarantinedRow.objects.filter(source=source).exists()


def release(source: Source, table: Table, rows: Iterable[Row]) -> int:
    """These are in now."""
    keys = [key_of(table.name, row.where, row.cells) for row in rows]
    gone, _each = QuarantinedRow.objects.filter(source=source, table=table.name, key__in=keys).delete()
    return gone


def waiting(source: Source, before: dt.datetime) -> Iterator[list[Row]]:
    """Rows of earlier imports that this one did not meet, parents first."""
    for name, table in BY_NAME.items():
        found = QuarantinedRow.objects.filter(
            source=source, table=name, last_at__lt=before, cells__isnull=False
        ).order_by("pk")
        while batch := list(found[:BATCH]):
            yield [Row(table, row.place, row.cells or {}, may_repeat=True) for row in batch]
            found = found.filter(pk__gt=batch[-1].pk)
