"""A day of many people in simulated time: how far behind do nudges and alerts get with 1, 2 and 4 workers?

    python -m bench.day --json                 (a million people; about a quarter of an hour)
    python -m bench.day --people 100000 --json

Each has a safety check-in on a round time of day, most in the morning and the evening as people choose; `--missed` of
100 do not check in and get the nudge, most answer it (their silence is closed a while later, at no cost here), some the
last call, and one in a hundred of all who missed has a supporter told. Workers are processes on the real database
that send real letters to a mail server on this machine. Their clock runs as fast as ours while there is work, and
jumps to the next turn of the sweep when there is none, so every delay is the one that this machine would have.

Keys of the last line: people, missed, runs (for each number of workers: messages, peak_backlog: messages and plans
that were due and not dealt with, at the worst moment; p50_seconds, p99_seconds and worst_seconds between the moment a
nudge or step was due and the mail server's yes, in simulated time, with the wait for the next sweep; busy_seconds: how
long the day's work took; messages_per_second while busy), sweep_seconds, machine.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing as mp
import time
from typing import Any

import time_machine

from bench import scratch, sink
from bench.sweep import MEMBERS, PEOPLE, STEPS

MIDNIGHT = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
SWEEP_SECONDS = 30
TURN = dt.timedelta(seconds=SWEEP_SECONDS)
# Of a hundred people, how many choose each hour of the day: mornings and evenings.
BY_HOUR = [0, 0, 0, 0, 0, 1, 3, 8, 14, 16, 12, 6, 4, 2, 2, 2, 2, 4, 7, 8, 6, 3, 0, 0]
HOURS = [hour for hour, share in enumerate(BY_HOUR) for _person in range(share)]
# Of ten, how many choose each minute: the full hour, half past, a quarter.
MINUTES = [0, 0, 0, 0, 0, 0, 30, 30, 15, 45]

PLANS = """
    WITH chosen AS (
        SELECT id, (%(hours)s::int[])[1 + (hashint8(id) & 2147483647) %% 100] AS hour,
               (%(minutes)s::int[])[1 + (hashint8(id * 7) & 2147483647) %% 10] AS minute
        FROM accounts_user WHERE id > (SELECT min(id) + 1 FROM accounts_user)
    )
    INSERT INTO checkins_plan (owner_id, programme, days, times, time_zone, grace, next_due_at, deadline_at)
    SELECT id, 'safety', '{0,1,2,3,4,5,6}', ARRAY[make_time(hour, minute, 0)], 'Europe/London', '2 hours',
           %(midnight)s + make_interval(hours => hour, mins => minute),
           %(midnight)s + make_interval(hours => hour, mins => minute) + interval '2 hours'
    FROM chosen
"""
AWAKE = """
    INSERT INTO outbox_channelpreference (person_id, channel, quiet_from, quiet_until)
    SELECT id, 'email', '00:00', '00:00' FROM accounts_user
"""
# Who misses today's check-in. Only they get a ladder: nobody looks at the others'.
MISSES = "(hashint8({0} * 13) & 2147483647) %% 100 < %(missed)s"
TIES = f"""
    INSERT INTO networks_tie (owner_id, name, circle, supports, form_key, relationship, phone, email)
    SELECT u.id, 'Tie', 'close', '{{}}', gen_random_uuid(), '', '', ''
    FROM accounts_user u CROSS JOIN generate_series(1, 2) WHERE {MISSES.format("u.id")}
"""
# Those who check in on time are not due today any more.
CHECKED_IN = f"""
    UPDATE checkins_plan SET next_due_at = next_due_at + interval '1 day', deadline_at = deadline_at + interval '1 day'
    WHERE NOT {MISSES.format("owner_id")}
"""
ANSWERED = """
    UPDATE checkins_silence SET closed_at = %(now)s, ending = 'checked_in', next_step_at = NULL
    WHERE closed_at IS NULL AND opened_at <= %(now)s - interval '1 hour'
      AND (hashint8(id) & 2147483647) %% 100 >= CASE WHEN opened_at <= %(now)s - interval '3 hours' THEN 1 ELSE 30 END
