"""Where a source says otherwise than a curator or a public page: a question to the curators, asked once."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from resources.hsds.tables import Table
from resources.models import ChangeRequest, FieldChange, Service, ServiceAtLocation, Source


@dataclass
class Offer:
    """What a row would have changed: by column, what is there and what the source says. A new row has no `row`."""

    table: Table
    row: uuid.UUID | None
    # Columns with the keys of what it hangs on, to find whose page it is on.
    links: dict[str, uuid.UUID]
    fields: dict[str, tuple[Any, Any]]


def ask(offers: list[Offer], source: Source) -> int:
    """One change request for each listing. Returns how many."""
    homes = owners(offers)
    by_service: defaultdict[uuid.UUID, list[Offer]] = defaultdict(list)
    for offer, home in zip(offers, homes, strict=True):
        if home is not None:
            by_service[home].append(offer)
    requests = [
        ChangeRequest(kind=ChangeRequest.Kind.CONFLICT, service_id=service, source=source)
        for service in by_service
    ]
    ChangeRequest.objects.bulk_create(requests)
    FieldChange.objects.bulk_create(
        change
        for request, found in zip(requests, by_service.values(), strict=True)
        for change in changes(request, found)
    )
    return len(requests)


def changes(request: ChangeRequest, offers: list[Offer]) -> Iterable[FieldChange]:
    for group, offer in enumerate(offers):
        for field, (before, after) in offer.fields.items():
            yield FieldChange(
                request=request,
                table=offer.table.name,
                row=offer.row,
                group=group if offer.row is None else 0,
                field=field,
                before=before,
                after=after,
            )


def owners(offers: list[Offer]) -> list[uuid.UUID | None]:
    """The listing each is about: its own, or the first public one of the place or organisation it hangs on."""
    linked = {
        name: {offer.links[name] for offer in offers if name in offer.links}
        for name in ("service", "service_at_location", "location", "organization")
    }
    service_of = {("service", key): key for key in alive(linked["service"])}
    places = ServiceAtLocation.objects.filter(
        Q(pk__in=linked["service_at_location"]) | Q(location__in=linked["location"]),
        service__archived_at=None,
    )
    for pk, location, service in places.order_by("-service__published_at").values_list(
        "pk", "location_id", "service_id"
    ):
        service_of["service_at_location", pk] = service
        service_of["location", location] = service
    public = Service.objects.published().filter(organization__in=linked["organization"])
    for pk, organization in public.order_by("pk").values_list("pk", "organization_id"):
        service_of.setdefault(("organization", organization), pk)
    return [
        next((service_of[link] for link in offer.links.items() if link in service_of), None)
        for offer in offers
    ]


def alive(keys: set[uuid.UUID]) -> set[uuid.UUID]:
    return set(Service.objects.filter(pk__in=keys, archived_at=None).values_list("pk", flat=True))
