"""What an import must not move: whatever a visitor can read on a public page, and what was put away."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import models

from resources.hsds.cleaning import Clean
from resources.hsds.tables import Table
from resources.models import Service, ServiceAtLocation


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
    public = Service.objects.published()
    at = ServiceAtLocation.objects.filter(service__in=public)
    away = Service.objects.filter(archived_at__isnull=False)
    queries: dict[str, models.QuerySet[Any, Any]] = {
        "organization": public.filter(organization__in=pks).values_list("organization_id", flat=True),
        "service": (public | away).filter(pk__in=pks).values_list("pk", flat=True),
        "location": at.filter(location__in=pks).values_list("location_id", flat=True),
        "service_at_location": at.filter(pk__in=pks).values_list("pk", flat=True),
    }
    return set(queries[table]) if table in queries else set()


def linked(rows: Iterable[Clean], column: str) -> set[uuid.UUID]:
    return {key for row in rows if (key := row.values.get(column)) is not None}