"""
RESET = """
    TRUNCATE checkins_silence, checkins_silencestep, checkins_claim, outbox_message, outbox_dailyturn RESTART IDENTITY;
    UPDATE checkins_plan SET next_due_at = %(midnight)s + times[1], deadline_at = %(midnight)s + times[1] + grace;
"""
NEXT = """
    SELECT min(at) FROM (
        SELECT min(deadline_at) AS at FROM checkins_plan WHERE deadline_at IS NOT NULL
        UNION ALL SELECT min(next_step_at) FROM checkins_silence WHERE closed_at IS NULL AND next_step_at IS NOT NULL
        UNION ALL SELECT min(next_attempt_at) FROM outbox_message
        WHERE sent_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL
    ) all_of_them
"""
BACKLOG = """
    SELECT (SELECT count(*) FROM checkins_plan WHERE deadline_at <= %(now)s)
         + (SELECT count(*) FROM checkins_silence WHERE closed_at IS NULL AND next_step_at <= %(now)s)
         + (SELECT count(*) FROM outbox_message
            WHERE sent_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL AND not_before <= %(now)s)
"""
# How long after its moment each letter was accepted: a nudge's is the deadline, a later step's two hours on each.
DELAYS = """
    WITH sent AS (
        SELECT extract(epoch FROM m.sent_at - (s.due_at + interval '2 hours' * (1 + t.position)))::float AS seconds
        FROM outbox_message m
        JOIN checkins_silence s ON s.id = split_part(m.dedupe_key, ':', 2)::bigint
        JOIN checkins_silencestep t ON t.silence_id = s.id AND t.position = split_part(m.dedupe_key, ':', 3)::int
        WHERE m.sent_at IS NOT NULL AND m.dedupe_key ~ '^silence:[0-9]+:[0-9]+(:[0-9]+)?$'
    )
    SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
           percentile_cont(0.99) WITHIN GROUP (ORDER BY seconds), max(seconds) FROM sent
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--missed", type=int, default=10, help="of 100, how many miss their check-in")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    options = parser.parse_args()
    with scratch.database(), sink.running() as remote:
        people(options.people, options.missed)
        runs = {str(count): Day(count, remote.port).run(options.missed) for count in options.workers}
        figures = {
            "people": options.people,
            "missed": options.missed,
            "runs": runs,
            "sweep_seconds": SWEEP_SECONDS,
            "machine": scratch.machine(),
        }
    if not options.json:
        for count, run in runs.items():
            print(
                f"{count} workers: 99 of 100 within {run['p99_seconds']} s; backlog {run['peak_backlog']:,}"
            )
    print(json.dumps(figures))


def people(count: int, missed: int) -> None:
    """Owners with a plan; nobody keeps quiet hours, which would spread the load."""
    sql(PEOPLE, first=1, last=count)
    sql(TIES, missed=missed)
    sql(MEMBERS)
    sql(PLANS, hours=HOURS, minutes=MINUTES)
    sql(STEPS, now=MIDNIGHT)
    sql(AWAKE)
    sql("VACUUM ANALYZE")


