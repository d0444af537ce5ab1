"""The search of the benchmark as somebody would write it by hand: two statements, for this one search."""

from __future__ import annotations

from typing import Any

# What fits but for the choices, once; then the list, how many, and the counts of each kind without its own choice.
ANSWER = """
WITH here AS (
    SELECT latitude, longitude FROM resources_postalcode WHERE code = %(code)s LIMIT 1
), near AS MATERIALIZED (
    SELECT f.id, f.service_id, f.facts, f.anywhere, f.name, f.verified_at,
           ts_rank('{0.05, 0.2, 0.6, 1.0}', f.heading, q) AS rank,
           f.hours IS NULL AS unknown, f.hours @> %(now)s AS now,
           f.hours && tstzrange(%(now)s, (date_trunc('day', %(now)s AT TIME ZONE f.zone) + interval '1 day')
                                          AT TIME ZONE f.zone) AS today,
           6371.0088 * 2 * asin(least(1, sqrt(power(sin(radians(f.latitude - here.latitude) / 2), 2)
               + cos(radians(here.latitude)) * cos(radians(f.latitude))
               * power(sin(radians(f.longitude - here.longitude) / 2), 2)))) AS km
    FROM resources_findable f, here, (SELECT {query} AS q) AS asked
    WHERE f.search @@ q AND f.facts @> %(access)s::text[] AND (f.shown_until IS NULL OR f.shown_until > %(now)s)
      AND (f.anywhere OR f.latitude BETWEEN here.latitude - %(dlat)s AND here.latitude + %(dlat)s
                     AND f.longitude BETWEEN here.longitude - %(dlng)s AND here.longitude + %(dlng)s)
), fits AS MATERIALIZED (
    SELECT *, facts && %(cost)s::text[] AS cost_ok, facts && %(kind)s::text[] AS kind_ok,
           coalesce(km <= %(radius)s, false) AS here
    FROM near WHERE anywhere OR km <= %(radius)s
), best AS (
    SELECT DISTINCT ON (service_id) * FROM fits WHERE cost_ok AND kind_ok
    ORDER BY service_id, here DESC, km NULLS LAST, id
), counts AS (
    SELECT fact, count(DISTINCT service_id) AS times FROM fits, unnest(facts) AS fact
    WHERE (cost_ok OR fact LIKE 'cost:%%') AND (kind_ok OR fact LIKE 'kind:%%') AND (cost_ok OR kind_ok)
    GROUP BY fact
    UNION ALL SELECT 'when:now', count(DISTINCT service_id) FROM fits WHERE cost_ok AND kind_ok AND now
    UNION ALL SELECT 'when:today', count(DISTINCT service_id) FROM fits WHERE cost_ok AND kind_ok AND (now OR today)
    UNION ALL SELECT 'when:unknown', count(DISTINCT service_id) FROM fits WHERE cost_ok AND kind_ok AND unknown
    UNION ALL SELECT 'checked:year', count(DISTINCT service_id) FROM fits
              WHERE cost_ok AND kind_ok AND verified_at >= %(now)s - interval '365 days'
)
SELECT (SELECT count(*) FROM best WHERE here), (SELECT count(*) FROM best WHERE NOT here),
       (SELECT json_object_agg(fact, times) FROM counts WHERE times > 0),
       (SELECT array_agg(id) FROM (SELECT id FROM best WHERE here ORDER BY rank DESC, km, name, id LIMIT 20) AS p),
       (SELECT array_agg(id) FROM (SELECT id FROM best WHERE NOT here ORDER BY rank DESC, km, name, id LIMIT 5) AS p)
"""
PAGE = """
    SELECT f.*, s.name, s.kind, s.delivery, s.cost, s.access, s.status, o.name, v.verified_at, l.name, a.city
    FROM resources_findable f JOIN resources_service s ON s.id = f.service_id
    JOIN resources_organization o ON o.id = s.organization_id
    JOIN resources_verification v ON v.id = s.verification_id
    LEFT JOIN resources_serviceatlocation at ON at.id = f.at_location_id
    LEFT JOIN resources_location l ON l.id = at.location_id LEFT JOIN resources_address a ON a.location_id = l.id
    WHERE f.id = ANY (%(ids)s)
"""


def answer(given: dict[str, Any]) -> tuple[Any, ...]:
    """How many near and anywhere, counts, keys of the page near and anywhere; the page's rows are fetched, too."""
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    query = " && ".join("(" + " || ".join(map(condition, need)) + ")" for need in given["needs"])
    with connection.cursor() as cursor:
        cursor.execute(ANSWER.replace("{query}", query), given)
        found = cursor.fetchone()
        cursor.execute(PAGE, {"ids": [*(found[3] or []), *(found[4] or [])]})
        cursor.fetchall()
    return found


def condition(words: str) -> str:
    """Words that all have to be there, "as a phrase", or the beginning of one, "begin:*"."""
    function = {"*": "to_tsquery", '"': "phraseto_tsquery"}.get(words[-1], "plainto_tsquery")
    return " || ".join(f"{function}('{config}', '{words}')" for config in ("english", "simple"))
