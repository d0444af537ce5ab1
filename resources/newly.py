"""What a search finds that was not there when it was last looked at."""

from __future__ import annotations

import datetime as dt

from django.http import QueryDict

from resources.forms.searching import SearchForm
from resources.models import Service

# A search that finds more than that is not read to its end.
MOST = 50
# What says where somebody is.
PLACE = ("place", "within")


def without_place(query: str) -> str:
    """The search as it may be kept of somebody who did not say that their place may be."""
    kept = QueryDict(query, mutable=True)
    for name in (*PLACE, "page"):
        kept.pop(name, None)
    return tidy(kept)


def with_place(query: str) -> str:
    kept = QueryDict(query, mutable=True)
    kept.pop("page", None)
    return tidy(kept)


def tidy(query: QueryDict) -> str:
    """Without what is empty, in the order of the names: the same search is the same text."""
    found = QueryDict(mutable=True)
    for name in sorted(query):
        found.setlist(name, [value for value in query.getlist(name) if value])
    return found.urlencode()


def published(query: str, *, since: dt.datetime, now: dt.datetime) -> list[Service]:
    """Those it finds that were published after `since`."""
    form = SearchForm(QueryDict(query))
    if not form.is_valid():
        return []
    words, base = form.cleaned_data["q"], Service.objects.published().filter(**form.filters())
    found = base.filter(published_at__gt=since, published_at__lte=now)
    return list((found.matching(words) if words else found.order_by("name", "pk"))[:MOST])
