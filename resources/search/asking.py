"""One question to the database, with everything a page of results needs: the page, how many, and what else to choose.

The words and the map's tiles are one condition on one index, so that the cost goes with what lies near and fits, not
with the size of the directory. What is left is looked at once: `base` says for each row which kinds of choice it
misses (`missed`), because the counts of a kind are those without it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from resources.search import places, tsquery
from resources.search.documents import ANYWHERE as ANYWHERE_TILE
from resources.search.facets import Facet
from resources.search.tsquery import Sql
from resources.search.wanted import ANYWHERE, BEST, NEAREST, Wanted

WEIGHTS = "{0.05, 0.2, 0.6, 1.0}"
YEAR = dt.timedelta(days=365)
# How many of those available anywhere stand below those that are near.
FEW = 5
KM = f"""CASE WHEN r.latitude IS NOT NULL THEN {2 * places.EARTH} * asin(least(1, sqrt(
        power(sin(radians(r.latitude - %s) / 2), 2)
        + cos(radians(%s)) * cos(radians(r.latitude)) * power(sin(radians(r.longitude - %s) / 2), 2)))) END"""
STATEMENT = """
WITH found AS MATERIALIZED (
    SELECT r.id, r.service_id, r.sites, r.anywhere, r.name, {km} AS km,
           r.facts
           || CASE WHEN r.hours IS NULL THEN '{{when:unknown}}'
                   WHEN r.hours @> %s THEN '{{when:now,when:today}}'
                   WHEN r.hours && tstzrange(%s, (date_trunc('day', %s AT TIME ZONE r.zone) + interval '1 day')
                                                 AT TIME ZONE r.zone) THEN '{{when:today}}'
                   ELSE '{{}}' END::text[]
           || CASE WHEN r.verified_at >= %s THEN '{{checked:year}}' ELSE '{{}}' END::text[] AS facts
    FROM resources_findable r
    WHERE (r.shown_until IS NULL OR r.shown_until > %s){where}
), base AS MATERIALIZED (
    SELECT *, {near} AS near, {missed} AS missed FROM found WHERE {inside}{hard}
), best AS MATERIALIZED (
    SELECT DISTINCT ON (service_id) id, service_id, near, km, name, facts FROM base WHERE missed = '{{}}'
    ORDER BY service_id, near DESC, km NULLS LAST, id
), ranked AS MATERIALIZED (
    {ranked}
), counted AS (
    SELECT fact, sum(times)::int AS times FROM (
        SELECT fact, count(*) AS times FROM base, unnest(facts) AS fact
        WHERE sites = 1 AND {counts} GROUP BY fact
        UNION ALL
        SELECT fact, count(DISTINCT service_id) FROM base, unnest(facts) AS fact
        WHERE sites > 1 AND {counts} GROUP BY fact
    ) AS parts GROUP BY fact
)
SELECT (SELECT count(*) FROM best WHERE near), (SELECT count(*) FROM best WHERE NOT near),
       (SELECT json_object_agg(fact, times) FROM counted),
       (SELECT json_agg(p) FROM (SELECT id, km, facts FROM ranked WHERE near
            ORDER BY {order} LIMIT %s OFFSET %s) AS p),
       (SELECT json_agg(p) FROM (SELECT id, km, facts FROM ranked WHERE NOT near
            ORDER BY {order} LIMIT %s OFFSET %s) AS p),
       {unknown}
