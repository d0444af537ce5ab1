"""Where a postcode or a town lies, from the table of places. What somebody typed is looked up and forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Avg, Count, Max

from resources.models import Address, PostalCode, Service
from resources.search import folding, places
from resources.search.places import Point


@dataclass(frozen=True)
class Place:
    """What was meant, and its middle."""

    name: str
    country: str
    point: Point


def find(text: str, *, country: str = "") -> Place | None:
    """The place of that postcode or name; of several with that name the one in `country`, else the largest."""
    return by_code(text, country=country) or by_name(text, country=country)


def by_code(text: str, *, country: str = "") -> Place | None:
    """The code itself, or the nearest thing it is part of that we know."""
    code = places.code(text)
    if not 2 <= len(code) <= 12 or not any(letter.isdigit() for letter in code):
        return None
    wanted = places.shorter(code)
    rows = PostalCode.objects.filter(code__in=wanted)
    best = min(rows, key=lambda row: (wanted.index(row.code), row.country != country, row.pk), default=None)
    if best is None:
        return within(code, country=country)
    return Place(text.strip().upper(), best.country, Point(best.latitude, best.longitude))


def within(code: str, *, country: str) -> Place | None:
    """The middle of all codes that begin with this one: somebody typed the first part of theirs."""
    inside = PostalCode.objects.filter(code__gte=code, code__lt=code + "~") if len(code) >= 2 else None
    if inside is None:
        return None
    middles = inside.values("country").annotate(at=Avg("latitude"), along=Avg("longitude"), many=Count("pk"))
    best = min(middles, key=lambda row: (row["country"] != country, -row["many"]), default=None)
    return best and Place(code, best["country"], Point(best["at"], best["along"]))


def by_name(text: str, *, country: str = "") -> Place | None:
    """A town, with its region behind a comma if wanted: "Springfield, Illinois"."""
    town, _comma, region = text.partition(",")
    rows = PostalCode.objects.filter(folded_name=folding.plain(town)).exclude(folded_name="")
    middles = rows.values("country", "region").annotate(
        at=Avg("latitude"), along=Avg("longitude"), many=Count("pk"), name=Max("place_name")
    )
    inside = folding.plain(region)

    def fit(row: Mapping[str, object]) -> tuple[bool, bool, int]:
        named = inside in (folding.plain(str(row["region"])), str(row["country"]).lower())
        return bool(inside) and not named, row["country"] != country, -int(str(row["many"]))

    best = min(middles, key=fit, default=None)
    return best and Place(best["name"], best["country"], Point(best["at"], best["along"]))


class Gazetteer:
    """Where the addresses and areas of some listings lie, asked for all at once."""

    def __init__(self, services: Iterable[Service]) -> None:
        codes, names = set(), set()
        for service in services:
            codes |= {places.code(address.postal_code) for address in addresses(service)}
            sites = [area for at in service.at_locations.all() for area in at.service_areas.all()]
            areas = [area.name for area in (*service.service_areas.all(), *sites)]
            names |= {folding.plain(name) for name in areas}
            codes |= {places.code(name) for name in areas}
        self.codes = {
            (row.country, row.code): Point(row.latitude, row.longitude)
            for row in PostalCode.objects.filter(
                code__in={part for code in codes for part in places.shorter(code)}
            )
        }
        # Of an area nobody says in which country it is.
        self.anywhere = {code: point for (_country, code), point in self.codes.items()}
        middles = PostalCode.objects.filter(folded_name__in=names - {""}).values("folded_name", "country")
        self.names = {
            row["folded_name"]: Point(row["at"], row["along"])
            for row in middles.annotate(
                at=Avg("latitude"), along=Avg("longitude"), many=Count("pk")
            ).order_by("many")
        }

    def of_address(self, address: Address) -> Point | None:
        parts = places.shorter(places.code(address.postal_code))
        return next(filter(None, (self.codes.get((address.country, part)) for part in parts)), None)

    def of_area(self, name: str) -> Point | None:
        return self.names.get(folding.plain(name)) or self.anywhere.get(places.code(name))


def addresses(service: Service) -> list[Address]:
    return [address for at in service.at_locations.all() for address in at.location.addresses.all()]
