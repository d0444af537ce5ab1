"""Listings that something else touched: an import, a topic with a new name. The search and the history hear of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import QuerySet

from resources.models import Change, Service, Source, Unindexed
from resources.services import history, holding, indexing
from resources.services.indexing import reindex

# One batch of the search, so that new words are written in one order, too.
BATCH = indexing.BATCH
# One that is there already is held, however little there is to write: whoever is about to tell of it reads what we
# changed only once we are done, so until then it is not theirs to take away.
MARK = """
    INSERT INTO resources_unindexed AS there (service_id, source_id)
    SELECT key, %s FROM unnest(%s::uuid[]) AS key ORDER BY key
    ON CONFLICT (service_id) DO UPDATE SET source_id = excluded.source_id
    WHERE there.source_id IS NULL AND excluded.source_id IS NOT NULL
"""


def mark(keys: Iterable[uuid.UUID], *, source: Source | None = None) -> None:
    """These are to be told of. In the transaction that touched them."""
    if some := sorted(keys):
        with connection.cursor() as cursor:
            cursor.execute(MARK, [source.pk if source else None, some])


def catch_up(waiting: QuerySet[Unindexed] | None = None) -> int:
    """Tell both of them, a batch at a time, whichever worker it is. Returns of how many listings."""
    waiting = Unindexed.objects.all() if waiting is None else waiting
    told, last = 0, uuid.UUID(int=0)
    while some := _next(waiting.filter(pk__gt=last)):
        told, last = told + _tell(some), some[-1]
    return told


@transaction.atomic
def _next(waiting: QuerySet[Unindexed]) -> list[uuid.UUID]:
    """Which nobody has in hand; they are let go again, because listings are held before their marks."""
    return list(_free(waiting).values_list("pk", flat=True)[:BATCH])


def _free(waiting: QuerySet[Unindexed]) -> QuerySet[Unindexed]:
    return waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk")


@transaction.atomic
def _tell(some: list[uuid.UUID]) -> int:
    holding.hold_all(some)
    rows = list(_free(Unindexed.objects.filter(pk__in=some)).values_list("pk", "source"))
    keys = [key for key, _source in rows]
    by_source: dict[int | None, list[uuid.UUID]] = {}
    for key, source in rows:
        by_source.setdefault(source, []).append(key)
    for known in Source.objects.filter(pk__in=[source for source in by_source if source]):
        history.note_many(services=by_source[known.pk], how=Change.How.IMPORTED, source=known)
    reindex(Service.objects.filter(pk__in=keys))
    Unindexed.objects.filter(pk__in=keys).delete()
    return len(keys)
