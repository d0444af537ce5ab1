"""What the search knows of a listing."""

from __future__ import annotations

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from resources.models import Address, Organization, Service


def reindex(services: QuerySet[Service]) -> int:
    """Let the search find these by their organisation and by a town they are in. Returns how many changed."""
    names = Organization.objects.filter(pk=OuterRef("organization_id")).annotate(
        names=Concat("name", Value(" "), "alternate_name")
    )
    towns = Address.objects.filter(location__at_services__service=OuterRef("pk")).exclude(city="")
    town = Coalesce(Subquery(towns.order_by("city").values("city")[:1]), Value(""))
    words = Concat(Subquery(names.values("names")[:1]), Value(" "), town)
    stale = services.annotate(words=words).exclude(found_by=F("words"))
    return Service.objects.filter(pk__in=list(stale.order_by().values_list("pk", flat=True))).update(
        found_by=words
    )
