"""One question to the database, with everything a page of results needs: the page, how many, and what else to choose.

The words, the map's tiles and what has to be there are one condition on one index, so that the cost goes with what lies
near and fits, not with the size of the directory. What is left is looked at once, and little is done for each row: what
is true of it is one number (`traits.py`). `missed` says which kind of choice a row does not meet, because the counts of
a kind are those without it; a row that misses two counts nowhere.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Max

from resources.models import Findable
from resources.search import documents, places, traits, tsquery
from resources.search.facets import Facet
from resources.search.traits import bits
from resources.search.tsquery import Sql
from resources.search.wanted import ANYWHERE, BEST, NEAR, NEAREST, Wanted

WEIGHTS = "{0.05, 0.2, 0.6, 1.0}"
YEAR = dt.timedelta(days=365)
MINUTE = 60
# How many of those available anywhere stand below those that are near.
FEW = 5
# The haversine of the angle between two points: it grows with the distance, and is cheaper.
AWAY = """power(sin(radians(latitude - %s) / 2), 2)
           + cos(radians(%s)) * cos(radians(latitude)) * power(sin(radians(longitude - %s) / 2), 2)"""
# What is true at this moment, beside what is true of the listing.
UNKNOWN, CHECKED = bits(["when:unknown"]), bits(["checked:year"])
TODAY, RIGHT_NOW = bits(["when:today"]), bits(["when:today", "when:now"])
NOW = f"""traits | CASE WHEN verified_at >= %s THEN {CHECKED} ELSE 0 END
           | CASE WHEN hours IS NULL THEN {UNKNOWN} WHEN hours @> %s THEN {RIGHT_NOW} WHEN hours && rest THEN {TODAY}
                  ELSE 0 END"""
# Listings of which no site is open, and one has times we do not know; the number stands for `when`.
MORE = f"""(SELECT count(DISTINCT service_id) FROM base WHERE missed = {{}} AND traits & {UNKNOWN} <> 0
        AND service_id NOT IN (SELECT service_id FROM best))"""  # noqa: S608 (our own number)
# The database thinks of disks and of few rows: here the index is in memory, and what is found fits into it.
STATEMENT = """
SET LOCAL random_page_cost = 1; SET LOCAL jit = off; SET LOCAL work_mem = '32MB';
WITH found AS (
    SELECT id, service_id, sites, anywhere, name, heading, others, {now} AS traits, {away} AS away
    FROM resources_findable r, LATERAL (
        SELECT tstzrange(%s, (date_trunc('day', %s AT TIME ZONE r.zone) + interval '1 day') AT TIME ZONE r.zone)
            AS rest OFFSET 0) AS day
    WHERE (shown_until IS NULL OR shown_until > %s){where} OFFSET 0
), base AS MATERIALIZED (
    SELECT id, service_id, sites, name, others, traits, away, near, missed, {told} AS told, {rank} AS rank FROM (
        {sifted} OFFSET 0) AS sifted
    WHERE missed IN ({single})
), best AS MATERIALIZED (
    SELECT id, service_id, name, away, near, rank FROM base WHERE missed = 0 AND sites = 1
    UNION ALL (
        SELECT DISTINCT ON (service_id) id, service_id, name, away, near, rank
        FROM base WHERE missed = 0 AND sites > 1 ORDER BY service_id, near DESC, away NULLS LAST, id)
), named AS (
    SELECT service_id, sites, fact FROM (
        SELECT service_id, sites, missed, unnest(others) AS fact FROM base WHERE missed IN ({naming})) AS each
    WHERE {counts}
)
SELECT (SELECT count(*) FROM best WHERE near), (SELECT count(*) FROM best WHERE NOT near),
       (SELECT ARRAY[{numbers}] FROM (
            SELECT told FROM base WHERE sites = 1
            UNION ALL SELECT bit_or(told) FROM base WHERE sites > 1 GROUP BY service_id) AS once),
       (SELECT json_object_agg(fact, times) FROM (
            SELECT fact, sum(times)::int AS times FROM (
                SELECT fact, count(*) AS times FROM named WHERE sites = 1 GROUP BY fact
                UNION ALL SELECT fact, count(DISTINCT service_id) FROM named WHERE sites > 1 GROUP BY fact
            ) AS parts GROUP BY fact) AS sums),
       (SELECT json_agg(p) FROM (SELECT id, away FROM best WHERE near
            ORDER BY {order} LIMIT %s OFFSET %s) AS p),
       (SELECT json_agg(p) FROM (SELECT id, away FROM best WHERE NOT near
            ORDER BY {order} LIMIT %s OFFSET %s) AS p),
       {more}
