"""Listings are held before they are changed, everybody in the same order: houses, places, listings, each by its key.

A change of what several listings share is written to all of them. Whoever held one listing first and reached for the
others then would wait for somebody who does the same from the other end. So does whoever tells the search of many.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from resources.errors import MergedAway
from resources.models import Location, Organization, Service, ServiceAtLocation


def hold(*keys: uuid.UUID) -> dict[uuid.UUID, Service]:
    """These listings as they are now, until the transaction ends; nobody else changes them or what they share."""
    return {service.pk: service for service in _held(keys)}


def hold_all(keys: Collection[uuid.UUID]) -> None:
    """The same for many, of which nobody needs more than that they stay as they are."""
    list(_held(keys).values_list("pk"))


def hold_named(
    *, houses: Collection[uuid.UUID], places: Collection[uuid.UUID], listings: Collection[uuid.UUID]
) -> None:
    """Just these, and what the listings share, by whoever writes what a source says of them."""
    shared_houses, shared_places = _shared_by(listings)
    _hold_shared(shared_houses.union(houses), shared_places.union(places))
    found = Service.objects.filter(pk__in=listings).order_by("pk")
    list(found.select_for_update(no_key=True).values_list("pk"))


def _held(keys: Collection[uuid.UUID]) -> QuerySet[Service]:
    """Asked for table by table, by their keys: of tables that an import is filling, the database knows too little to
    choose a good way to go through several at once."""
    _hold_shared(*_shared_by(keys))
    listed = Service.objects.filter(pk__in=keys)
    return listed.order_by("pk").select_for_update(no_key=True, of=("self",))


def _shared_by(keys: Collection[uuid.UUID]) -> tuple[set[uuid.UUID], set[uuid.UUID]]:
    """Their houses and their places."""
    listed = Service.objects.filter(pk__in=keys)
    sites = ServiceAtLocation.objects.filter(service__in=keys)
    return (
        set(listed.values_list("organization_id", flat=True)),
        set(sites.values_list("location_id", flat=True)),
    )


def _hold_shared(houses: Collection[uuid.UUID], places: Collection[uuid.UUID]) -> None:
    for model, keys in ((Organization, houses), (Location, places)):
        found = model._default_manager.filter(pk__in=keys).order_by("pk")
        list(found.select_for_update(no_key=True).values_list("pk"))


def the_one_that_stays(service: Service) -> Service:
    """Held, so that whoever makes it one with another finds what is sent. Or made one already: then that other one."""
    listed = Service.objects.select_for_update(no_key=True)
    held = listed.get(pk=service.pk)
    while held.merged_into_id:
        held = listed.get(pk=held.merged_into_id)
    return held


def refuse_if_merged(held: Service) -> None:
    """Raises MergedAway: somebody made it one with another meanwhile, and nobody would see what is written now."""
    if held.merged_into is not None:
        raise MergedAway(
            _("“%(old)s” was made one with “%(name)s”. Nothing was changed. Look at the one that stays.")
            % {"old": held.name, "name": held.merged_into.name}
        )
