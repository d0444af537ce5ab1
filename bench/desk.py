"""What the curators' desk costs in a large directory: `python -m bench.desk --services 100000 --json`.

An invented directory, made once with a tenth of the listings and once with all; as many things wait in each queue as a
directory of that size has. For each page of the desk and each sweep it says how long it takes in both, in milliseconds
(the best of some rounds, whole: Python and database), how many queries it needs, and how many times longer it takes
with ten times the listings. What costs the same in both is what should: a page of a queue is a page of a queue.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

from bench import directory, scratch
from bench.search import SMALLER, towns_of

# What hangs on listings and waits, made in the database; `made` is there from `directory`.
MORE = """
    TRUNCATE resources_checkedlink, resources_donotlist, resources_fruitlesssearch;
    UPDATE resources_organization SET website = 'https://' || replace(lower(name), ' ', '') || '.example.org/',
        email = 'office@' || replace(lower(name), ' ', '') || '.example.org';
    UPDATE resources_service s SET url = 'https://house' || m.n / 4 || '.example.org/' || m.n
    FROM made m WHERE m.service = s.id AND m.n %% 2 = 0;
    INSERT INTO resources_phone (id, service_id, number, type, description)
    SELECT gen_random_uuid(), service, '555-' || lpad((n %% 9999999)::text, 7, '0'), '', '' FROM made;
    INSERT INTO resources_taxonomy (id, slug, name, description, uri, version, licence)
    VALUES (md5('ours')::uuid, 'supportnet', 'Ours', '', '', '', '') ON CONFLICT DO NOTHING;
    INSERT INTO resources_taxonomyterm (id, taxonomy_id, code, name, description, language, term_uri)
    SELECT md5('t' || n)::uuid, (SELECT id FROM resources_taxonomy WHERE slug = 'supportnet'),
           'bench' || n, 'Topic ' || n, '', '', ''
    FROM generate_series(0, 59) AS n ON CONFLICT DO NOTHING;
    INSERT INTO resources_attribute (id, service_id, taxonomy_term_id, link_type, value, label)
    SELECT gen_random_uuid(), service, md5('t' || floor(r3 * 60))::uuid, 'topic', '', '' FROM made;
    UPDATE resources_service s SET due_at = v.verified_at + interval '1 year', confirmed = '{name}',
        stale_at = v.verified_at + interval '1 year',
        clock_at = now() + interval '1 month' FROM resources_verification v WHERE v.id = s.verification_id;
    UPDATE resources_service s SET confirmed = '{name,contact}' FROM made m WHERE m.service = s.id AND m.n %% 20 > 0;
    UPDATE resources_service s SET published_at = NULL, verification_id = NULL, due_at = NULL, stale_at = NULL,
        clock_at = NULL, confirmed = '{}' FROM made m WHERE m.service = s.id AND m.n %% 5 = 0;
    DELETE FROM resources_findable f USING resources_service s WHERE s.id = f.service_id AND s.published_at IS NULL;
    INSERT INTO resources_changerequest (id, form_key, kind, problem, service_id, note, evidence, evidence_url,
        sent_by_email, language, decision, reason, created_at)
    SELECT gen_random_uuid(), gen_random_uuid(), CASE WHEN n %% 50 = 0 THEN 'correction' ELSE 'conflict' END, '',
           service, 'A note', '', '', '', '', '', '', now() - n * interval '1 minute'
    FROM made WHERE n %% 5 = 1 OR n %% 50 = 0;
    INSERT INTO resources_likeness (one_id, other_id, score, reasons)
    SELECT least(a.service, b.service), greatest(a.service, b.service), 70 + a.n %% 30, '{name}'
    FROM made a JOIN made b ON b.n = a.n + 1 WHERE a.n %% 20 = 0;
    INSERT INTO resources_checkedlink (url, host, next_at, checked_at, answer, detail, failures, failing_since_at,
        moved_to)
    SELECT DISTINCT ON (url) url, split_part(url, '/', 3), now() + n * interval '1 second', now(), CASE WHEN
        n %% 40 = 0 THEN 'dead' ELSE 'works' END, '404', CASE WHEN n %% 40 = 0 THEN 4 ELSE 0 END,
        CASE WHEN n %% 40 = 0 THEN now() - interval '9 days' END,
        CASE WHEN n %% 40 = 2 THEN 'https://moved.example.org/' || n ELSE '' END
    FROM (SELECT s.url, m.n FROM resources_service s JOIN made m ON m.service = s.id
          WHERE s.url <> '' AND published_at IS NOT NULL
          UNION SELECT o.website, m.n FROM resources_organization o JOIN resources_service s ON
          s.organization_id = o.id AND s.published_at IS NOT NULL JOIN made m ON m.service = s.id) AS named;
    INSERT INTO resources_change (id, service_id, how, made_at, why)
    SELECT gen_random_uuid(), service, 'edited', now() - n * interval '1 second', '' FROM made, generate_series(1, 3);
    INSERT INTO resources_changedrow (change_id, "table", "row", before, after)
    SELECT id, 'service', service_id, '{"name": "A"}', '{"name": "B"}' FROM resources_change;
    INSERT INTO resources_donotlist (name, folded_name, domain, phone, reason)
    SELECT 'Nobody ' || n, 'nobody ' || n, 'nobody' || n || '.example.org', lpad(n::text, 9, '5'), ''
    FROM generate_series(1, 60) AS n;
    INSERT INTO resources_fruitlesssearch (words, "on", times)
    SELECT 'word ' || n, current_date - (n %% 90)::int, 1 FROM generate_series(1, %(services)s / 20) AS n;
    ANALYZE
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--services", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    options = parser.parse_args()
    with scratch.database():
        few = measure(options.services // SMALLER, options.rounds)
        many = measure(options.services, options.rounds)
        machine = scratch.machine()
    found = {
        name: {"ms": ms, "queries": queries, "growth": round(ms / few[name][0], 1)}
        for name, (ms, queries) in many.items()
    }
    if not options.json:
        for name, figures in found.items():
            print(f"{name:<24}{figures['ms']:>10} ms {figures['queries']:>5} queries  x {figures['growth']}")
    print(json.dumps({"services": options.services, **found, "machine": machine}))


def measure(services: int, rounds: int) -> dict[str, tuple[float, int]]:
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    directory.build(services=services, towns=towns_of(services))
    with connection.cursor() as cursor:
        cursor.execute(MORE, {"services": services})
    fingerprint()
    return {name: best(each, rounds) for name, each in tasks().items()}


def best(act: Callable[[], object], rounds: int) -> tuple[float, int]:
    from django.db import connection, transaction  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    times, count = [], 0
    for _round in range(rounds):
        with transaction.atomic():
            with CaptureQueriesContext(connection) as asked:
                began = time.perf_counter()
                act()
                times.append(time.perf_counter() - began)
            count = len(asked)
            transaction.set_rollback(True)
    return round(min(times) * 1000, 1), count


def fingerprint() -> None:
    """As the sweep would leave it after some hours, except for a hundred that an import touched."""
    from resources.models import Fingerprint, Service  # noqa: PLC0415
    from resources.services import likeness  # noqa: PLC0415

    keys = Service.objects.order_by("pk").values_list("pk", flat=True)
    some: list[Any] = []
    for pk in [*keys, None]:
        some += [pk] if pk else []
        if len(some) == 2000 or pk is None:
            likeness._keep_fingerprints(likeness.traits_of(Service.objects.filter(pk__in=some)))
            some = []
    Fingerprint.objects.filter(pk__in=list(keys[:100])).delete()


def tasks() -> dict[str, Callable[[], object]]:
    """Each page through the test client, as a curator sees it; each sweep as the worker does it."""
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from resources import services  # noqa: PLC0415
    from resources.models import Address, Change, Organization, Service  # noqa: PLC0415
    from resources.services import history, likeness, linkwork  # noqa: PLC0415

    cora, _made = User.objects.get_or_create(email="bench@example.org", defaults={"name": "Bench"})
    services.appoint_curator(user=cora)
    client, one = Client(HTTP_HOST="localhost"), Service.objects.published().order_by("pk")[5]
    client.force_login(cora)
    late = Service.objects.published().filter(due_at__lte=timezone.now()).order_by("-due_at")[:1].get()
    base = "/find/desk/"

    def page(path: str) -> Callable[[], object]:
        def fetch() -> None:
            answer = client.get(f"{base}{path}")
            if answer.status_code != 200:
                raise SystemExit(f"{path} answers {answer.status_code}")

        return fetch

    def edit() -> None:
        with history.noting(service=one, by=cora, why="bench"):
            Service.objects.filter(pk=one.pk).update(description="Changed")
            Organization.objects.filter(pk=one.organization_id).update(name="Changed")
            Address.objects.filter(location__at_services__service=one.pk).update(address_1="Changed")

    pages = {
        "front": "",
        "due": "due/",
        "due_far_on": f"due/?after={late.pk},{late.due_at:%Y-%m-%dT%H:%M:%SZ}",
        "requests": "requests/",
        "conflicts": "conflicts/",
        "drafts": "listings/",
        "drafts_far_on": f"listings/?after={one.pk},w",
        "listings_by_words": "listings/?state=published&q=hydro",
        "listings_by_number": "listings/?state=published&q=555-0099",
        "unsure": "listings/?state=unsure",
        "listing": f"listings/{one.pk}/",
        "history": f"listings/{one.pk}/history/",
        "duplicates": "duplicates/",
        "not_listed": "not-listed/",
        "links": "links/",
        "figures": "figures/",
    }
    return {
        **{name: page(path) for name, path in pages.items()},
        "noting": edit,
        "verify": lambda: services.verify(service=one, by=cora, how="phone", parts=["name"]),
        "sweep_likeness": likeness.sweep_likeness,
        "gather_links": lambda: linkwork.gather_links(now=timezone.now()),
        "claim_links": lambda: linkwork.claim(timezone.now(), most=20),
        "sweep_clock": lambda: services.sweep_clock(now=timezone.now()),
        "note_1000_imported": lambda: history.note_many(
            services=list(Service.objects.values_list("pk", flat=True)[:1000]), how=Change.How.IMPORTED
        ),
    }


if __name__ == "__main__":
    main()
