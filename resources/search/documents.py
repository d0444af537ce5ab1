"""One listing as the search knows it: a row for each of its places. Reads what is loaded, asks nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.db.models import Prefetch, QuerySet

from resources import clock
from resources.models import Attribute, Location, Service, ServiceAtLocation, TaxonomyTerm
from resources.search import facets, folding, places, traits
from resources.search.areas import is_national
from resources.search.languages import config_of
from resources.search.places import Point
from resources.search.postcodes import Gazetteer
from resources.search.times import Times, times_at
from resources.vocabulary import OURS, TOPIC

FROM_AFAR = {Service.Delivery.ONLINE, Service.Delivery.PHONE}
# In the index beside the words; no word can begin with this sign.
MARK = "#"
ANYWHERE = f"{MARK}anywhere"
# Of the areas it serves, so many are places it is found near: each is a row.
MOST_AREAS = 30


@dataclass
class Row:
    """As it is written into `resources_findable`; the words still apart, by their weight."""

    service_id: str
    at_location_id: str | None
    part: int
    sites: int
    name: str
    config: str
    a: str
    b: str
    c: str
    d: str
    marks: list[str]
    facts: list[str]
    traits: int
    others: list[str]
    latitude: float | None
    longitude: float | None
    anywhere: bool
    hours: str | None
    zone: str
    sessions: list[str]
    verified_at: str | None
    published_at: str
    shown_until: str | None
    refreshed_on: str

    @property
    def words(self) -> set[str]:
        return set(f"{self.a} {self.b} {self.c} {self.d}".split())


def loaded(services: QuerySet[Service]) -> QuerySet[Service]:
    """With all that a row is made from, in a fixed number of queries."""
    topics = Attribute.objects.filter(link_type=TOPIC, taxonomy_term__taxonomy__slug=OURS).select_related(
        "taxonomy_term__parent__parent__parent"
    )
    at, place = "at_locations", "at_locations__location"
    paths: list[str | Prefetch] = [
        *("schedules", "exceptions", "languages", "service_areas", "organization__locations"),
        Prefetch("attributes", topics),
        *(f"{at}__schedules", f"{at}__exceptions", f"{at}__service_areas"),
        *(f"{place}__schedules", f"{place}__exceptions", f"{place}__languages"),
        *(f"{place}__addresses", f"{place}__source"),
    ]
    return services.select_related("organization", "source", "verification").prefetch_related(*paths)


def rows(service: Service, *, gazetteer: Gazetteer, now: dt.datetime) -> list[Row]:
    """One for each place it can be gone to, else for each area it serves; one in all for what has neither."""
    sites = list(service.at_locations.all())
    there: Sequence[ServiceAtLocation | None] = (
        [at for at in sites if at.location.location_type == Location.Type.PHYSICAL] or sites[:1] or [None]
    )
    made = [
        at_point(whole, part, point)
        for at in there
        for whole in [row(service, at, now)]
        for part, point in enumerate(points(service, at, gazetteer) or [None])
    ]
    return [replace(each, sites=len(made)) for each in made]


def row(service: Service, at: ServiceAtLocation | None, now: dt.datetime) -> Row:
    """All but where it is."""
    times, checked, wide = times_at(service, at), service.verification, anywhere(service, at)
    hours, shown_until = times.hours(now), clock.leaves_search_at(service)
    a, b, c, d = words(service, at)
    lasting = facts(service, at)
    known = [*lasting, *evenings(times, now)]
    return Row(
        service_id=str(service.pk),
        at_location_id=str(at.pk) if at else None,
        part=0,
        sites=1,
        name=folding.plain(service.name)[:255],
        config=config_of(service.text_language or (service.source.language if service.source else "")),
        a=a,
        b=b,
        c=c,
        d=d,
        marks=[*marks(lasting), *([ANYWHERE] if wide else [])],
        facts=known,
        traits=traits.bits(known),
        others=traits.others(known),
        latitude=None,
        longitude=None,
        anywhere=wide,
        hours=None if hours is None else spans(hours),
        zone=str(times.zone or "UTC"),
        sessions=[begins.isoformat() for begins in times.sessions(now)],
        verified_at=checked.verified_at.isoformat() if checked else None,
        published_at=(service.published_at or now).isoformat(),
        shown_until=shown_until.isoformat() if shown_until else None,
        refreshed_on=now.astimezone(dt.UTC).date().isoformat(),
    )


def at_point(whole: Row, part: int, point: Point | None) -> Row:
    if point is None:
        return whole
    found = [*whole.marks, *places.tiles_of(point)]
    return replace(whole, part=part, marks=found, latitude=point.latitude, longitude=point.longitude)


def spans(hours: list[tuple[dt.datetime, dt.datetime]]) -> str:
    """As PostgreSQL writes several spans of time; none is closed."""
    return "{" + ",".join(f"[{begin.isoformat()},{end.isoformat()})" for begin, end in hours) + "}"


# Words ---------------------------------------------------------------------------------------------


def words(service: Service, at: ServiceAtLocation | None) -> tuple[str, str, str, str]:
    """Its names; its words and terms; what it says; whose it is and where."""
    organization = service.organization
    terms = [term.name for term in terms_of(service)]
    texts = (
        [service.name, service.alternate_name],
        [service.keywords, *terms, str(service.get_kind_display()), *service.delivery_words],
        [service.description, service.eligibility_description],
        [organization.name, organization.alternate_name, *(names_of(at.location) if at else [])],
    )
    a, b, c, d = (folding.plain(" . ".join(text)) for text in texts)
    return a, b, c, d


def names_of(location: Location) -> Iterator[str]:
    yield location.name
    for address in location.addresses.all():
        yield from (address.city, address.postal_code)


def terms_of(service: Service) -> list[TaxonomyTerm]:
    """What it is filed under, and the broader terms of that; not the four heads, which say nothing."""
    found: dict[str, TaxonomyTerm] = {}
    for attribute in service.attributes.all():
        term: TaxonomyTerm | None = attribute.taxonomy_term
        # A term that stands below itself, as a broken import may say, is met once.
        while term is not None and term.parent_id is not None and term.code not in found:
            found[term.code] = term
            term = term.parent
    return list(found.values())


# Facts ---------------------------------------------------------------------------------------------


def facts(service: Service, at: ServiceAtLocation | None) -> list[str]:
    spoken = [*service.languages.all(), *(at.location.languages.all() if at else [])]
    values = {
        "kind": [service.kind],
        "cost": [service.cost],
        "how": service.delivery,
        "access": service.access,
        "language": [facets.language(each.name, each.code) for each in spoken],
        "topic": [term.code for term in terms_of(service)],
        "age": facets.ages(service.minimum_age, service.maximum_age),
        "referral": [service.referral] if service.referral == Service.Referral.NONE else [],
    }
    return sorted({f"{name}:{value}" for name, chosen in values.items() for value in chosen if value})


def marks(lasting: Iterable[str]) -> list[str]:
    """Facts as the index holds them."""
    return [MARK + fact for fact in lasting]


def evenings(times: Times, now: dt.datetime) -> list[str]:
    return ["when:evenings"] if times.evenings(now) else []


# Place ---------------------------------------------------------------------------------------------


def anywhere(service: Service, at: ServiceAtLocation | None) -> bool:
    """Online or by phone, and not for the people of one area alone."""
    areas = [*service.service_areas.all(), *(at.service_areas.all() if at else [])]
    limited = bool(areas) and not any(is_national(area.name or area.description) for area in areas)
    return bool(FROM_AFAR & set(service.delivery)) and not limited


def points(service: Service, at: ServiceAtLocation | None, gazetteer: Gazetteer) -> list[Point]:
    """Where one goes; where nobody goes, the areas it serves, else where its organisation is."""
    if at and at.location.location_type == Location.Type.PHYSICAL:
        addresses = map(gazetteer.of_address, at.location.addresses.all())
        return [point for point in [point_of(at.location) or next(filter(None, addresses), None)] if point]
    if anywhere(service, at):
        return []
    areas = [*service.service_areas.all(), *(at.service_areas.all() if at else [])]
    served = dict.fromkeys(filter(None, (gazetteer.of_area(area.name) for area in areas if area.name)))
    homes = filter(None, map(point_of, service.organization.locations.all()))
    return [*served][:MOST_AREAS] or [*homes][:1]


def point_of(location: Location) -> Point | None:
    if location.latitude is None or location.longitude is None:
        return None
    return Point(location.latitude, location.longitude)
