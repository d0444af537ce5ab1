"""What the search knows of a listing, written anew. Everything it knows can be made again from the listings."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterable
from dataclasses import asdict

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from resources.models import Findable, KnownWord, Service
from resources.models.search import LONGEST_WORD
from resources.search import documents, spelling
from resources.search.languages import SIMPLE
from resources.search.postcodes import Gazetteer
from resources.services import holding

BATCH = 500
COLUMNS = (
    "service_id, at_location_id, part, sites, name, facts, traits, others, latitude, longitude, anywhere, hours, zone,"
    " sessions, verified_at, published_at, shown_until, refreshed_on"
)
# Each word stands twice: as the listing's language has it, and as it is written. Marks have no place in a text.
WRITE = f"""
    INSERT INTO resources_findable ({COLUMNS}, heading, search)
    SELECT {COLUMNS}, heading,
           heading || setweight(to_tsvector(config::regconfig, c), 'C') || setweight(to_tsvector('simple', c), 'C')
                   || setweight(to_tsvector('simple', d), 'D') || array_to_tsvector(marks)
    FROM jsonb_to_recordset(%s::jsonb) AS made(
        service_id uuid, at_location_id uuid, part smallint, sites smallint, name text, config text,
        a text, b text, c text, d text,
        marks text[], facts text[], traits bigint, others text[], latitude float8, longitude float8,
        anywhere boolean, hours tstzmultirange, zone text, sessions timestamptz[], verified_at timestamptz,
        published_at timestamptz, shown_until timestamptz, refreshed_on date),
    LATERAL (SELECT setweight(to_tsvector(config::regconfig, a), 'A') || setweight(to_tsvector('simple', a), 'A')
                 || setweight(to_tsvector(config::regconfig, b), 'B') || setweight(to_tsvector('simple', b), 'B')
                 AS heading) AS said
"""  # noqa: S608 (our own column names)
LEARN = """
    INSERT INTO resources_knownword (word, stem, times, nearby)
    SELECT word, coalesce((ts_lexize(dictionary::regdictionary, word))[1], word), 1,
           ARRAY(SELECT jsonb_array_elements_text(nearby))
    FROM jsonb_to_recordset(%s::jsonb) AS new(word text, dictionary text, nearby jsonb)
    ON CONFLICT DO NOTHING
"""


@transaction.atomic
def reindex(services: QuerySet[Service]) -> int:
    """Let the search find these as they are now. To be called in the transaction that changed them.

    What is not public (any more) leaves the search. Returns how many listings were looked at.
    """
    done, last = 0, uuid.UUID(int=0)
    chosen = Service.objects.filter(pk__in=services.order_by().values("pk")).order_by("pk")
    while batch := list(chosen.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        _rewrite(batch, timezone.now())
        done, last = done + len(batch), batch[-1]
    return done


def reindex_in_order(services: QuerySet[Service]) -> int:
    """The same for many, by whoever holds none of them yet. Each batch is held first, with what its listings share:
    a curator who holds one of them may be about to reach for the others."""
    keys = sorted(services.order_by().values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH]
        with transaction.atomic():
            holding.hold_all(some)
            reindex(Service.objects.filter(pk__in=some))
    return len(keys)


def _rewrite(keys: list[uuid.UUID], now: dt.datetime) -> None:
    """Always in the order of their keys: two that do this at once wait for each other, and neither for ever."""
    locked = Service.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True)
    list(locked.values_list("pk", flat=True))
    Findable.objects.filter(service__in=keys).delete()
    public = list(documents.loaded(Service.objects.published().filter(pk__in=keys)))
    if not public:
        return
    gazetteer = Gazetteer(public)
    rows = [row for service in public for row in documents.rows(service, gazetteer=gazetteer, now=now)]
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [json.dumps([asdict(row) for row in rows])])
    learn({(word, row.config) for row in rows for word in row.words})


def learn(words: Iterable[tuple[str, str]]) -> None:
    """Remember these words, each in the way of its language, so that a slip of them is understood."""
    sound = {(word, config) for word, config in words if 1 < len(word) <= LONGEST_WORD and not word.isdigit()}
    there = set(
        KnownWord.objects.filter(word__in={word for word, _config in sound}).values_list("word", flat=True)
    )
    new = [
        {"word": word, "dictionary": dictionary(config), "nearby": spelling.nearby(word)}
        for word, config in sorted(sound)
        if word not in there
    ]
    if new:
        with connection.cursor() as cursor:
            cursor.execute(LEARN, [json.dumps(new)])


def dictionary(config: str) -> str:
    return SIMPLE if config == SIMPLE else f"{config}_stem"
