"""How fast the sweep opens silences, against one SQL statement, and what it costs when there is nothing to do.

    python -m bench.sweep --json

Each plan is a safety check-in with a nudge, then two supporters: a silence, four steps and a message are written
for each. Keys of the last line: plans_per_second (through the sweep, in one process), sql_plans_per_second (one
set-based statement, written by hand, that makes the same claim and the same rows), ratio (the first by the second),
growth (the sweep's time for as many due plans among `--plans` by its time among a tenth of them), idle_ms (what a
sweep that finds nothing spends in the database, among all plans: median of 50), plans, due, machine. Times are
medians of `--rounds` rounds; sweep and statement take turns.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench import scratch

NOW = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)

# People p1 … pN; the first two are everybody's supporters' accounts.
PEOPLE = """
    INSERT INTO accounts_user (email, password, name, time_zone, language, is_active, is_staff, is_superuser)
    SELECT 'p' || n || '@example.org', '', 'Person', 'Europe/London', 'en', true, false, false
    FROM generate_series(%(first)s, %(last)s) n
"""
TIES = """
    INSERT INTO networks_tie (owner_id, name, circle, supports, form_key, relationship, phone, email)
    SELECT u.id, 'Tie', 'close', '{}', gen_random_uuid(), '', '', ''
    FROM accounts_user u CROSS JOIN generate_series(1, 2)
    WHERE substring(u.email FROM 2 FOR position('@' IN u.email) - 2)::int BETWEEN %(first)s AND %(last)s
"""
MEMBERS = """
    INSERT INTO networks_membership (tie_id, owner_id, member_id, shares)
    SELECT t.id, t.owner_id, (SELECT min(id) FROM accounts_user) + t.n, '{}'
    FROM (SELECT id, owner_id, row_number() OVER (PARTITION BY owner_id ORDER BY id) - 1 AS n FROM networks_tie) t
    WHERE NOT EXISTS (SELECT 1 FROM networks_membership m WHERE m.owner_id = t.owner_id)
      AND t.owner_id > (SELECT min(id) + 1 FROM accounts_user)
"""
PLANS = """
    INSERT INTO checkins_plan (owner_id, programme, days, times, time_zone, grace, next_due_at, deadline_at)
    SELECT u.id, 'safety', '{0,1,2,3,4,5,6}', '{20:00}', 'Europe/London', '2 hours',
           %(now)s + (u.id || ' seconds')::interval, %(now)s + (u.id || ' seconds')::interval + '2 hours'
    FROM accounts_user u WHERE NOT EXISTS (SELECT 1 FROM checkins_plan p WHERE p.owner_id = u.id)
      AND u.id > (SELECT min(id) + 1 FROM accounts_user)
"""
# A plan's steps are written together, and so lie together.
STEPS = """
    INSERT INTO checkins_step (plan_id, position, wait, whom, membership_id, terms, agreed_at)
    SELECT p.id, 1, interval '2 hours', 'owner', NULL, '', NULL FROM checkins_plan p
    WHERE NOT EXISTS (SELECT 1 FROM checkins_step s WHERE s.plan_id = p.id)
    UNION ALL
    SELECT p.id, 1 + row_number() OVER (PARTITION BY p.id ORDER BY m.id), interval '2 hours', 'member', m.id, '',
           %(now)s
    FROM checkins_plan p JOIN networks_membership m USING (owner_id)
    WHERE NOT EXISTS (SELECT 1 FROM checkins_step s WHERE s.plan_id = p.id)
    ORDER BY 1, 2
"""
# `due` plans, spread over the whole table.
FALL_DUE = """
    UPDATE checkins_plan SET next_due_at = %(now)s - interval '3 hours', deadline_at = %(now)s - interval '1 minute'
    WHERE id IN (SELECT id FROM checkins_plan WHERE deadline_at > %(now)s ORDER BY hashint8(id) LIMIT %(due)s)
