"""What the rows of a group speak of is held before any of it is written, in everybody's order (services/holding.py).

Else a curator who decides what the import asked would hold the listing and wait for its question, and the import hold
the question and wait for the listing.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from resources.hsds.cleaning import Refused, parent_key
from resources.hsds.rows import Row
from resources.models import ServiceAtLocation, Source
from resources.services import holding

HELD = ("organization", "location", "service", "service_at_location")


def hold(own: Iterable[tuple[Row, uuid.UUID | None]], source: Source) -> None:
    """Each row with its own key: itself, and what it hangs on."""
    keys: dict[str, set[uuid.UUID]] = {name: set() for name in HELD}
    for row, key in own:
        for name, pk in ((row.table.name, key), *links(row, source)):
            if pk is not None and name in keys:
                keys[name].add(pk)
    at = ServiceAtLocation.objects.filter(pk__in=keys["service_at_location"])
    for service, location in at.values_list("service_id", "location_id"):
        keys["service"].add(service)
        keys["location"].add(location)
    holding.hold_named(houses=keys["organization"], places=keys["location"], listings=keys["service"])


def links(row: Row, source: Source) -> Iterable[tuple[str, uuid.UUID | None]]:
    for column, name in row.table.parents.items():
        try:
            yield name, parent_key(row, column, source)
        except Refused:
            continue
