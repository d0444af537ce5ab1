"""What an import must not move: whatever a visitor can read on a public page, and what was put away."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import connection

from resources.hsds.cleaning import Clean
from resources.hsds.tables import Table

# Each key is looked up by itself (see standing.py), and not told twice.
SIDE = """
SELECT x.id FROM unnest(%s::uuid[]) AS x(id)
CROSS JOIN LATERAL (SELECT 1 FROM {} OFFSET 0) AS there GROUP BY x.id
"""
PLACES = """
resources_serviceatlocation AS at JOIN resources_service AS of
ON of.id = at.service_id AND of.published_at IS NOT NULL
"""
QUESTIONS = {
    "service": SIDE.format(
        "resources_service WHERE id = x.id AND (published_at IS NOT NULL OR archived_at IS NOT NULL)"
    ),
    "organization": SIDE.format(
        "resources_service WHERE organization_id = x.id AND published_at IS NOT NULL"
    ),
    "program": SIDE.format("resources_service WHERE program_id = x.id AND published_at IS NOT NULL"),
    "location": SIDE.format(f"{PLACES} WHERE at.location_id = x.id"),
    "service_at_location": SIDE.format(f"{PLACES} WHERE at.id = x.id"),
}


def frozen_rows(table: Table, rows: list[Clean]) -> set[uuid.UUID]:
    """Keys of the rows a visitor can read on a public page, or that were put away."""
    fixed = frozen(table.name, {row.pk for row in rows})
    if table.name in ("organization", "location", "service", "program"):
        return fixed
    for column, parent in table.parents.items():
        if table.name == "service_at_location" and parent == "location":
            continue
        parents = frozen(parent, linked(rows, column))
        fixed |= {row.pk for row in rows if row.values.get(column) in parents}
    return fixed


def frozen(table: str, pks: set[uuid.UUID]) -> set[uuid.UUID]:
    if table not in QUESTIONS or not pks:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(QUESTIONS[table], [[str(pk) for pk in pks]])
        return {pk for (pk,) in cursor.fetchall()}


def linked(rows: Iterable[Clean], column: str) -> set[uuid.UUID]:
    return {key for row in rows if (key := row.values.get(column)) is not None}
