"""An invented directory for the benchmark of the search, made to be hard, in the database itself.

- Words follow the law of Zipf and Mandelbrot, as those of any language do: a few in a third of all listings, most in
  one of a thousand and fewer, and none left out; each listing has 54 of them. Topics, languages and towns likewise.
- The largest town holds a quarter of all listings, the last ones a handful. Every tenth listing has several sites.
- Two of ten listings are available anywhere, so every search near some place has those to count, too.
- What is true of a listing is not rare: half cost nothing, two of three are step-free. Each has about 16 facts.
- Opening times differ in hours, in days and in whether they are known.

The rows of the search are written by the same expressions as `services.reindex` uses, without going through Python, for
speed; nothing here asks whether `reindex` is fast. Misspelt words are looked up in what `indexing.learn` has learnt.
"""

from __future__ import annotations

WORDS = 20_000
# The first is the most frequent. The others follow further and further apart, to one of ten thousand listings.
REAL = (
    "pain group support class chronic walking garden water friends music gentle warm counselling back movement"
    " arthritis fibromyalgia sleep reading lunch yoga transport choir swimming breathing persistent sore therapy"
    " migraine nerve joints volunteers library quiet evening drivers equipment advice coffee neighbours rest money"
)
TOWNS = """
    INSERT INTO resources_postalcode (country, code, place_name, folded_name, region, latitude, longitude)
    SELECT 'GB', 'T' || n, 'Town ' || n, 'town ' || n, '',
           50 + 8 * (('x' || substr(md5('a' || n), 1, 8))::bit(32)::bigint / 4294967296.0),
           -6 + 8 * (('x' || substr(md5('b' || n), 1, 8))::bit(32)::bigint / 4294967296.0)
    FROM generate_series(1, %(towns)s) AS n
"""
# Made of syllables, so that they are as like each other as words are.
VOCABULARY = """
    CREATE TEMP TABLE vocabulary AS
    SELECT row_number() OVER (ORDER BY place, word) AS n, word FROM (
        SELECT floor(power(place - 1, 2.2)) AS place, word
        FROM unnest(string_to_array(%(real)s, ' ')) WITH ORDINALITY AS real(word, place)
        UNION ALL
        SELECT n, syllable[1 + s %% 60] || syllable[1 + s / 60 %% 60] || syllable[1 + s / 3600]
                  || (ARRAY['', 's', 'ing', 'er', 'd', 'n', ''])[1 + n %% 7]
        FROM (SELECT n, n * 7919 %% 216000 AS s FROM generate_series(1, %(words)s) AS n) AS drawn,
             (SELECT array_agg(a || b ORDER BY a, b) AS syllable
              FROM unnest('{b,c,d,f,g,l,m,n,p,r,s,t}'::text[]) AS a, unnest('{a,e,i,o,u}'::text[]) AS b) AS spoken
    ) AS made
"""
DRAWN = "w[1 + floor(19 * power((many + 18) / 19.0, random()) - 19)::int + i * 0]"
LISTINGS = f"""
    CREATE TEMP TABLE made AS
    WITH words AS (SELECT array_agg(word ORDER BY n) AS w, count(*) AS many FROM vocabulary)
    SELECT n, gen_random_uuid() AS service,
           CASE WHEN random() < 0.28 THEN 1 ELSE 1 + floor(power(%(towns)s, random()))::int %% %(towns)s END AS town,
           random() AS r1, random() AS r2, random() AS r3, random() AS r4, random() AS r5, random() AS r6,
           CASE WHEN random() < 0.9 THEN 1 ELSE 2 + floor(random() * 4)::int END AS sites,
           (SELECT string_agg({DRAWN}, ' ') FROM generate_series(1, 4 + n * 0) AS i) AS a,
           (SELECT string_agg({DRAWN}, ' ') FROM generate_series(1, 5 + n * 0) AS i) AS b,
           (SELECT string_agg({DRAWN}, ' ') FROM generate_series(1, 45 + n * 0) AS i) AS c
    FROM generate_series(1, %(services)s) AS n, words
"""
# The first site is in its town, the others are in the towns after it. Who comes from afar only has none.
SITES = """
    CREATE TEMP TABLE sites AS
    SELECT made.n, site, service, gen_random_uuid() AS at, gen_random_uuid() AS place, p.code, p.place_name,
           p.latitude + 0.12 * sqrt(far) * cos(turn) AS latitude,
           p.longitude + 0.2 * sqrt(far) * sin(turn) AS longitude
    FROM made CROSS JOIN LATERAL generate_series(1, CASE WHEN r2 < 0.1 THEN 0 ELSE sites END) AS site
    CROSS JOIN LATERAL (SELECT random() + site * 0 AS far, 6.28318 * random() + site * 0 AS turn) AS drawn
    JOIN resources_postalcode p ON p.code = 'T' || (1 + (town + site - 2) %% %(towns)s)
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
           (ARRAY['group','group','group','service','service','class','place','event'])[1 + floor(r1 * 8)::int], c,
           CASE WHEN r2 < 0.1 THEN '{online}' WHEN r2 < 0.15 THEN '{in_person,online}'
                WHEN r2 < 0.2 THEN '{in_person,phone}' WHEN r2 < 0.25 THEN '{at_home,in_person}'
                ELSE '{in_person}' END::text[],
           (ARRAY['free','free','free','donation','low','paid'])[1 + floor(r3 * 6)::int],
           ARRAY(SELECT code FROM unnest(%(access)s::text[]) WITH ORDINALITY AS one(code, place)
                 WHERE ('x' || substr(md5(code || n), 1, 4))::bit(16)::int < 65536 * 0.67 / sqrt(place)),
           b, '', '', 'active', '', '', '', '', '', '', '', '', now(), now()
    FROM made;
    INSERT INTO resources_verification (form_key, service_id, verified_at, how, parts, note)
    SELECT gen_random_uuid(), service, now() - r6 * interval '450 days', 'phone', '{name}', '' FROM made;
    UPDATE resources_service s SET verification_id = v.id, published_at = now()
    FROM resources_verification v WHERE v.service_id = s.id;
    INSERT INTO resources_location (id, created_at, updated_at, original_id, location_type, name, alternate_name,
        description, transportation, url, latitude, longitude, external_identifier, external_identifier_type)
    SELECT place, now(), now(), '', 'physical', 'Hall ' || n, '', '', '', '', latitude, longitude, '', '' FROM sites;
    INSERT INTO resources_address (id, location_id, attention, address_1, address_2, city, region, state_province,
        postal_code, country, address_type)
    SELECT gen_random_uuid(), place, '', '1 Street', '', place_name, '', '', code, 'GB', 'physical' FROM sites;
    INSERT INTO resources_serviceatlocation (id, service_id, location_id, description)
    SELECT at, service, place, '' FROM sites;
"""
# What is closed on some days and begins and ends at some hours, for the next days; a quarter is not known.
FINDABLE = """
    INSERT INTO resources_findable (service_id, at_location_id, sites, name, heading, search, facts, traits,
        others, latitude, longitude, anywhere, hours, zone, sessions, verified_at, published_at, shown_until,
        refreshed_on)
    SELECT made.service, sites.at, CASE WHEN r2 < 0.1 THEN 1 ELSE sites END, a, heading, heading
        || setweight(to_tsvector('english', c), 'C') || setweight(to_tsvector('simple', c), 'C')
        || setweight(to_tsvector('simple', 'house ' || made.n / 4 || coalesce(' town ' || code, '')), 'D')
        || array_to_tsvector(CASE WHEN at IS NULL THEN '{}' ELSE ARRAY[
               '#s' || floor(latitude / 0.25) || '_' || floor(longitude / 0.25),
               '#l' || floor(latitude / 2) || '_' || floor(longitude / 2)] END::text[]
               || CASE WHEN r2 < 0.2 THEN '{#anywhere}' ELSE '{}' END::text[]
               || ARRAY(SELECT '#' || unnest(lasting))),
           facts, (SELECT coalesce(bit_or(1::bigint << (number - 1)::int), 0)
                   FROM unnest(%(traits)s::text[]) WITH ORDINALITY AS known(fact, number) WHERE fact = ANY (facts)),
           ARRAY(SELECT fact FROM unnest(facts) AS fact WHERE fact <> ALL (%(traits)s::text[])),
           latitude, longitude, r2 < 0.2,
           CASE WHEN r3 > 0.25 THEN (SELECT coalesce(range_agg(
                    tstzrange(day + (7 + floor(r4 * 8)) * interval '1 hour',
                              day + (16 + floor(r6 * 7)) * interval '1 hour')), '{}')
               FROM generate_series(date_trunc('day', now()), now() + interval '8 days', '1 day') AS day
               WHERE (extract(dow FROM day)::int + made.n %% 7) %% 7 < 2 + made.n %% 6) END,
           'Europe/London', '{}', v.verified_at, now(), now() + interval '500 days', current_date
    FROM made JOIN resources_service s ON s.id = made.service JOIN resources_verification v ON v.service_id = s.id
    LEFT JOIN sites ON sites.n = made.n, LATERAL (
        SELECT setweight(to_tsvector('english', a), 'A') || setweight(to_tsvector('simple', a), 'A')
            || setweight(to_tsvector('english', b), 'B') || setweight(to_tsvector('simple', b), 'B') AS heading,
            ARRAY['kind:' || s.kind, 'cost:' || s.cost]
            || ARRAY(SELECT 'how:' || unnest(s.delivery)) || ARRAY(SELECT 'access:' || unnest(s.access))
            || (ARRAY['{language:en}', '{language:en}', '{language:en}', '{language:en,language:es}',
                      '{language:' || chr(97 + (26 * power(r5 * 5 - 4, 2))::int %% 26) || 'x,language:en}'
                     ])[1 + floor(r5 * 5)::int]::text[]
            || (ARRAY['{age:adult,age:older,age:young}', '{age:adult,age:older,age:young}', '{age:adult,age:older}',
                      '{age:older}', '{age:child,age:teen}'])[1 + floor(r4 * 5)::int]::text[]
            || ARRAY(SELECT DISTINCT 'topic:' || topic FROM unnest(ARRAY['b' || floor(power(12, r4)),
                         't' || floor(power(90, r5)), 't' || 91 - floor(power(90, r6))]) AS topic)
            || CASE WHEN r4 < 0.5 THEN '{referral:none}' ELSE '{}' END::text[] AS lasting) AS said, LATERAL (
        SELECT lasting || CASE WHEN r1 < 0.3 THEN '{when:evenings}' ELSE '{}' END::text[] AS facts) AS told
    ORDER BY random()
"""
# Much sooner built at the end than kept up row by row.
WITHOUT_INDEX = "DROP INDEX IF EXISTS findable_search"
INDEX = "CREATE INDEX findable_search ON resources_findable USING gin (search) WITH (fastupdate = off)"
EMPTY = """
    TRUNCATE resources_findable, resources_knownword, resources_postalcode, resources_address,
        resources_serviceatlocation, resources_location, resources_verification, resources_service,
        resources_organization CASCADE;
    DROP TABLE IF EXISTS vocabulary, made, sites
"""


def build(*, services: int, towns: int) -> None:
    """The whole directory anew, the same each time."""
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    from resources.models import Service  # noqa: PLC0415
    from resources.search.traits import LASTING  # noqa: PLC0415
    from resources.services import indexing, refreshing  # noqa: PLC0415

    given = {"services": services, "towns": towns, "real": REAL, "words": WORDS}
    given["traits"] = list(LASTING)
    given["access"] = [str(code) for code in Service.Access.values]
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)
        cursor.execute("SELECT setseed(0.5)")
        for statement in (
            TOWNS,
            VOCABULARY,
            LISTINGS,
            SITES,
            SERVICES,
            WITHOUT_INDEX,
            FINDABLE,
            INDEX,
        ):
            cursor.execute(statement, given)
        cursor.execute("SELECT word FROM vocabulary")
        indexing.learn((word, "english") for (word,) in cursor.fetchall())
        cursor.execute(refreshing.COUNT)
        cursor.execute("ANALYZE")
        connection.connection.autocommit = True
        cursor.execute("VACUUM ANALYZE resources_findable")