"""


@dataclass(frozen=True)
class Hit:
    """One listing at one site: the key of its row, kilometres, and what is true of it at this moment."""

    row: int
    km: float | None
    facts: frozenset[str]


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
    sql, given = statement(wanted)
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        near, anywhere, counts, near_hits, anywhere_hits, unknown = cursor.fetchone()
    return Found(hits(near_hits), hits(anywhere_hits), near, anywhere, read(counts) or {}, unknown)


def read(found: Any) -> Any:
    return json.loads(found) if isinstance(found, str) else found


def hits(found: Any) -> list[Hit]:
    return [Hit(each["id"], each["km"], frozenset(each["facts"])) for each in read(found) or []]


def statement(wanted: Wanted) -> Sql:
    """The whole question. Its pieces hold nothing that somebody typed; that is in the parameters."""
    words = tsquery.of_meaning(wanted.meaning) if wanted.meaning.asks else None
    km, rank, where = distance(wanted), ranked(wanted, words), conditions(wanted, words)
    missed, hard = misses(wanted), must_have(wanted)
    counts = "(missed = '{}' OR cardinality(missed) = 1 AND split_part(fact, ':', 1) = missed[1])"
    now, tail = wanted.now, limits(wanted)
    sql = STATEMENT.format(
        km=km[0],
        ranked=rank[0],
        where=where[0],
        near=nearness(wanted),
        inside=inside(wanted),
        missed=missed[0],
        hard=hard[0],
        counts=counts,
        order=ordering(wanted),
        unknown=UNKNOWN if wanted.chosen.get("when") else "0",
    )
    before = [*km[1], now, now, now, now - YEAR, now, *where[1]]
    return sql, [*before, *missed[1], *hard[1], *rank[1], *tail]


# Listings of which no site is open, and one has times we do not know.
UNKNOWN = """(SELECT count(DISTINCT service_id) FROM base WHERE missed = '{when}' AND 'when:unknown' = ANY (facts)
        AND service_id NOT IN (SELECT service_id FROM best))"""


def distance(wanted: Wanted) -> Sql:
    if wanted.place is None:
        return "NULL::float8", []
    point = wanted.place.point
    return KM, [point.latitude, point.latitude, point.longitude]


def ranked(wanted: Wanted, words: Sql | None) -> Sql:
    """How well each fits, asked of those alone that are shown: it takes their whole text to say so."""
    if words is None or wanted.sorted_by != BEST:
        return "SELECT *, 0 AS rank FROM best", []
    sql = f"""SELECT best.*, ts_rank('{WEIGHTS}', r.search, {words[0]}) AS rank
    FROM best JOIN resources_findable r ON r.id = best.id"""  # noqa: S608 (no word of it was typed)
    return sql, words[1]


def conditions(wanted: Wanted, words: Sql | None) -> Sql:
    """What the index answers: words, and tiles that the circle touches or that mean "anywhere"."""
    asked = [words] if words else []
    if wanted.place and (tiles := places.tiles_touching(places.box(wanted.place.point, wanted.radius))):
        names = " | ".join(f"'{name}'" for name in [*tiles, ANYWHERE_TILE])
        asked.append(("%s::tsquery", [names]))
    newer, after = (" AND r.published_at > %s", [wanted.since]) if wanted.since else ("", [])
    if not asked:
        return newer, after
    sql, given = tsquery.joined(asked, " && ")
    return f" AND r.search @@ ({sql}){newer}", [*given, *after]


def nearness(wanted: Wanted) -> str:
    """Whether it counts among those that are near; without a place all do."""
    return f"coalesce(km <= {float(wanted.radius)}, false)" if wanted.place else "true"


def inside(wanted: Wanted) -> str:
    near = nearness(wanted)
    return {ANYWHERE: f"anywhere AND NOT {near}" if wanted.place else "anywhere", "near": near}.get(
        wanted.reach, f"(anywhere OR {near})"
    )


def misses(wanted: Wanted) -> Sql:
    """Which kinds of choice a row does not meet, of those where one of several is enough."""
    soft = [(facet, chosen) for facet, chosen in wanted.facets if facet.either]
    if not soft:
        return "'{}'::text[]", []
    cases = ", ".join(f"CASE WHEN NOT facts && %s::text[] THEN '{facet.name}' END" for facet, _chosen in soft)
    return f"array_remove(ARRAY[{cases}], NULL)", [facts(facet, chosen) for facet, chosen in soft]


def must_have(wanted: Wanted) -> Sql:
    hard = [fact for facet, chosen in wanted.facets if not facet.either for fact in facts(facet, chosen)]
    return (" AND facts @> %s::text[]", [hard]) if hard else ("", [])


def facts(facet: Facet, chosen: tuple[str, ...]) -> list[str]:
    return [facet.fact(value) for value in chosen]


def ordering(wanted: Wanted) -> str:
    """What is equal otherwise comes nearest first, then by name."""
    return {NEAREST: "km NULLS LAST, name, id", BEST: "rank DESC, km NULLS LAST, name, id"}.get(
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
