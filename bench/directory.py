"""An invented directory for the benchmark of the search: towns, and listings in and around them, made in the database.

Words are drawn so that few are frequent and most are rare, as in any language; towns likewise have few large ones. The
rows of the search are written by the same statement's expressions as `services.reindex` uses, without going through
Python, for speed; nothing here asks whether `reindex` is fast.
"""

from __future__ import annotations

WORDS = 4000
REAL = (
    "pain group support walking warm water counselling friends music garden gentle movement chronic arthritis"
    " fibromyalgia back carers lunch rest reading online phone transport money sleep migraine nerve joints class"
    " choir swimming yoga breathing coffee neighbours volunteers library quiet evening drivers equipment advice"
)
TOWNS = """
    INSERT INTO resources_postalcode (country, code, place_name, folded_name, region, latitude, longitude)
    SELECT 'GB', 'T' || n, 'Town ' || n, 'town ' || n, '',
           50 + 8 * (('x' || substr(md5('a' || n), 1, 8))::bit(32)::bigint / 4294967296.0),
           -6 + 8 * (('x' || substr(md5('b' || n), 1, 8))::bit(32)::bigint / 4294967296.0)
    FROM generate_series(1, %(towns)s) AS n
"""
VOCABULARY = """
    CREATE TEMP TABLE vocabulary AS
    SELECT row_number() OVER (ORDER BY place, word) AS n, word FROM (
        SELECT 5 + 12 * place AS place, word
        FROM unnest(string_to_array(%(real)s, ' ')) WITH ORDINALITY AS real(word, place)
        UNION SELECT n, 'w' || substr(translate(md5(n::text), '0123456789', 'ghijklmnop'), 1, 4 + n %% 6)
        FROM generate_series(1, %(words)s) AS n
    ) AS made
"""
# Drawn by the third power of a die: "pain" stands in every fifth listing, most words in one of a thousand.
LISTINGS = """
    CREATE TEMP TABLE made AS
    WITH words AS (SELECT array_agg(word ORDER BY n) AS w, count(*) AS many FROM vocabulary)
    SELECT n, gen_random_uuid() AS service, gen_random_uuid() AS site, gen_random_uuid() AS place,
           1 + floor(power(random(), 2) * %(towns)s)::int AS town, random() AS far, random() AS turn,
           random() AS r1, random() AS r2, random() AS r3, random() AS r4,
           (SELECT string_agg(w[1 + floor(power(random(), 3) * many)::int + i * 0], ' ')
            FROM generate_series(1, 4 + n * 0) AS i) AS a,
           (SELECT string_agg(w[1 + floor(power(random(), 3) * many)::int + i * 0], ' ')
            FROM generate_series(1, 5 + n * 0) AS i) AS b,
           (SELECT string_agg(w[1 + floor(power(random(), 3) * many)::int + i * 0], ' ')
            FROM generate_series(1, 45 + n * 0) AS i) AS c
    FROM generate_series(1, %(services)s) AS n, words
"""
SERVICES = """
    INSERT INTO resources_organization (id, created_at, updated_at, original_id, name, alternate_name, description,
        email, website, legal_status, logo, uri)
    SELECT md5('o' || n)::uuid, now(), now(), '', 'House ' || n, '', '', '', '', '', '', ''
    FROM generate_series(0, %(services)s / 4) AS n;
    INSERT INTO resources_service (id, organization_id, name, alternate_name, kind, description, delivery, cost, access,
        keywords, url, email, status, alert, application_process, fees_description,
        eligibility_description, interpretation_services, accreditations, wait_time, original_id,
        created_at, updated_at)
    SELECT service, md5('o' || n / 4)::uuid, a, '',
           (ARRAY['service','group','class','place'])[1 + floor(r1 * 4)::int], c,
           CASE WHEN r2 < 0.02 THEN '{online}' WHEN r2 < 0.03 THEN '{in_person,online}'
                ELSE '{in_person}' END::text[],
           (ARRAY['free','free','donation','low','paid'])[1 + floor(r3 * 5)::int],
           CASE WHEN r4 < 0.6 THEN '{step_free,toilet,arm_chairs}' ELSE '{quiet}' END::text[],
           b, '', '', 'active', '', '', '', '', '', '', '', '', now(), now()
    FROM made;
    INSERT INTO resources_verification (form_key, service_id, verified_at, how, parts, note)
    SELECT gen_random_uuid(), service, now() - r1 * interval '600 days', 'phone', '{name}', '' FROM made;
    UPDATE resources_service s SET verification_id = v.id, published_at = now()
    FROM resources_verification v WHERE v.service_id = s.id;
    INSERT INTO resources_location (id, created_at, updated_at, original_id, location_type, name, alternate_name,
        description, transportation, url, latitude, longitude, external_identifier, external_identifier_type)
    SELECT place, now(), now(), '', 'physical', 'Hall ' || n, '', '', '', '',
           p.latitude + 0.12 * sqrt(far) * cos(turn * 6.28318),
           p.longitude + 0.2 * sqrt(far) * sin(turn * 6.28318), '', ''
    FROM made JOIN resources_postalcode p ON p.code = 'T' || town;
    INSERT INTO resources_address (id, location_id, attention, address_1, address_2, city, region, state_province,
        postal_code, country, address_type)
    SELECT gen_random_uuid(), place, '', '1 Street', '', 'Town ' || town, '', '', 'T' || town, 'GB', 'physical'
    FROM made;
    INSERT INTO resources_serviceatlocation (id, service_id, location_id, description)
    SELECT site, service, place, '' FROM made WHERE r2 >= 0.02;
"""
FINDABLE = """
    INSERT INTO resources_findable (service_id, at_location_id, sites, name, search, facts, latitude, longitude,
        anywhere, hours, zone, sessions, verified_at, published_at, shown_until, refreshed_on)
    SELECT s.id, at.id, 1, s.name,
           setweight(to_tsvector('english', a), 'A') || setweight(to_tsvector('simple', a), 'A')
        || setweight(to_tsvector('english', b), 'B') || setweight(to_tsvector('simple', b), 'B')
        || setweight(to_tsvector('english', c), 'C') || setweight(to_tsvector('simple', c), 'C')
        || setweight(to_tsvector('simple', 'house ' || n / 4 || ' town ' || town), 'D')
        || array_to_tsvector(CASE WHEN at.id IS NULL THEN '{#anywhere}' ELSE ARRAY[
               '#s' || floor(l.latitude / 0.25) || '_' || floor(l.longitude / 0.25),
               '#l' || floor(l.latitude / 2) || '_' || floor(l.longitude / 2)]
               || CASE WHEN r2 < 0.03 THEN '{#anywhere}' ELSE '{}' END::text[] END::text[]),
           ARRAY['kind:' || s.kind, 'cost:' || s.cost, 'language:en', 'age:adult', 'age:older']
           || CASE WHEN r4 < 0.2 THEN '{age:young,language:es,referral:none}' ELSE '{}' END::text[]
           || ARRAY(SELECT 'how:' || unnest(s.delivery)) || ARRAY(SELECT 'access:' || unnest(s.access))
           || ARRAY['topic:t' || floor(r3 * 60), 'topic:u' || floor(r1 * 12)]
           || CASE WHEN r1 < 0.3 THEN '{when:evenings}' ELSE '{}' END::text[],
           CASE WHEN at.id IS NOT NULL THEN l.latitude END, CASE WHEN at.id IS NOT NULL THEN l.longitude END,
           r2 < 0.03,
           CASE WHEN r3 > 0.2 THEN (SELECT range_agg(tstzrange(day + time '09:00', day + time '17:00'))
               FROM generate_series(date_trunc('day', now()), now() + interval '8 days', '1 day') AS day) END,
           'Europe/London', '{}', v.verified_at, now(), NULL, current_date
    FROM made JOIN resources_service s ON s.id = made.service JOIN resources_verification v ON v.service_id = s.id
    JOIN resources_location l ON l.id = made.place LEFT JOIN resources_serviceatlocation at ON at.id = made.site
"""
KNOWN = """
    INSERT INTO resources_knownword (word, stem, times, nearby)
    SELECT word, coalesce((ts_lexize('english_stem', word))[1], word), 1, ARRAY[left(word, 7)] FROM vocabulary
    WHERE length(word) > 1 ON CONFLICT DO NOTHING
"""
# Much sooner built at the end than kept up row by row.
WITHOUT_INDEX = "DROP INDEX findable_search"
INDEX = "CREATE INDEX findable_search ON resources_findable USING gin (search) WITH (fastupdate = off)"
EMPTY = """
    TRUNCATE resources_findable, resources_knownword, resources_postalcode, resources_address,
        resources_serviceatlocation, resources_location, resources_verification, resources_service,
        resources_organization CASCADE;
    DROP TABLE IF EXISTS vocabulary, made
"""


def build(*, services: int, towns: int) -> None:
    """The whole directory anew, the same each time."""
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    given = {"services": services, "towns": towns, "real": REAL, "words": WORDS}
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)
        cursor.execute("SELECT setseed(0.5)")
        for statement in (TOWNS, VOCABULARY, LISTINGS, SERVICES, WITHOUT_INDEX, FINDABLE, INDEX, KNOWN):
            cursor.execute(statement, given)
        cursor.execute("ANALYZE")
        connection.connection.autocommit = True
        cursor.execute("VACUUM resources_findable")