def sql(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    with connection.cursor() as cursor:
        cursor.execute(statement, {"midnight": MIDNIGHT, "now": MIDNIGHT, **values})
        return cursor.fetchall() if cursor.description else []


class Clock:
    """The simulated time, the same for every process: ours and an offset that is only ever moved while all rest."""

    def __init__(self) -> None:
        self.offset = mp.Value("d", MIDNIGHT.timestamp() - time.time())

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(time.time() + self.offset.value, dt.UTC)

    def jump_to(self, moment: dt.datetime) -> None:
        self.offset.value += max(0.0, (moment - self.now()).total_seconds())


class Day:
    """One day with so many workers. Tokens in a queue stand for Celery's messages."""

    def __init__(self, workers: int, port: int) -> None:
        self.clock = Clock()
        self.tokens: Any = mp.JoinableQueue()
        self.open = mp.Value("i", 0)
        self.idle = mp.Event()
        self.workers = [mp.Process(target=self._work, args=(port,), daemon=True) for _n in range(workers)]
        self.peak, self.busy = 0, 0.0

    # In a worker's process ---------------------------------------------------------------------------

    def _work(self, port: int) -> None:
        from django.conf import settings  # noqa: PLC0415
        from django.utils import timezone  # noqa: PLC0415

        from checkins import sweep  # noqa: PLC0415
        from outbox import tasks  # noqa: PLC0415

        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        setattr(tasks.deliver, "delay", lambda: self._put("deliver"))  # noqa: B010 - a task's method, for this process
        travel = time_machine.travel(self.clock.now(), tick=True).start()
        offset = self.clock.offset.value
        while token := self.tokens.get():
            if self.clock.offset.value != offset:
                offset = self.clock.offset.value
                travel.move_to(_real_now(offset))
            if token == "sweep":
                sweep.sweep(now=timezone.now())
            else:
                tasks.deliver()
            self._done()

    def _put(self, token: str) -> None:
        """Never more letters-to-send tokens than all workers can use."""
        with self.open.get_lock():
            if token == "deliver" and self.open.value > 2 * len(self.workers):
                return
            self.open.value += 1
            self.idle.clear()
        self.tokens.put(token)

    def _done(self) -> None:
        with self.open.get_lock():
            self.open.value -= 1
            if not self.open.value:
                self.idle.set()

    # In the process that beats and watches -------------------------------------------------------------

    def run(self, missed: int) -> dict[str, Any]:
        from django.db import connections  # noqa: PLC0415

        sql(RESET)
        sql(CHECKED_IN, missed=missed)
        sql("VACUUM ANALYZE")
        connections.close_all()  # a forked process must not share ours
        for worker in self.workers:
            worker.start()
        self._live()
        for _worker in self.workers:
            self.tokens.put("")
        for worker in self.workers:
            worker.join(60)
        count, half, most, worst = sql(DELAYS)[0]
        return {
            "messages": count,
            "peak_backlog": self.peak,
            "p50_seconds": round(half, 1),
            "p99_seconds": round(most, 1),
            "worst_seconds": round(worst, 1),
            "busy_seconds": round(self.busy, 1),
            "messages_per_second": round(count / self.busy),
        }

    def _live(self) -> None:
        """Turn by turn until nothing more is due before the end; a turn with nothing to do takes no time."""
        end = MIDNIGHT + dt.timedelta(hours=32)
        turn = MIDNIGHT
        while turn < end:
            began = time.perf_counter()
            for token in ("sweep", *["deliver"] * len(self.workers)):
                self._put(token)
            self._wait_until(turn + TURN)
            self.busy += time.perf_counter() - began
            if not self.idle.is_set():
                turn += TURN
                continue
            sql(ANSWERED, now=self.clock.now())
            following = sql(NEXT)[0][0]
            if following is None:
                return
            turn = max(turn + TURN, MIDNIGHT - (MIDNIGHT - following) // TURN * TURN)
            self.clock.jump_to(turn)

    def _wait_until(self, turn: dt.datetime) -> None:
        """Until all is done, or the next turn has come. Looks at the backlog meanwhile."""
        while not self.idle.wait(0.25) and self.clock.now() < turn:
            self.peak = max(self.peak, sql(BACKLOG, now=self.clock.now())[0][0])
            if not all(worker.is_alive() for worker in self.workers):
                raise SystemExit("a worker has died: these figures mean nothing")


def _real_now(offset: float) -> dt.datetime:
    """Now by the simulated clock, seen from a process whose own clock has been moved."""
    return dt.datetime.fromtimestamp(time_machine.escape_hatch.time.time() + offset, dt.UTC)


if __name__ == "__main__":
    main()
