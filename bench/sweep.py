"""How fast the sweep opens silences, and what it costs when there is nothing to do.

    python -m bench.sweep --plans 100000 --due 10000 --json

Keys of the last line: plans, due, plans_per_second (through the sweep, in one process), sql_plans_per_second (one
set-based statement that makes the same claim and the same rows), ratio (the first by the second), idle_ms (a whole
sweep that finds nothing, median of 20), machine.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import time

from bench import scratch

NOW = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)

PEOPLE = """
    INSERT INTO accounts_user (email, password, name, time_zone, language, is_active, is_staff, is_superuser)
    SELECT 'p' || n || '@example.org', '', 'Person', 'Europe/London', 'en', true, false, false
    FROM generate_series(1, %s) n
"""
PLANS = """
    INSERT INTO checkins_plan (owner_id, programme, days, times, time_zone, grace, next_due_at, deadline_at)
    SELECT id, 'keep_in_touch', '{0,1,2,3,4,5,6}', '{20:00}', 'Europe/London', '2 hours',
           %(now)s + (row_number() OVER (ORDER BY id) || ' seconds')::interval,
           %(now)s + (row_number() OVER (ORDER BY id) || ' seconds')::interval + '2 hours'
    FROM accounts_user
"""
FALL_DUE = """
    UPDATE checkins_plan SET next_due_at = %(now)s - interval '3 hours', deadline_at = %(now)s - interval '1 minute'
    WHERE id IN (SELECT id FROM checkins_plan WHERE deadline_at > %(now)s ORDER BY id LIMIT %(due)s)
"""
# The same claim and the same rows, with waits of a day where the sweep works out the calendar.
BY_HAND = """
    WITH due AS (
        SELECT id, owner_id, next_due_at FROM checkins_plan WHERE deadline_at <= %(now)s
        ORDER BY deadline_at FOR UPDATE SKIP LOCKED
    ), opened AS (
        INSERT INTO checkins_silence (plan_id, due_at, opened_at, next_step_at, ending)
        SELECT id, next_due_at, %(now)s, %(now)s + interval '1 day', '' FROM due RETURNING id, plan_id
    ), stepped AS (
        INSERT INTO checkins_silencestep (silence_id, position, wait, whom, taken_at, why_passed_over)
        SELECT opened.id, n, interval '1 day', 'owner', CASE WHEN n = 0 THEN %(now)s::timestamptz END, ''
        FROM opened CROSS JOIN generate_series(0, 2) n
    ), written AS (
        INSERT INTO outbox_message (dedupe_key, kind, channel, recipient_id, address, params, not_before,
                                    next_attempt_at, attempts, sent_to, last_error)
        SELECT 'silence:' || opened.id || ':0', 'checkins/nudge', 'email', due.owner_id, '',
               jsonb_build_object('silence', opened.id), %(now)s, %(now)s, 0, '', ''
        FROM opened JOIN due ON due.id = opened.plan_id
    )
    UPDATE checkins_plan SET next_due_at = NULL, deadline_at = NULL WHERE id IN (SELECT id FROM due)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plans", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    options = parser.parse_args()
    if options.plans < 2 * options.due:
        parser.error(
            "--plans must be at least twice --due: one half falls due for the sweep, one for the SQL"
        )
    with scratch.database():
        figures = measure(options.plans, options.due)
    if not options.json:
        print(f"{figures['plans_per_second']:,} plans a second, {figures['ratio']} of one SQL statement;")
        print(f"a sweep that finds nothing takes {figures['idle_ms']} ms with {options.plans:,} plans.")
    print(json.dumps(figures))


def measure(plans: int, due: int) -> dict[str, object]:
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    from checkins import sweep  # noqa: PLC0415
    from checkins.models import Silence  # noqa: PLC0415
    from outbox.models import Message  # noqa: PLC0415

    def run(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"now": NOW, "due": due})

    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [plans])
    run(PLANS)
    run("ANALYZE")
    idle = statistics.median(_seconds(lambda: sweep.sweep(now=NOW)) for _turn in range(20))

    run(FALL_DUE)
    swept = _seconds(lambda: sweep.sweep(now=NOW))
    opened = Silence.objects.count()
    written = Message.objects.count()

    run(FALL_DUE)
    by_hand = _seconds(lambda: run(BY_HAND))
    if not opened == written == due or Silence.objects.count() != 2 * due:
        raise SystemExit(f"{due} were due, {opened} opened, {written} written: these figures mean nothing")
    return {
        "plans": plans,
        "due": due,
        "plans_per_second": round(due / swept),
        "sql_plans_per_second": round(due / by_hand),
        "ratio": round(by_hand / swept, 3),
        "idle_ms": round(idle * 1000, 2),
        "machine": scratch.machine(),
    }


def _seconds(work: object) -> float:
    started = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
