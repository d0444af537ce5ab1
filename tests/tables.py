"""Tables as they were: what the migrations wrote, put back; what a long story writes, told once and put in again."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

EMPTY = "0 0"
Rows = tuple[str, str]


class Kept:
    """What the migrations wrote. Every table has a mark, which is another one once a row came, went or changed."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            self.marks = marks(cursor)
            self.rows = {table: rows(cursor, table) for table, mark in self.marks.items() if mark != EMPTY}

    def put_back(self) -> None:
        """Like Django's flush it waits for whoever still writes; unlike it, it looks first what there is to do."""
        with transaction.atomic(), connection.cursor() as cursor:
            # If they wait for us, too, it is they who give way.
            cursor.execute("SET LOCAL deadlock_timeout = '10min'")
            cursor.execute(f"LOCK TABLE {','.join(tables(cursor))} IN EXCLUSIVE MODE")
            now = marks(cursor)
            changed = [table for table, mark in now.items() if mark != self.marks.get(table, EMPTY)]
            if not changed:
                return
            # What must not be deleted, and what hangs on what: all of it is as before in the end.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(";".join(f"DELETE FROM {table}" for table in changed))
            for table in self.rows.keys() & changed:
                write(cursor, table, self.rows[table])
                self.marks |= marks(cursor, [table])


class Told:
    """What a long story writes, told once in a process and taken back; then put into the tests that begin with it."""

    def __init__(self, tell: Callable[[], object]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            before = marks(cursor)
            tell()
            new = [table for table, mark in marks(cursor).items() if mark != before[table]]
            assert all(before[table] == EMPTY for table in new), "it may only add"
            self.rows = {table: rows(cursor, table) for table in new}
            transaction.set_rollback(True)

    def put_in(self) -> None:
        """Sequences go on from where they were when it was told: what the test writes has other numbers."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table, kept in self.rows.items():
                write(cursor, table, kept)


def rows(cursor: Any, table: str) -> Rows:
    """The names of its columns, without those that PostgreSQL works out itself, and its rows as text."""
    cursor.execute(
        "SELECT string_agg(quote_ident(attname), ',' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        [table],
    )
    columns, text = cursor.fetchone()[0], io.StringIO()
    cursor.copy_expert(f"COPY {table} ({columns}) TO STDOUT", text)
    return columns, text.getvalue()


def write(cursor: Any, table: str, kept: Rows) -> None:
    columns, text = kept
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO(text))


def tables(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT quote_ident(tablename) FROM pg_tables"
        " WHERE schemaname = 'public' AND tablename <> 'django_migrations' ORDER BY 1"
    )
    return [table for (table,) in cursor.fetchall()]


def marks(cursor: Any, of: list[str] | None = None) -> dict[str, str]:
    """How many rows a table has, and which: each has the transaction that wrote it, and where it lies."""
    each = (
        f"SELECT '{table}', count(*) || ' ' || coalesce(bit_xor(hashtext(xmin::text || ctid)), 0) FROM {table}"
        for table in of or tables(cursor)
    )
    cursor.execute(" UNION ALL ".join(each))
    return dict(cursor.fetchall())
