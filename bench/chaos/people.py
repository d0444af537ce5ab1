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

from bench.chaos.evidence import Held, Note, Silence, by

# What was written into rows, and when, by the clock of the machine. In the transaction that wrote it.
RECORDER = """
    CREATE TABLE chaos_note (
        what text NOT NULL, key text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
    CREATE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO chaos_note VALUES (TG_ARGV[0], to_jsonb(NEW)->>TG_ARGV[1]); RETURN NULL; END $$;
"""
# What to note, of which table, after what, under which column.
WATCHED = [
    ("sent", "outbox_message", "UPDATE", "OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL", "dedupe_key"),
    (
        "cancelled",
        "outbox_message",
        "UPDATE",
        "OLD.cancelled_at IS NULL AND NEW.cancelled_at IS NOT NULL",
        "dedupe_key",
    ),
    (
        "handed",
        "outbox_message",
        "UPDATE",
        "NEW.handed_over_at IS DISTINCT FROM OLD.handed_over_at",
        "dedupe_key",
    ),
    ("troubled", "outbox_message", "UPDATE", "NEW.last_error NOT IN ('', OLD.last_error)", "dedupe_key"),
    (
        "taken",
        "outbox_message",
        "UPDATE",
        "NEW.leased_until > clock_timestamp() AND NEW.leased_until IS DISTINCT FROM OLD.leased_until",
        "dedupe_key",
    ),
    ("closed", "checkins_silence", "UPDATE", "NEW.closed_at IS DISTINCT FROM OLD.closed_at", "id"),
    ("claimed", "checkins_claim", "INSERT", "NEW.reported_at IS NULL", "id"),
    (
        "over",
        "checkins_claim",
        "UPDATE",
        "coalesce(NEW.reported_at, NEW.lapsed_at) IS NOT NULL AND coalesce(OLD.reported_at, OLD.lapsed_at) IS NULL",
        "id",
    ),
]
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
# Plans of people with supporters, made long before, fall due.
DUE_NOW = """
    UPDATE checkins_plan SET next_due_at = due.deadline - grace, deadline_at = due.deadline
    FROM unnest(%(owners)s::bigint[], %(deadlines)s::timestamptz[]) due (owner, deadline)
    WHERE owner_id = due.owner
"""
FAMILIES = """
    SELECT owner_id, u.email, array(
        SELECT m.email FROM checkins_step s JOIN networks_membership n ON n.id = s.membership_id
        JOIN accounts_user m ON m.id = n.member_id WHERE s.plan_id = p.id ORDER BY s.position)
    FROM checkins_plan p JOIN accounts_user u ON u.id = p.owner_id
    WHERE programme = 'safety' ORDER BY p.id
"""
WAITING = "sent_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL"
LEASED = "coalesce(leased_until > clock_timestamp(), false)"
STATE = f"""
    SELECT (SELECT count(*) FROM checkins_plan WHERE deadline_at <= %(now)s),
           (SELECT count(*) FROM outbox_message WHERE {WAITING} AND next_attempt_at <= %(now)s AND NOT {LEASED}),
           (SELECT count(*) FROM outbox_message WHERE {WAITING} AND (next_attempt_at > %(now)s OR {LEASED})),
           (SELECT count(*) FROM checkins_silence WHERE closed_at IS NULL AND next_step_at <= %(now)s),
           (SELECT count(*) FROM checkins_silence s JOIN checkins_plan p ON p.id = plan_id
            WHERE closed_at IS NULL AND next_step_at > %(now)s AND programme = 'safety')
"""
ROWS = f"""
    SELECT m.dedupe_key, coalesce(u.email, m.address),
           CASE WHEN {WAITING} THEN 'waiting' WHEN sent_at IS NOT NULL THEN 'sent'
                WHEN cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'failed' END, kind
    FROM outbox_message m LEFT JOIN accounts_user u ON u.id = m.recipient_id
"""
NOTES = "SELECT what, key, extract(epoch FROM at) FROM chaos_note"
SILENCES = """
    SELECT s.id, u.email, coalesce(c.email, '') FROM checkins_silence s JOIN checkins_plan p ON p.id = s.plan_id
    JOIN accounts_user u ON u.id = p.owner_id LEFT JOIN accounts_user c ON c.id = s.closed_by_id ORDER BY s.id
"""
CLAIMS = """
    SELECT c.id, c.silence_id, u.email FROM checkins_claim c
    JOIN networks_membership m ON m.id = c.membership_id JOIN accounts_user u ON u.id = m.member_id
"""
OPEN = """
    SELECT owner_id FROM checkins_silence s JOIN checkins_plan p ON p.id = s.plan_id
    WHERE closed_at IS NULL AND programme = 'safety'
"""
TROUBLED = "SELECT count(*) FROM outbox_message WHERE last_error <> ''"


