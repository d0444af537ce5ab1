"""Which rows answer what was asked. Only what is public, and each condition narrows what the others left."""

from __future__ import annotations

import uuid
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Q, QuerySet

from resources import vocabulary
from resources.api import asking, near
from resources.hsds import facts
from resources.models import (
    Attribute,
    Findable,
    Organization,
    Service,
    ServiceAtLocation,
    Taxonomy,
    TaxonomyTerm,
)
from resources.search import folding
from resources.services import refusing

# More say no more, and each is looked for in every row.
MOST_WORDS = 12


def services(asked: asking.Services) -> QuerySet[Service]:
    found = Service.objects.published()
    if asked.search:
        found = found.filter(pk__in=found_by(asked.search))
    if asked.organization_id:
        found = found.filter(organization=asked.organization_id)
    if asked.modified_after:
        found = found.filter(updated_at__gte=asked.modified_after)
    return found.filter(filed(asked, "service", "")).order_by("pk")


def found_by(words: str) -> QuerySet[Findable, uuid.UUID]:
    """Public listings that hold every word, as the language has them or as they are written."""
    plainly = folding.fold(folding.APOSTROPHES.sub("", words))
    kinds = ("english", "simple")
    texts = [SearchQuery(plainly, config=config, search_type="websearch") for config in kinds]
    return Findable.objects.filter(Q(search=texts[0]) | Q(search=texts[1])).values_list(
        "service_id", flat=True
    )


def organizations(asked: asking.Organizations) -> QuerySet[Organization]:
    public = Service.objects.published().filter(organization=OuterRef("pk"))
    found = Organization.objects.filter(Exists(public))
    for word in asked.search.split()[:MOST_WORDS]:
        found = found.filter(
            Q(name__icontains=word) | Q(alternate_name__icontains=word) | Q(description__icontains=word)
        )
    if asked.taxonomy_term_id or asked.taxonomy_id:
        own = filed(asked, "organization", None)
        found = found.filter(own | Q(Exists(public.filter(filed(asked, "service", "")))))
    return found.order_by("pk")


def at_locations(asked: asking.AtLocations) -> QuerySet[ServiceAtLocation]:
    """Raises near.UnknownPlace."""
    found = ServiceAtLocation.objects.filter(service__published_at__isnull=False)
    if asked.search:
        found = found.filter(service__in=found_by(asked.search))
    if asked.organization_id:
        found = found.filter(service__organization=asked.organization_id)
    if asked.modified_after:
        newer = Q(service__updated_at__gte=asked.modified_after)
        found = found.filter(newer | Q(location__updated_at__gte=asked.modified_after))
    if asked.taxonomy_term_id or asked.taxonomy_id:
        there = Service.objects.filter(filed(asked, "service", "")).order_by().values("pk")
        found = found.filter(filed(asked, "service_at_location", None) | Q(service__in=there))
    if asked.postcode or asked.country or asked.proximity is not None:
        found = near.within(found, asked.postcode, asked.proximity, country=asked.country)
    return found.order_by("pk")


def taxonomies(asked: asking.Listing) -> QuerySet[Taxonomy]:
    return Taxonomy.objects.filter(named(asked.search)).order_by("pk")


def terms(asked: asking.Terms) -> QuerySet[TaxonomyTerm]:
    found = TaxonomyTerm.objects.select_related("taxonomy").filter(named(asked.search))
    if asked.taxonomy_id:
        found = found.filter(taxonomy=asked.taxonomy_id)
    if asked.top_only:
        found = found.filter(parent=None)
    if asked.parent_id:
        found = found.filter(parent=asked.parent_id)
    return found.order_by("pk")


def named(search: str) -> Q:
    words = [Q(name__icontains=word) | Q(description__icontains=word) for word in search.split()[:MOST_WORDS]]
    return reduce(and_, words, Q())


# What it is filed under -----------------------------------------------------------------------


def filed(asked: asking.Filed, column: str, ours: str | None) -> Q:
    """Filed under the term, and under any of the taxonomy; `ours`: our own columns count as terms, too."""
    wanted = Q()
    if asked.taxonomy_term_id:
        under = Q(
            Exists(Attribute.objects.filter(**{column: OuterRef("pk")}, taxonomy_term=asked.taxonomy_term_id))
        )
        code = facts.codes_by_key().get(asked.taxonomy_term_id)
        wanted &= under if ours is None or code is None else under | said(code)
    if asked.taxonomy_id:
        wanted &= of_taxonomy(asked.taxonomy_id, column, ours is not None)
    return wanted


def of_taxonomy(key: uuid.UUID, column: str, with_ours: bool) -> Q:
    if with_ours and key == uuid.uuid5(vocabulary.NAMESPACE, vocabulary.FACTS):
        return Q()  # every listing has a kind
    filed_there = Attribute.objects.filter(**{column: OuterRef("pk")}, taxonomy_term__taxonomy=key)
    return Q(Exists(filed_there))


def said(code: str) -> Q:
    """The listings whose own columns say it."""
    column, _colon, choice = code.partition(":")
    valued = {code: column for column, code in facts.VALUES.items()}
    if code in valued:
        name = valued[code]
        field = Service._meta.get_field(name)
        return Q(**{f"{name}__isnull": False}) if field.null else ~Q(**{name: ""})
    if column in facts.CHOICES:
        return Q(**{column: choice})
    if column == "delivery":
        return Q(delivery__contains=[choice])
    if column == "access":
        return reduce(or_, [Q(access__contains=[choice]), Q(access_lacking__contains=[choice])])
    return Q(source__isnull=False) if code == facts.SOURCE else Q(pk__in=[])


# What went ------------------------------------------------------------------------------------


def put_away(pk: uuid.UUID) -> Service | None:
    """A listing that was checked once and is put away now, so that a copy elsewhere can see it go. Whoever
    asked not to be listed is not to be found here either."""
    service = Service.objects.filter(
        pk=pk, archived_at__isnull=False, verification__isnull=False, merged_into=None
    ).first()
    if service is None or refusing.note_against(service):
        return None
    return service


def heir(pk: uuid.UUID) -> Service | None:
    """The public listing that this one was merged into, however often."""
    seen: set[uuid.UUID] = set()
    here = Service.objects.filter(pk=pk).select_related("merged_into").first()
    while here and here.merged_into_id and here.pk not in seen:
        seen.add(here.pk)
        here = Service.objects.filter(pk=here.merged_into_id).first()
    return here if here and here.pk != pk and here.published_at else None
