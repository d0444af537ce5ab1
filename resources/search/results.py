"""What a page of results says: each listing in a few words, and the choices with their counts. Only reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from resources import listing, open_now
from resources.models import Findable, Service, TaxonomyTerm
from resources.open_now import Status
from resources.search import facets, places
from resources.search.asking import Found, Hit
from resources.search.facets import Facet
from resources.search.wanted import Wanted
from resources.vocabulary import OURS

# Of all choices, those that one sees at once: what most people in pain ask first.
QUICK = {
    ("how", "online"),
    ("cost", "free"),
    ("access", "step_free"),
    ("when", "now"),
    ("access", "lie_down"),
}
# More would be a wall; a few more are not worth a page of their own.
MOST_CHOICES, FEW_MORE = 12, 3


@dataclass(frozen=True)
class Shown:
    """One listing in the list. `status`: whether it is open; none where there is no door."""

    service: Service
    where: str
    away: str
    status: Status | None


@dataclass(frozen=True)
class Choice:
    facet: str
    value: str
    label: Any
    count: int
    chosen: bool
    quick: bool

    @property
    def id(self) -> str:
        return f"id_{self.facet}_{self.value}"


@dataclass(frozen=True)
class Group:
    name: str
    title: Any
    choices: list[Choice]
    # How many more there are than these.
    more: int = 0

    @property
    def folded(self) -> list[Choice]:
        return [choice for choice in self.choices if not choice.quick]


def shown(found: Found, wanted: Wanted) -> tuple[list[Shown], list[Shown]]:
    """Those near and those anywhere, each in the order of its hits. Two queries, however many there are."""
    rows = (
        Findable.objects.select_related(
            *("service__organization", "service__source", "service__verification", "at_location__location")
        )
        .prefetch_related("at_location__location__addresses")
        .with_times(now=wanted.now)
        .defer("search", "heading")
        .in_bulk([hit.row for hit in (*found.near, *found.anywhere)])
    )
    near, anywhere = (
        [show(rows[hit.row], hit, wanted) for hit in hits if hit.row in rows]
        for hits in (found.near, found.anywhere)
    )
    return near, anywhere


def show(row: Findable, hit: Hit, wanted: Wanted) -> Shown:
    status = open_now.of_row(row, now=wanted.now)
    return Shown(row.service, venue(row), away(row, hit, wanted), status)


def venue(row: Findable) -> str:
    """The place in a few words, unless its name was said already."""
    if row.at_location is None:
        return ""
    location, known = row.at_location.location, (row.service.name, row.service.organization.name)
    address = listing.street_address(location)
    return ", ".join(
        filter(None, ["" if location.name in known else location.name, address.city if address else ""])
    )


def away(row: Findable, hit: Hit, wanted: Wanted) -> str:
    """How far it is; that it serves this area, where nobody goes; nothing without a place."""
    if wanted.place is None or hit.km is None or hit.km > wanted.radius:
        return ""
    if row.at_location is None:
        return _("serves your area")
    return distance_words(hit.km, wanted.place.country)


def distance_words(km: float, country: str) -> str:
    miles = places.in_miles(country)
    far = km / places.KM_A_MILE if miles else km
    if far < 0.1:
        return _("right there")
    number = f"{far:.1f}" if far < 10 else f"{far:.0f}"
    return (_("%(n)s miles") if miles else _("%(n)s km")) % {"n": number}


# Choices -------------------------------------------------------------------------------------------


def groups(found: Found, wanted: Wanted, *, whole: Collection[str] = ()) -> list[Group]:
    """Each kind of choice with how many each would leave; what leaves none is absent unless it is chosen.

    `whole`: the kinds of which all are wanted, not the commonest alone.
    """
    made = [group(facet, choices(facet, found, wanted), facet.name in whole) for facet in facets.FACETS]
    return [group for group in made if group.choices]


def group(facet: Facet, all_there: list[Choice], whole: bool) -> Group:
    if whole or len(all_there) <= MOST_CHOICES + FEW_MORE:
        return Group(facet.name, facet.title, all_there)
    most = sorted(all_there, key=lambda choice: (not choice.chosen, -choice.count))[:MOST_CHOICES]
    shown = [choice for choice in all_there if choice in most]
    return Group(facet.name, facet.title, shown, len(all_there) - len(shown))


def choices(facet: Facet, found: Found, wanted: Wanted) -> list[Choice]:
    chosen = wanted.chosen.get(facet.name, ())
    counts = {
        value: count
        for fact, count in found.counts.items()
        for name, _colon, value in [fact.partition(":")]
        if name == facet.name
    }
    there = dict.fromkeys([*counts, *chosen])
    labels = topic_words(there) if facet.name == "topic" else facet.labels(there)
    return [
        Choice(facet.name, value, label, counts.get(value, 0), value in chosen, (facet.name, value) in QUICK)
        for value, label in labels.items()
        if value in there
    ]


def topic_words(codes: Iterable[str]) -> dict[str, str]:
    terms = TaxonomyTerm.objects.filter(taxonomy__slug=OURS, code__in=list(codes), parent__isnull=False)
    return dict(terms.order_by("name").values_list("code", "name"))


def chosen(found: list[Group]) -> list[Choice]:
    return [choice for group in found for choice in group.choices if choice.chosen]