@dataclass
class Person:
    """Somebody with one plan. `deadline` by the clock that jumps, `checked_in_at` by the real one."""

    owner: int
    email: str
    deadline: float = 0.0
    checked_in_at: float | None = None
    ladder: tuple[str, ...] = ()
    number: int = 0


@dataclass(frozen=True)
class State:
    """What is left to do."""

    overdue: int  # plans that no sweep has seen
    due: int  # messages somebody should send now
    later: int  # messages that are leased, or wait for their next attempt
    steps: int  # silences that no sweep has seen to
    steps_later: int  # silences with supporters in which something is still to come

    @property
    def quiet(self) -> bool:
        return not (self.overdue or self.due or self.later or self.steps or self.steps_later)


class People:
    def __init__(self, url: str, now: dt.datetime) -> None:
        self.url = url
        self.everybody: list[Person] = []
        self.families: list[Person] = []  # those with supporters who have yet to fall due
        self.by_address: dict[
            str, tuple[Person, int]
        ] = {}  # who, and their place on the ladder; 0: the owner
        # Where it is ten in the morning: nobody's quiet hours while this runs.
        ahead = 10 - now.hour if now.hour < 22 else 34 - now.hour
        self.zone = f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"
        self.ask(RECORDER)
        for what, table, after, when, column in WATCHED:
            self.ask(
                f"CREATE TRIGGER chaos_{what} AFTER {after} ON {table} FOR EACH ROW WHEN ({when})"
                f" EXECUTE FUNCTION chaos_note('{what}', '{column}')"
            )

    def ask(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run it in a transaction of its own. Raises psycopg2.OperationalError while the database is away."""
        opened = contextlib.closing(psycopg2.connect(self.url, connect_timeout=5))
        with opened as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def meet_families(self) -> None:
        """Learn who has supporters, once they are there."""
        for number, (owner, email, ladder) in enumerate(self.ask(FAMILIES)):
            person = Person(owner, email, ladder=tuple(ladder), number=number)
            self.families.append(person)
            self.by_address |= {to: (person, place) for place, to in enumerate([email, *ladder])}

    def arrive(self, deadlines: Sequence[dt.datetime]) -> list[Person]:
        """New people, each with a plan whose grace ends then."""
        rows = self.ask(
            PLANS, before=len(self.everybody), deadlines=list(deadlines), zone=self.zone, time=dt.time(9)
        )
        arrived = [Person(owner, email, float(deadline)) for owner, email, deadline in rows]
        self.everybody += arrived
        return arrived

    def fall_due(self, deadlines: Sequence[dt.datetime]) -> list[Person]:
        """So many of those with supporters, as long as there are some."""
        chosen, self.families = self.families[: len(deadlines)], self.families[len(deadlines) :]
        for person, deadline in zip(chosen, deadlines, strict=False):
            person.deadline = deadline.timestamp()
        owners = [person.owner for person in chosen]
        self.ask(DUE_NOW, owners=owners, deadlines=list(deadlines[: len(chosen)]))
        self.everybody += chosen
        return chosen

    def in_an_open_silence(self) -> list[Person]:
        """Of those with supporters."""
        missed = {owner for (owner,) in self.ask(OPEN)}
        return [person for person in self.everybody if person.owner in missed]

    def state(self, now: dt.datetime) -> State:
        return State(*self.ask(STATE, now=now)[0])

    def let_leases_end(self) -> None:
        """As when minutes pass on the database's own clock, which never jumps here."""
        self.ask(f"UPDATE outbox_message SET leased_until = clock_timestamp() WHERE {LEASED}")

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Of every message: key, address, state, kind."""
        return [(key, to, state, kind) for key, to, state, kind in self.ask(ROWS)]

    def notes(self) -> list[Note]:
        return [Note(what, key, float(at)) for what, key, at in self.ask(NOTES)]

    def silences(self, notes: Sequence[Note]) -> list[Silence]:
        """All of them, with when their claims and ends were written."""
        at = {(note.what, note.key): note.at for note in notes}
        closings = by((note for note in notes if note.what == "closed"), lambda note: note.key)
        claims = by(self.ask(CLAIMS), lambda claim: str(claim[1]))
        return [
            Silence(
                f"silence:{pk}:",
                owner,
                tuple(note.at for note in closings[str(pk)]),
                closed_by,
                tuple(
                    Held(who, at["claimed", str(claim)], at.get(("over", str(claim))))
                    for claim, _silence, who in claims[str(pk)]
                    if ("claimed", str(claim)) in at
                ),
            )
            for pk, owner, closed_by in self.ask(SILENCES)
        ]

    def troubled(self) -> int:
        """How many messages remember an attempt that failed."""
        return int(self.ask(TROUBLED)[0][0])
