"""Each process has a copy of the one database that was migrated, put back after every test that commits."""

from __future__ import annotations

import io
import os
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from tests import template

# Copied ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Django makes a copy, and finds nothing left to migrate. Engines that were given have no such database."""
    if template.MAKING in os.environ:
        template.wait_for_it()
        connection.settings_dict["TEST"]["TEMPLATE"] = template.NAME


# Put back --------------------------------------------------------------------------------------------


class Kept:
    """What the migrations wrote. Every table has a mark, which is another one once a row came, went or changed."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, str]] = {}
        with connection.cursor() as cursor:
            self.marks = marks(cursor)
            for table, mark in self.marks.items():
                if mark != EMPTY:
                    self._keep(cursor, table)

    def _keep(self, cursor: Any, table: str) -> None:
        """As text, without the columns that PostgreSQL works out itself."""
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ',' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [table],
        )
        columns, text = cursor.fetchone()[0], io.StringIO()
        cursor.copy_expert(f"COPY {table} ({columns}) TO STDOUT", text)
        self.rows[table] = columns, text.getvalue()

    def put_back(self) -> None:
        """Like Django's flush it waits for whoever still writes; unlike it, it looks first what there is to do."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {','.join(tables(cursor))} IN EXCLUSIVE MODE")
            now = marks(cursor)
            changed = [table for table, mark in now.items() if mark != self.marks.get(table, EMPTY)]
            if not changed:
                return
            # What must not be deleted, and what hangs on what: all of it is as before in the end.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(";".join(f"DELETE FROM {table}" for table in changed))
            for table in set(changed) & self.rows.keys():
                columns, text = self.rows[table]
                cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO(text))
            self.marks.update(
                {table: marks(cursor, [table])[table] for table in set(changed) & self.rows.keys()}
            )


EMPTY = "0 0"


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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock():
        kept = Kept()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: kept.put_back())
        yield
