"""What the search knows goes stale by itself: times move on, words fall out of use. Made new once a day, in batches.

Each batch is a transaction of its own and takes only rows that nobody else has in hand, so it may be killed at any
moment, run twice, or run in several workers at once: the next run goes on with what is left.
"""

from __future__ import annotations

import datetime as dt
import json
import time
import uuid
from collections.abc import Collection, Iterator
from dataclasses import asdict
from itertools import chain

from django.db import connection, transaction

from resources.models import Findable, Service
from resources.search import documents
from resources.search.postcodes import Gazetteer
from resources.services.fruitless import forget_fruitless
from resources.services.indexing import BATCH, reindex

# A run gives up after this long, well inside what a task may take; the next goes on.
SECONDS = 200.0
# Nothing that an index holds is changed here: such a row is written over in its place.
FRESHEN = """
    UPDATE resources_findable AS r
    SET hours = made.hours, sessions = made.sessions, zone = made.zone, facts = made.facts,
        traits = made.traits, refreshed_on = made.refreshed_on
    FROM jsonb_to_recordset(%s::jsonb) AS made(
        service_id uuid, at_location_id uuid, part smallint, hours tstzmultirange, sessions timestamptz[], zone text,
        facts text[], traits bigint, refreshed_on date)
    WHERE r.service_id = made.service_id AND r.at_location_id IS NOT DISTINCT FROM made.at_location_id
        AND r.part = made.part AND r.id = ANY(%s)
"""
COUNT = """
    WITH counted AS MATERIALIZED (SELECT word, ndoc FROM ts_stat('SELECT search FROM resources_findable')),
    kept AS (
        UPDATE resources_knownword AS known SET times = ndoc FROM counted
        WHERE counted.word = known.word AND times <> ndoc
    )
    DELETE FROM resources_knownword WHERE word NOT IN (SELECT word FROM counted)
"""


def sweep_findable(*, now: dt.datetime) -> int:
    """Everything public is in the search, with the times of today. Returns how many listings were written."""
    until = time.monotonic() + SECONDS
    done = 0
    for written in chain(_added(), _freshened(now)):
        done += written
        if time.monotonic() > until:
            return done
    return done


def _added() -> Iterator[int]:
    """What is public and not yet there as we would write it, as after an upgrade."""
    missing = Service.objects.published().filter(findable=None).order_by("pk").values_list("pk", flat=True)
    older = (
        Findable.objects.filter(heading=None).order_by("service").values_list("service", flat=True).distinct()
    )
    for which in (missing, older):
        while (found := list(which[:BATCH])) and (written := _anew(found)):
            yield written


@transaction.atomic
def _anew(keys: Collection[uuid.UUID | str]) -> int:
    """Those that nobody holds: whoever does reaches for others next, and tells the search by themselves."""
    free = Service.objects.filter(pk__in=keys).select_for_update(skip_locked=True, no_key=True)
    return reindex(Service.objects.filter(pk__in=list(free.values_list("pk", flat=True))))


def _freshened(now: dt.datetime) -> Iterator[int]:
    today, last = now.astimezone(dt.UTC).date(), 0
    while True:
        batch, odd = _freshen(last, today, now)
        if odd:
            # Not within the batch: that holds rows, and this holds listings before their rows.
            _anew(odd)
        if not batch:
            return
        last = batch[-1]
        yield len(batch)


@transaction.atomic
def _freshen(after: int, today: dt.date, now: dt.datetime) -> tuple[list[int], set[str]]:
    """The rows it took; and the listings that have other rows than they would be given now."""
    stale = Findable.objects.filter(pk__gt=after, refreshed_on__lt=today).order_by("pk")
    taken = list(stale.select_for_update(skip_locked=True).values_list("pk", "service_id")[:BATCH])
    if not taken:
        return [], set()
    public = list(documents.loaded(Service.objects.filter(pk__in={service for _pk, service in taken})))
    gazetteer = Gazetteer(public)
    rows = [row for service in public for row in documents.rows(service, gazetteer=gazetteer, now=now)]
    # Other rows of the same listings may be in other hands, and those waiting for ours.
    keys = [pk for pk, _service in taken]
    with connection.cursor() as cursor:
        cursor.execute(FRESHEN, [json.dumps([asdict(row) for row in rows]), keys])
    Findable.objects.filter(pk__in=keys).update(refreshed_on=today)
    return keys, _odd(rows)


def _odd(rows: list[documents.Row]) -> set[str]:
    """As after an upgrade: the version before knew one of the areas that a listing serves, and this one all."""
    wanted = {(row.service_id, row.at_location_id, row.part) for row in rows}
    there = Findable.objects.filter(service__in={row.service_id for row in rows})
    found = {
        (str(service), str(at) if at else None, part)
        for service, at, part in there.values_list("service", "at_location", "part")
    }
    return {service for service, _at, _part in wanted ^ found}


@transaction.atomic
def tidy_search(*, now: dt.datetime) -> None:
    """How often each word occurs, for guessing what a misspelt one meant; old searches that found nothing go."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
    forget_fruitless(today=now.date())
