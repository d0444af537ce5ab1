"""How far it is: a box that an index can use, then the great circle. Nothing is looked up elsewhere.

The haversine with asin(least(1, ...)) is used, because acos of a hair over one is an error in PostgreSQL.
"""

from __future__ import annotations

import math

from django.db.models import ExpressionWrapper, F, FloatField, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from resources.models import PostalCode, ServiceArea, ServiceAtLocation
from resources.search import places

METRES = places.EARTH * 1000
METRES_A_DEGREE = 111_320
# So many metres around a postcode tell whether it is one of ours.
AROUND = 100_000


class UnknownPlace(DomainError):
    """There is no such postcode here."""


def within(
    found: QuerySet[ServiceAtLocation], postcode: str, metres: float | None, *, country: str = ""
) -> QuerySet[ServiceAtLocation]:
    """Those that serve the postcode, as far as we know, and lie within so many metres of its middle."""
    place = place_of(postcode, country)
    found = found.filter(serves(place))
    return found if metres is None else closer_than(found, place, metres)


def place_of(postcode: str, country: str = "") -> PostalCode:
    """Raises UnknownPlace."""
    code = places.code(postcode)
    known = PostalCode.objects.filter(code=code).order_by("country") if code else PostalCode.objects.none()
    found = list(known.filter(country=country.upper()) if country else known)
    if not found:
        raise UnknownPlace(_("We do not know this postcode. Please check it, or ask without it."))
    return found[0] if len(found) == 1 else likeliest(found)


def likeliest(found: list[PostalCode]) -> PostalCode:
    """Of one code in several countries the one around which we know most; of equal ones the first by its letters."""
    public = ServiceAtLocation.objects.filter(service__published_at__isnull=False)
    return max(found, key=lambda place: closer_than(public, place, AROUND).count())


def serves(place: PostalCode) -> Q:
    """Whoever names no area serves everybody; whoever names some, those that name this place."""
    areas = ServiceArea.objects.filter(
        Q(name__icontains=place.code) | _names(place.place_name) | _names(place.region)
    )
    anywhere = Q(service_areas=None, service__service_areas=None)
    return anywhere | Q(service_areas__in=areas) | Q(service__service_areas__in=areas)


def _names(words: str) -> Q:
    return Q(name__icontains=words) if words else Q(pk__in=[])


def closer_than(
    found: QuerySet[ServiceAtLocation], place: PostalCode, metres: float
) -> QuerySet[ServiceAtLocation]:
    up = metres / METRES_A_DEGREE * 1.01
    across = widest(place.latitude, up)
    found = found.filter(location__latitude__range=(place.latitude - up, place.latitude + up))
    if abs(place.longitude) + across < 180:
        found = found.filter(location__longitude__range=(place.longitude - across, place.longitude + across))
    return (
        found.filter(location__longitude__isnull=False)
        .alias(metres=distance(place))
        .filter(metres__lte=metres)
    )


def widest(latitude: float, up: float) -> float:
    """How many degrees east and west a circle of `up` degrees reaches; all of them where it holds a pole."""
    if abs(latitude) + up >= 90:
        return 180.0
    return math.degrees(math.asin(math.sin(math.radians(up)) / math.cos(math.radians(latitude))))


def distance(place: PostalCode) -> Combinable:
    """Metres from the place to each location."""
    up = Radians(F("location__latitude") - Value(place.latitude)) / 2.0
    across = Radians(F("location__longitude") - Value(place.longitude)) / 2.0
    shrink = Value(math.cos(math.radians(place.latitude))) * Cos(Radians(F("location__latitude")))
    square = Power(Sin(up), 2) + shrink * Power(Sin(across), 2)
    arc = ASin(Least(Value(1.0), Sqrt(square)))
    return ExpressionWrapper(Value(2 * METRES) * arc, output_field=FloatField())
