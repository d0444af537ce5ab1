"""Listings that may be the same, found by keys and never by comparing all with all.

Each listing has a fingerprint: a few keys (phone digits, domain, place, the longest words of its name). Those that
share one are compared. A key that very many share tells nothing and is passed over, so one listing's cost is bounded.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now as DbNow
from django.utils import timezone

from accounts.models import User
from resources import likeness
from resources.likeness import Traits
from resources.models import Address, Fingerprint, Likeness, Phone, Service
from resources.search import folding

# A key more listings have than this tells them apart no more.
TOO_MANY = 40
BATCH = 100
HOLDERS = """
    SELECT key, array_agg(service_id) FROM unnest(%s::text[]) AS key,
        LATERAL (SELECT service_id FROM resources_fingerprint WHERE keys @> ARRAY[key::varchar] LIMIT %s) AS holder
    GROUP BY key
"""


def look_for_likeness(services: QuerySet[Service]) -> None:
    """Renew the fingerprints of these and note which others they resemble. In a fixed number of queries."""
    traits = traits_of(services)
    _keep_fingerprints(traits)
    # Two of one batch find each other; that is one pair.
    found = {(pair.one_id, pair.other_id): pair for pair in _pairs(traits)}
    Likeness.objects.bulk_create(
        list(found.values()),
        update_conflicts=True,
        unique_fields=["one", "other"],
        update_fields=["score", "reasons"],
    )
    _forget_what_differs_now(traits, set(found))


def _keep_fingerprints(traits: dict[uuid.UUID, Traits]) -> None:
    Fingerprint.objects.bulk_create(
        [Fingerprint(service_id=pk, keys=likeness.keys(own), made_at=DbNow()) for pk, own in traits.items()],
        update_conflicts=True,
        unique_fields=["service"],
        update_fields=["keys", "made_at"],
    )


def _pairs(traits: dict[uuid.UUID, Traits]) -> Iterator[Likeness]:
    """Each of these with those it shares a telling key with."""
    near = candidates(traits)
    known = traits | traits_of(Service.objects.filter(pk__in=set().union(*near.values()) - set(traits)))
    for pk, others in near.items():
        for other in others & set(known):
            score, reasons = likeness.compare(traits[pk], known[other])
            if score >= likeness.ENOUGH:
                yield Likeness(
                    one_id=min(pk, other), other_id=max(pk, other), score=min(score, 100), reasons=reasons
                )


def candidates(traits: dict[uuid.UUID, Traits]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Those that share a telling key. Each key is one look into the index, cut off where it tells nothing."""
    keys = {pk: likeness.keys(own) for pk, own in traits.items()}
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS, [sorted({key for own in keys.values() for key in own}), TOO_MANY + 2])
        holders = {key: set(found) for key, found in cursor.fetchall()}
    # One of them is the listing itself.
    telling = {key: found for key, found in holders.items() if len(found) <= TOO_MANY + 1}
    return {pk: set().union(*(telling.get(key, set()) for key in own)) - {pk} for pk, own in keys.items()}


def _forget_what_differs_now(
    traits: dict[uuid.UUID, Traits], still: set[tuple[uuid.UUID, uuid.UUID]]
) -> None:
    """Pairs nobody has judged and that are not alike any more."""
    mine = Likeness.objects.filter(Q(one__in=traits) | Q(other__in=traits), ruled_out_at=None)
    gone = [pair.pk for pair in mine if (pair.one_id, pair.other_id) not in still]
    Likeness.objects.filter(pk__in=gone).delete()


# What is known of each -------------------------------------------------------------------------------


def traits_of(services: QuerySet[Service]) -> dict[uuid.UUID, Traits]:
    """In a fixed number of queries, for listings that are neither put away nor merged."""
    rows = list(
        services.filter(archived_at=None, merged_into=None).values_list(
            "pk", "name", "organization_id", "url", "email", "organization__website", "organization__email"
        )
    )
    pks = [row[0] for row in rows]
    phones, places = _phones(pks), _places(pks)
    return {
        pk: Traits(
            name=folding.plain(name),
            organization=str(house),
            phones=frozenset(phones.get(pk, ())),
            hosts=frozenset(filter(None, map(likeness.host, ways))),
            places=frozenset(places.get(pk, ())),
        )
        for pk, name, house, *ways in rows
    }


def _phones(pks: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    ways = (
        "service",
        "organization__services",
        "location__at_services__service",
        "service_at_location__service",
    )
    found: dict[uuid.UUID, set[str]] = {}
    for way in ways:
        for pk, number in Phone.objects.filter(**{f"{way}__in": pks}).values_list(way, "number"):
            if number := likeness.digits(number):
                found.setdefault(pk, set()).add(number)
    return found


def _places(pks: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    """The street and postcode, and the spot on the map to some hundred metres."""
    way = "location__at_services__service"
    rows = Address.objects.filter(**{f"{way}__in": pks}).values_list(way, "address_1", "city", "postal_code")
    found: dict[uuid.UUID, set[str]] = {}
    for pk, street, city, code in rows:
        if street := folding.plain(street):
            found.setdefault(pk, set()).add(f"{street} {folding.plain(code or city)}"[:100])
    return found


# The sweep, and what a curator says ----------------------------------------------------------------


def sweep_likeness(*, most: int = 5000) -> int:
    """Look at listings that are new or were changed by an import; says how many."""
    newer = Fingerprint.objects.filter(service=OuterRef("pk"), made_at__gte=OuterRef("updated_at"))
    stale = Service.objects.filter(~Exists(newer), archived_at=None, merged_into=None)
    pks = list(stale.order_by("pk").values_list("pk", flat=True)[:most])
    for start in range(0, len(pks), BATCH):
        with transaction.atomic():
            look_for_likeness(Service.objects.filter(pk__in=pks[start : start + BATCH]))
    return len(pks)


def waiting() -> QuerySet[Likeness]:
    """Pairs nobody has judged, the likeliest first; both still there."""
    there = Q(one__archived_at=None, one__merged_into=None, other__archived_at=None, other__merged_into=None)
    return (
        Likeness.objects.filter(there, ruled_out_at=None)
        .select_related("one__organization", "other__organization")
        .order_by("-score", "pk")
    )


def alike(service: Service) -> QuerySet[Likeness]:
    return waiting().filter(Q(one=service) | Q(other=service))


def not_the_same(*, pair: Likeness, by: User) -> None:
    """Remembered: this pair is not shown again, however alike they stay."""
    Likeness.objects.filter(pk=pair.pk, ruled_out_at=None).update(
        ruled_out_at=timezone.now(), ruled_out_by=by
    )
