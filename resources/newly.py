"""What a search finds that was not there when it was last looked at."""

from __future__ import annotations

import datetime as dt

from django.db.models import F
from django.http import QueryDict

from resources.forms.searching import SearchForm
from resources.models import Service
from resources.search import asking

# A search that finds more than that is not read to its end.
MOST = 50
# What says where somebody is.
PLACE = ("place", "within")
# What changes how a page looks, and not what is found.
LOOKS = ("page", "all")


def without_place(query: str) -> str:
    """The search as it may be kept of somebody who did not say that their place may be."""
    kept = QueryDict(query, mutable=True)
    for name in (*PLACE, *LOOKS):
        kept.pop(name, None)
    return tidy(kept)


def with_place(query: str) -> str:
    kept = QueryDict(query, mutable=True)
    for name in LOOKS:
        kept.pop(name, None)
    return tidy(kept)


def tidy(query: QueryDict) -> str:
    """Without what is empty, in the order of the names: the same search is the same text."""
    found = QueryDict(mutable=True)
    for name in sorted(query):
        found.setlist(name, [value for value in query.getlist(name) if value])
    return found.urlencode()


def published(query: str, *, since: dt.datetime, now: dt.datetime, country: str = "") -> list[Service]:
    """Those it finds that were published after `since`, each once, the best first."""
    form = SearchForm(QueryDict(query), country=country)
    if not form.is_valid() or form.unknown_place:
        return []
    found = asking.ask(form.wanted(now=now).changed(since=since, per_page=MOST))
    rows = [hit.row for hit in (*found.near, *found.anywhere)]
    services = Service.objects.published().filter(findable__in=rows, published_at__lte=now)
    place = {row: number for number, row in enumerate(rows)}
    ranked = services.annotate(row=F("findable")).order_by("pk")
    best = {service.pk: service for service in sorted(ranked, key=lambda each: place[each.row])}
    return list(best.values())