"""
SIFTED = "SELECT *, {near} AS near, {missed} AS missed FROM found WHERE {inside}"
# Of those available anywhere that are not near: what is near with one of its sites stands in the other list.
APART = """SELECT * FROM (
            SELECT *, bool_or(near AND missed = 0) OVER (PARTITION BY service_id) AS at_hand FROM (
                {sifted}) AS each) AS known WHERE NOT near AND NOT at_hand"""
NUMBERED = ", ".join(f"count(*) FILTER (WHERE told & {1 << place} <> 0)" for place in traits.NUMBERS.values())


@dataclass(frozen=True)
class Hit:
    """One listing at one place: the key of its row, and kilometres."""

    row: int
    km: float | None


@dataclass
class Found:
    near: list[Hit] = field(default_factory=list)
    anywhere: list[Hit] = field(default_factory=list)
    near_count: int = 0
    anywhere_count: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    # How many more there may be: their times are not known to us.
    unknown_hours: int = 0

    @property
    def total(self) -> int:
        return self.near_count + self.anywhere_count


def ask(wanted: Wanted) -> Found:
    """Nothing but "what is there?" looks at every row, and is what the first page asks: the answer holds for a minute.

    A new or changed listing makes it anew at once, for it has a new row; one that is gone is not shown.
    """
    if not wanted.asks_for_all:
        return asked(wanted)
    last = Findable.objects.aggregate(last=Max("pk"))["last"]
    key = f"search:{last}:{wanted.now:%Y%m%d%H%M}:{wanted.page}:{wanted.per_page}"
    kept: Found | None = cache.get(key)
    if kept is None:
        cache.set(key, kept := asked(wanted), MINUTE)
    return kept


def asked(wanted: Wanted) -> Found:
    """What the database answers now."""
    sql, given = statement(wanted)
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        near, anywhere, numbers, named, near_hits, anywhere_hits, more = cursor.fetchone()
    counts = {fact: times for fact, times in zip(traits.NUMBERS, numbers, strict=True) if times}
    return Found(hits(near_hits), hits(anywhere_hits), near, anywhere, counts | (read(named) or {}), more)


def read(found: Any) -> Any:
    return json.loads(found) if isinstance(found, str) else found


def hits(found: Any) -> list[Hit]:
    return [Hit(each["id"], kilometres(each["away"])) for each in read(found) or []]


def kilometres(away: float | None) -> float | None:
    return None if away is None else places.km_of(away)


def statement(wanted: Wanted) -> Sql:
    """The whole question. Its pieces hold nothing that somebody typed; that is in the parameters."""
    words = tsquery.of_meaning(wanted.meaning) if wanted.meaning.asks else None
    away, where, rank, missed = (
        distance(wanted),
        conditions(wanted, words),
        ranked(wanted, words),
        misses(wanted),
    )
    soft, now = [facet.name for facet, _values in wanted.facets if facet.either], wanted.now
    sifted = SIFTED.format(near=nearness(wanted), missed=missed[0], inside=inside(wanted))
    if wanted.reach == ANYWHERE and wanted.place:
        sifted = APART.format(sifted=sifted)
    sql = STATEMENT.format(
        **{"away": away[0], "now": NOW, "where": where[0], "rank": rank[0]},
        **{"sifted": sifted, "order": ordering(wanted)},
        **{"told": told(soft), "counts": counted(soft), "numbers": NUMBERED},
        single=missing(soft),
        # Of a kind that is all in numbers there is no name to count.
        naming=missing([name if name in traits.OPEN else "" for name in soft]),
        more=MORE.format(2 ** soft.index("when")) if "when" in soft else "0",
    )
    given = [now - YEAR, now, *away[1], now, now, now, *where[1], *rank[1], *missed[1]]
    return sql, [*given, *limits(wanted)]


def distance(wanted: Wanted) -> Sql:
    """The haversine from the place somebody asked for; nothing where they named none."""
    if wanted.place is None:
        return "NULL::float8", []
    point = wanted.place.point
    return AWAY, [point.latitude, point.latitude, point.longitude]


def ranked(wanted: Wanted, words: Sql | None) -> Sql:
    """How well each fits by its names and terms; what only says so in its text comes after those."""
    if words is None or wanted.sorted_by != BEST:
        return "0", []
    return f"CASE WHEN missed = 0 THEN coalesce(ts_rank('{WEIGHTS}', heading, {words[0]}), 0) END", words[1]


def conditions(wanted: Wanted, words: Sql | None) -> Sql:
    """What the index answers, and what was published since."""
    asked = [*([words] if words else []), *map(tsquery.of_any, [*whereabouts(wanted), *chosen(wanted)])]
    newer, after = (" AND published_at > %s", [wanted.since]) if wanted.since else ("", [])
    if not asked:
        return newer, after
    sql, given = tsquery.joined(asked, " && ")
    return f" AND search @@ ({sql}){newer}", [*given, *after]


def whereabouts(wanted: Wanted) -> Iterator[list[str]]:
    """Tiles of the map that the circle touches, or what means "anywhere"."""
    anywhere = [] if wanted.reach == NEAR else [documents.ANYWHERE]
    if wanted.reach == ANYWHERE and not wanted.place:
        yield anywhere
    elif wanted.place and (tiles := places.tiles_touching(places.box(wanted.place.point, wanted.radius))):
        yield [*tiles, *anywhere]


def chosen(wanted: Wanted) -> Iterator[list[str]]:
    """What has to be there; where one of several is enough, each row is looked at, because the others are counted."""
    for facet, values in wanted.facets:
        if facet.lasting and not facet.either:
            yield from ([mark] for mark in documents.marks(facts(facet, values)))


def nearness(wanted: Wanted) -> str:
    """Whether it counts among those that are near; without a place all do."""
    return f"coalesce(away <= {places.haversine(wanted.radius)!r}, false)" if wanted.place else "true"


def inside(wanted: Wanted) -> str:
    """Whether a row is looked at at all: where it is, and what of the moment has to be true."""
    near = nearness(wanted)
    only = {ANYWHERE: "" if wanted.place else "anywhere", NEAR: near}
    reach = only.get(wanted.reach) or f"(anywhere OR {near})"
    passing = [facts(facet, values) for facet, values in wanted.facets if not (facet.lasting or facet.either)]
    return " AND ".join([reach, *(f"traits & {bits(each)} <> 0" for each in passing)])


def misses(wanted: Wanted) -> Sql:
    """Which kinds of choice a row does not meet, of those where one of several is enough: a bit for each."""
    met = [meets(facts(facet, values)) for facet, values in wanted.facets if facet.either]
    found = [f"CASE WHEN {sql} THEN 0 ELSE {2**place} END" for place, (sql, _given) in enumerate(met)]
    return " + ".join(found) or "0", [each for _sql, given in met for each in given]


def meets(wished: list[str]) -> Sql:
    """One of these is true of it."""
    named = traits.others(wished)
    listed: Sql = (" OR others && %s::text[]", [named]) if named else ("", [])
    return f"traits & {bits(wished)} <> 0{listed[0]}", listed[1]


def missing(soft: list[str]) -> str:
    """What `missed` says of rows that miss nothing, or one of these kinds only."""
    return ", ".join(str(number) for number in [0, *(2**place for place, name in enumerate(soft) if name)])


def told(soft: list[str]) -> str:
    """Which facts of a row count: all, or those of the only kind it misses."""
    kinds = " ".join(f"WHEN {2**place} THEN {traits.kind(name)}" for place, name in enumerate(soft))
    return f"traits & CASE missed {kinds} ELSE -1 END" if soft else "traits"


def counted(soft: list[str]) -> str:
    """The same for those that have no number."""
    kinds = [(2**place, name) for place, name in enumerate(soft) if name in traits.OPEN]
    cases = " ".join(f"WHEN {number} THEN '{name}:'" for number, name in kinds)
    return f"(missed = 0 OR starts_with(fact, CASE missed {cases} END))" if kinds else "true"


def facts(facet: Facet, values: tuple[str, ...]) -> list[str]:
    return [facet.fact(value) for value in values]


def ordering(wanted: Wanted) -> str:
    """What is equal otherwise comes nearest first, then by name."""
    return {NEAREST: "away NULLS LAST, name, id", BEST: "rank DESC, away NULLS LAST, name, id"}.get(
        wanted.sorted_by, "name, id"
    )


def limits(wanted: Wanted) -> Iterator[int]:
    """Those that are near in pages; a few of those anywhere below the first, or all of them in pages."""
    start = (wanted.page - 1) * wanted.per_page
    yield from (wanted.per_page, start)
    if wanted.reach == ANYWHERE or wanted.since:
        yield from (wanted.per_page, start)
    else:
        yield from (FEW if wanted.page == 1 else 0, 0)
