"""The search hears of what an import touched: remembered with each group, told at its end or at the next one's."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from itertools import islice

from django.db import transaction
from django.db.models import Q

from resources import services
from resources.hsds.steps import Step
from resources.hsds.tables import Table
from resources.models import Service, Source, Unindexed

BATCH = 1000
# Only what the search reads; the rest of the tables does not make a listing easier to find.
FOUND_BY = {
    "service",
    "organization",
    "location",
    "service_at_location",
    "address",
    "attribute",
    "schedule",
    "exception",
}


def remember(table: Table, steps: Iterable[Step]) -> None:
    """Note the listings these rows belong to, in the transaction that writes them."""
    if table.name not in FOUND_BY:
        return
    done = [step.clean for step in steps if step.outcome in ("created", "changed")]
    keys: dict[str, set[uuid.UUID]] = {
        name: set() for name in ("service", "organization", "location", "place")
    }
    for row in done:
        if table.name in keys:
            keys[table.name].add(row.pk)
        for column, name in (
            ("service_id", "service"),
            ("location_id", "location"),
            ("service_at_location_id", "place"),
        ):
            if key := row.values.get(column):
                keys[name].add(key)
    touched = Service.objects.filter(
        Q(pk__in=keys["service"])
        | Q(organization__in=keys["organization"])
        | Q(at_locations__location__in=keys["location"])
        | Q(at_locations__in=keys["place"])
    )
    if any(keys.values()):
        found = {Unindexed(service_id=key) for key in touched.order_by().values_list("pk", flat=True)}
        Unindexed.objects.bulk_create(found, ignore_conflicts=True)


def remember_all(source: Source) -> None:
    """Every listing of a source: its clocks are elsewhere now."""
    known = Service.objects.filter(Q(source=source) | Q(at_locations__location__source=source))
    found = known.order_by().values_list("pk", flat=True).distinct().iterator(chunk_size=BATCH)
    while keys := list(islice(found, BATCH)):
        Unindexed.objects.bulk_create([Unindexed(service_id=key) for key in keys], ignore_conflicts=True)


def catch_up() -> int:
    """Tell the search, a batch at a time. Returns how many it was told of."""
    told = 0
    while keys := list(Unindexed.objects.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            services.reindex(Service.objects.filter(pk__in=keys))
            Unindexed.objects.filter(pk__in=keys).delete()
        told += len(keys)
    return told
