"""How long the network page takes with many people on it, against the same page with three and against plain SQL.

    python -m bench.network --json

Everybody in it was logged, a quarter joined, a quarter was invited. Keys of the last line: page_ms (the whole answer,
through all middleware, in this process), cpu_ms (what this process itself worked for it, however busy the machine),
small_ms (the same page with three people), ratio (page by small), sql_ms (the same rows, fetched by hand in three
statements), sql_ratio (page by SQL), database_ms (what the page itself spends waiting for the database), queries,
bytes, compressed_bytes (gzip, level 6), ties, rounds, machine. Times are medians; the pages and the statements take
turns, so that a noisy neighbour slows all of them alike.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench import scratch

OWNER = """
    INSERT INTO accounts_user (email, password, name, time_zone, language, is_active, is_staff, is_superuser)
    SELECT 'o' || %(ties)s || '@example.org', '', 'Owner', 'Europe/London', 'en', true, false, false
    RETURNING id
"""
TIES = """
    INSERT INTO networks_tie
        (owner_id, name, circle, supports, form_key, relationship, phone, email, last_touch_at)
    SELECT %(owner)s, 'Somebody number ' || n, (ARRAY['closest', 'close', 'wider'])[1 + n %% 3], '{company}',
           gen_random_uuid(), 'Friend from choir', '', '', now() - n * interval '1 day'
    FROM generate_series(1, %(ties)s) n
"""
MEMBERS = """
    WITH people AS (
        INSERT INTO accounts_user (email, password, name, time_zone, language, is_active, is_staff, is_superuser)
        SELECT 'm' || id || '@example.org', '', 'Member', 'Europe/London', 'en', true, false, false
        FROM networks_tie WHERE owner_id = %(owner)s AND id %% 4 = 0 RETURNING id, email
    )
    INSERT INTO networks_membership (tie_id, owner_id, member_id, shares)
    SELECT substring(email FROM 2 FOR position('@' IN email) - 2)::int, %(owner)s, id, '{checkins,pain}' FROM people
"""
INVITATIONS = """
    INSERT INTO networks_invitation
        (tie_id, email, shares, share_words, language, note, nonce, token_hash, sent_count, last_sent_at, expires_at,
         form_key)
    SELECT id, 'i' || id || '@example.org', '{}', '', 'en', '', gen_random_uuid(), md5(id::text), 1, now(),
           now() + interval '9 days', gen_random_uuid()
    FROM networks_tie WHERE owner_id = %(owner)s AND id %% 4 = 1
"""
BY_HAND = (
    "SELECT * FROM networks_tie WHERE owner_id = %(owner)s AND removed_at IS NULL AND archived_at IS NULL"
    " ORDER BY CASE circle WHEN 'closest' THEN 0 WHEN 'close' THEN 1 ELSE 2 END, name, id",
    "SELECT m.* FROM networks_membership m JOIN networks_tie t ON t.id = m.tie_id"
    " WHERE t.owner_id = %(owner)s AND m.ended_at IS NULL",
    "SELECT i.* FROM networks_invitation i JOIN networks_tie t ON t.id = i.tie_id"
    " WHERE t.owner_id = %(owner)s ORDER BY i.id DESC",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ties", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    options = parser.parse_args()
    with scratch.database():
        figures = measure(options.ties, options.rounds)
    if not options.json:
        print(f"{figures['page_ms']} ms with {figures['ties']} people, {figures['small_ms']} ms with three;")
        print(f"{figures['queries']} queries, {figures['compressed_bytes']:,} bytes compressed.")
    print(json.dumps(figures))


def measure(ties: int, rounds: int) -> dict[str, Any]:
    many, few = owner_of(ties), owner_of(3)
    large, small = visitor(many), visitor(few)
    page = large()
    queries, _waited = watched(large)
    times = [
        (*timed(large), timed(small)[0], timed(lambda: by_hand(many))[0], watched(large)[1])
        for _round in range(rounds)
    ]
    page_ms, cpu_ms, small_ms, sql_ms, database_ms = (
        statistics.median(column) * 1000 for column in zip(*times, strict=True)
    )
    return {
        "page_ms": round(page_ms, 1),
        "cpu_ms": round(cpu_ms, 1),
        "small_ms": round(small_ms, 1),
        "ratio": round(page_ms / small_ms, 2),
        "sql_ms": round(sql_ms, 1),
        "sql_ratio": round(page_ms / sql_ms, 1),
        "database_ms": round(database_ms, 1),
        "queries": queries,
        "bytes": len(page),
        "compressed_bytes": len(gzip.compress(page, 6)),
        "ties": ties,
        "rounds": rounds,
        "machine": scratch.machine(),
    }


def owner_of(ties: int) -> int:
    """Somebody with that many people, some of whom joined or were invited."""
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    with connection.cursor() as cursor:
        cursor.execute(OWNER, {"ties": ties})
        owner = int(cursor.fetchone()[0])
        for statement in (TIES, MEMBERS, INVITATIONS):
            cursor.execute(statement, {"owner": owner, "ties": ties})
        cursor.execute("ANALYZE")
    return owner


def visitor(owner: int) -> Callable[[], bytes]:
    """A browser of theirs, signed in: each call opens the network page. Refuses anything but the page."""
    from django.test import Client  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415

    client = Client()
    client.force_login(
        User.objects.get(pk=owner), backend="allauth.account.auth_backends.AuthenticationBackend"
    )

    def visit() -> bytes:
        response = client.get("/network/", headers={"host": "localhost"})
        if response.status_code != 200 or b'id="network"' not in response.content:
            raise SystemExit(f"The network page answered {response.status_code}: this means nothing")
        return response.content

    return visit


def by_hand(owner: int) -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        for statement in BY_HAND:
            cursor.execute(statement, {"owner": owner})
            cursor.fetchall()


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and seconds that this process worked."""
    started, worked = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - worked


def watched(work: Callable[[], object]) -> tuple[int, float]:
    """How many statements it took, and the seconds spent waiting for them."""
    from django.db import connection  # noqa: PLC0415

    waits: list[float] = []

    def count(execute: Any, *given: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(*given)
        finally:
            waits.append(time.perf_counter() - started)

    with connection.execute_wrapper(count):
        work()
    return len(waits), sum(waits)


if __name__ == "__main__":
    main()
