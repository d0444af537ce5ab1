"""Listings an import touched: remembered with each group, and told at its end, to the search and to their history."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from itertools import islice

from django.db.models import Q

from resources.hsds.steps import Step
from resources.hsds.tables import Table
from resources.models import Service, ServiceAtLocation, Source
from resources.services import catching_up

BATCH = 1000
OF = {"service_id": "service", "location_id": "location", "service_at_location_id": "service_at_location"}


def remember(table: Table, steps: Iterable[Step], source: Source) -> None:
    """Note the listings these rows belong to, in the transaction that writes them."""
    done = [step.clean for step in steps if step.outcome in ("created", "changed")]
    keys: dict[str, set[uuid.UUID]] = {name: set() for name in (*OF.values(), "organization")}
    for row in done:
        if table.name in keys:
            keys[table.name].add(row.pk)
        for column, name in OF.items():
            if key := row.values.get(column):
                keys[name].add(key)
    catching_up.mark(listings(keys), source=source)


def remember_all(source: Source) -> None:
    """Every listing of a source: its clocks are elsewhere now."""
    known = Service.objects.filter(Q(source=source) | Q(at_locations__location__source=source))
    found = known.order_by().values_list("pk", flat=True).distinct().iterator(chunk_size=BATCH)
    while keys := list(islice(found, BATCH)):
        catching_up.mark(keys, source=source)


def listings(keys: dict[str, set[uuid.UUID]]) -> set[uuid.UUID]:
    """Each way is asked by itself: all of them in one condition would be looked for in the whole table."""
    found = set(keys["service"])
    if houses := keys["organization"]:
        found |= set(Service.objects.filter(organization__in=houses).values_list("pk", flat=True))
    for name, way in (("location", "location__in"), ("service_at_location", "pk__in")):
        if keys[name]:
            at = ServiceAtLocation.objects.filter(**{way: keys[name]})
            found |= set(at.values_list("service_id", flat=True))
    return found
