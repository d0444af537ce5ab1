"""Listings that something else touched: an import, a topic with a new name. The search and the history hear of it."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import QuerySet

from resources.models import Change, Service, Source, Unindexed
from resources.services import history, holding, indexing
from resources.services.indexing import reindex

# One batch of the search, so that new words are written in one order, too.
BATCH = indexing.BATCH


def catch_up(waiting: QuerySet[Unindexed] | None = None) -> int:
    """Tell both of them, a batch at a time, whichever worker it is. Returns of how many listings."""
    waiting = Unindexed.objects.all() if waiting is None else waiting
    told = 0
    while some := _batch(waiting):
        told += some
    return told


@transaction.atomic
def _batch(waiting: QuerySet[Unindexed]) -> int:
    taken = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    rows = list(taken.values_list("pk", "source")[:BATCH])
    keys = [key for key, _source in rows]
    holding.hold_all(keys)
    by_source: dict[int | None, list[uuid.UUID]] = {}
    for key, source in rows:
        by_source.setdefault(source, []).append(key)
    for known in Source.objects.filter(pk__in=[source for source in by_source if source]):
        history.note_many(services=by_source[known.pk], how=Change.How.IMPORTED, source=known)
    reindex(Service.objects.filter(pk__in=keys))
    Unindexed.objects.filter(pk__in=keys).delete()
    return len(keys)
