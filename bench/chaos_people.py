"""People with plans, straight into the tables; and at the end what the tables say.

Every question opens a connection of its own: the database comes and goes. The rows name only columns that a plan
cannot do without, so that a new column with a default changes nothing here.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg2

# What the sender recorded, and when, by the clock of the machine. In the transaction that recorded it.
RECORDER = """
    CREATE TABLE chaos_record (key text NOT NULL, recorded_at timestamptz NOT NULL DEFAULT clock_timestamp());
    CREATE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO chaos_record (key) VALUES (NEW.dedupe_key); RETURN NULL; END $$;
    CREATE TRIGGER chaos_note AFTER UPDATE ON outbox_message FOR EACH ROW
        WHEN (OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL) EXECUTE FUNCTION chaos_note();
"""
# They check in every day an hour ago; the next regular occurrence is tomorrow, after everything here.
PLANS = """
    WITH due AS (
        SELECT %(before)s + row_number() OVER () AS n, deadline FROM unnest(%(deadlines)s::timestamptz[]) deadline
    ), people AS (
        INSERT INTO accounts_user (email, password, name, time_zone, language, is_active, is_staff, is_superuser)
        SELECT 'p' || n || '@example.org', '', 'Person', %(zone)s, 'en', true, false, false FROM due
        RETURNING id, email
    )
    INSERT INTO checkins_plan (owner_id, programme, days, times, time_zone, grace, next_due_at, deadline_at)
    SELECT people.id, 'keep_in_touch', '{0,1,2,3,4,5,6}', ARRAY[%(time)s::time], %(zone)s, '2 hours',
           deadline - interval '2 hours', deadline
    FROM due JOIN people ON people.email = 'p' || n || '@example.org'
    RETURNING owner_id, (SELECT email FROM people WHERE people.id = owner_id), extract(epoch FROM deadline_at)
"""
WAITING = "sent_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL"
LEASED = "coalesce(leased_until > clock_timestamp(), false)"
STATE = f"""
    SELECT (SELECT count(*) FROM checkins_plan WHERE deadline_at <= %(now)s),
           (SELECT count(*) FROM outbox_message WHERE {WAITING} AND next_attempt_at <= %(now)s AND NOT {LEASED}),
           (SELECT count(*) FROM outbox_message WHERE {WAITING} AND (next_attempt_at > %(now)s OR {LEASED}))
"""
ROWS = f"""
    SELECT m.dedupe_key, coalesce(u.email, m.address),
           CASE WHEN {WAITING} THEN 'waiting' WHEN sent_at IS NOT NULL THEN 'sent'
                WHEN cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'failed' END
    FROM outbox_message m LEFT JOIN accounts_user u ON u.id = m.recipient_id
"""
TROUBLED = "SELECT count(*) FROM outbox_message WHERE last_error <> ''"


@dataclass
class Person:
    """Somebody with one plan. `deadline` by the clock that jumps, `checked_in_at` by the real one."""

    owner: int
    email: str
    deadline: float
    checked_in_at: float | None = None


@dataclass(frozen=True)
class State:
    """What is left to do."""

    overdue: int  # plans that no sweep has seen
    due: int  # messages somebody should send now
    later: int  # messages that are leased, or wait for their next attempt

    @property
    def quiet(self) -> bool:
        return not (self.overdue or self.due or self.later)


class People:
    def __init__(self, url: str, now: dt.datetime) -> None:
        self.url = url
        self.everybody: list[Person] = []
        # Where it is ten in the morning: nobody's quiet hours while this runs.
        ahead = 10 - now.hour if now.hour < 22 else 34 - now.hour
        self.zone = f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"
        self.ask(RECORDER)

    def ask(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run it in a transaction of its own. Raises psycopg2.OperationalError while the database is away."""
        opened = contextlib.closing(psycopg2.connect(self.url, connect_timeout=5))
        with opened as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def arrive(self, deadlines: Sequence[dt.datetime]) -> list[Person]:
        """New people, each with a plan whose grace ends then."""
        rows = self.ask(
            PLANS, before=len(self.everybody), deadlines=list(deadlines), zone=self.zone, time=dt.time(9)
        )
        arrived = [Person(owner, email, float(deadline)) for owner, email, deadline in rows]
        self.everybody += arrived
        return arrived

    def state(self, now: dt.datetime) -> State:
        return State(*self.ask(STATE, now=now)[0])

    def let_leases_end(self) -> None:
        """As when minutes pass on the database's own clock, which never jumps here."""
        self.ask(f"UPDATE outbox_message SET leased_until = clock_timestamp() WHERE {LEASED}")

    def rows(self) -> list[tuple[str, str, str]]:
        """Of every message: key, address, state."""
        return [(key, to, state) for key, to, state in self.ask(ROWS)]

    def records(self) -> list[tuple[str, float]]:
        recorded = self.ask("SELECT key, extract(epoch FROM recorded_at) FROM chaos_record")
        return [(key, float(at)) for key, at in recorded]

    def troubled(self) -> int:
        """How many messages remember an attempt that failed."""
        return int(self.ask(TROUBLED)[0][0])