"""
BY_HAND = """
    WITH due AS (
        SELECT id, owner_id, next_due_at, deadline_at, grace FROM checkins_plan WHERE deadline_at <= %(now)s
        ORDER BY deadline_at FOR NO KEY UPDATE SKIP LOCKED
    ), opened AS (
        INSERT INTO checkins_silence (plan_id, due_at, opened_at, next_step_at, ending)
        SELECT id, next_due_at, %(now)s,
               deadline_at + (SELECT s.wait FROM checkins_step s WHERE s.plan_id = due.id AND s.position = 1), ''
        FROM due RETURNING id, plan_id
    ), stepped AS (
        INSERT INTO checkins_silencestep
            (silence_id, position, wait, whom, membership_id, taken_at, agreed_at, why_passed_over)
        SELECT opened.id, 0, due.grace, 'owner', NULL, %(now)s, NULL, '' FROM opened JOIN due ON due.id = plan_id
        UNION ALL
        SELECT opened.id, s.position, s.wait, s.whom, s.membership_id, NULL, s.agreed_at, ''
        FROM opened JOIN checkins_step s USING (plan_id)
    ), written AS (
        INSERT INTO outbox_message
            (dedupe_key, kind, channel, recipient_id, owner_id, address, params, not_before, next_attempt_at)
        SELECT 'silence:' || opened.id || ':0', 'checkins/nudge', 'email', due.owner_id, due.owner_id, '',
               jsonb_build_object('silence', opened.id), %(now)s, %(now)s
        FROM opened JOIN due ON due.id = opened.plan_id
    )
    UPDATE checkins_plan SET next_due_at = NULL, deadline_at = NULL WHERE id IN (SELECT id FROM due)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plans", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    options = parser.parse_args()
    if options.plans < 20 * options.rounds * options.due:
        parser.error("--plans must be at least twenty times what falls due in all rounds")
    with scratch.database():
        figures = measure(options.plans, options.due, options.rounds)
    if not options.json:
        print(f"{figures['plans_per_second']:,} plans a second, {figures['ratio']} of one SQL statement;")
        print(f"{figures['growth']} times as long among ten times the plans;")
        print(f"a sweep that finds nothing spends {figures['idle_ms']} ms in the database.")
    print(json.dumps(figures))


def measure(plans: int, due: int, rounds: int) -> dict[str, Any]:
    from checkins import sweep  # noqa: PLC0415 - Django is set up by now

    def swept() -> None:
        sweep.sweep(now=NOW)

    def by_hand() -> None:
        run(BY_HAND)

    people(1, plans // 10)
    few, statement = zip(*[(turn(swept, due), turn(by_hand, due)) for _round in range(rounds)], strict=True)
    people(plans // 10 + 1, plans)
    idle = statistics.median(in_database(swept) for _round in range(50))
    many = [turn(swept, due) for _round in range(rounds)]
    ours, theirs = statistics.median(few), statistics.median(statement)
    return {
        "plans_per_second": round(due / ours),
        "sql_plans_per_second": round(due / theirs),
        "ratio": round(theirs / ours, 3),
        "growth": round(statistics.median(many) / ours, 3),
        "idle_ms": round(idle * 1000, 2),
        "plans": plans,
        "due": due,
        "machine": scratch.machine(),
    }


def people(first: int, last: int) -> None:
    """Owners number `first` to `last`, each with two supporters and a plan."""
    for statement in (PEOPLE, TIES, MEMBERS, PLANS, STEPS):
        run(statement, first=first, last=last)
    run("VACUUM ANALYZE")


def run(statement: str, **values: Any) -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(statement, {"now": NOW, **values})


def turn(work: Callable[[], None], due: int) -> float:
    """Let `due` plans fall due and time the work that opens them; refuses to time anything less."""
    before = counts()
    run(FALL_DUE, due=due)
    run("VACUUM ANALYZE checkins_plan")
    run("CHECKPOINT")
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    written = [after - was for after, was in zip(counts(), before, strict=True)]
    if written != [due, 4 * due, due]:
        raise SystemExit(f"{due} were due, {written} silences, steps, messages written: this means nothing")
    return seconds


def counts() -> list[int]:
    from checkins.models import Silence, SilenceStep  # noqa: PLC0415
    from outbox.models import Message  # noqa: PLC0415

    return [model.objects.count() for model in (Silence, SilenceStep, Message)]


def in_database(work: Callable[[], None]) -> float:
    """The seconds that its statements took, as whoever waited for them saw it."""
    from django.db import connection  # noqa: PLC0415

    spent = 0.0

    def timed(execute: Any, *given: Any) -> Any:
        nonlocal spent
        started = time.perf_counter()
        try:
            return execute(*given)
        finally:
            spent += time.perf_counter() - started

    with connection.execute_wrapper(timed):
        work()
    return spent


if __name__ == "__main__":
    main()
