"""That a letter was sent, written down while the next one is on its way (ADR 10).

Each letter by itself, in a statement and a transaction of its own. The database gets it the moment the letter was
accepted, and is waited for before the next: so at most one is ever under way.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import psycopg2
from django.db import InterfaceError, OperationalError, connection
from psycopg2.extras import wait_select

logger = logging.getLogger(__name__)

# By hand: it is written once for every letter, and a queryset takes longer to build than this takes to run.
_SENT = """
    UPDATE outbox_message
    SET sent_at = %s, sent_to = %s, last_error = '', cancelled_at = NULL, failed_at = NULL,
        params = CASE WHEN %s THEN '{}'::jsonb ELSE params END
    WHERE id = %s AND sent_at IS NULL
"""
# A second connection takes as long to make as several of these take to run.
WORTH_IT = 20
# Seconds for which a database that went away is waited for, and between two looks. A restart takes about as long.
PATIENCE, EVERY = 5.0, 0.1


class Recorder:
    """Use: `sent`, again and again; `settle` to know that all of it is kept; `close`.

    Where there is no second connection to be had, or it breaks, Django's own takes over: a letter that has left and
    is not written down would leave once more.
    """

    def __init__(self) -> None:
        self.beside: Any = None
        self.cursor: Any = None
        self.under_way: list[Any] | None = None
        self.alone = False
        self.count = 0

    def sent(self, message_id: int, *, at: Any, to: str, wipe: bool) -> None:
        """Record it unless it is recorded. Raises OperationalError when the database does not come back."""
        row = [at, to, wipe, message_id]
        self.count += 1
        if self.count <= WORTH_IT or self.alone or connection.in_atomic_block:
            _write(row)
            return
        try:
            self._give(row)
        except psycopg2.Error:
            self._go_on_alone()
            _write(row)

    def settle(self) -> None:
        """Wait until what was recorded is kept. Raises OperationalError when the database does not come back."""
        if self.beside is None:
            return
        try:
            wait_select(self.beside)
        except psycopg2.Error:
            self._go_on_alone()

    def close(self) -> None:
        if self.beside is not None:
            self.beside.close()
            self.beside = None

    def _give(self, row: list[Any]) -> None:
        """To the second connection, once it has kept the one before."""
        if self.beside is None:
            self.beside = psycopg2.connect(**_where(), async_=1)
            wait_select(self.beside)
            self.cursor = self.beside.cursor()
        wait_select(self.beside)
        self.under_way = row
        self.cursor.execute(_SENT, row)

    def _go_on_alone(self) -> None:
        """What the second connection had in hand may be lost: it is written once more."""
        logger.warning("No second connection to record over; going on with the first.", exc_info=True)
        self.close()
        self.alone = True
        if self.under_way is not None:
            _write(self.under_way)


def _write(row: list[Any]) -> None:
    """Over Django's own connection, and over a new one where that broke while the letter was on its way."""
    stop_at = time.monotonic() + PATIENCE
    while True:
        try:
            with connection.cursor() as cursor:
                cursor.execute(_SENT, row)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > stop_at:
                raise
            connection.close()
            time.sleep(EVERY)
        else:
            return


def _where() -> dict[str, Any]:
    """What Django connects with, less what only its own connections know."""
    given = connection.get_connection_params()
    return {name: value for name, value in given.items() if name not in ("context", "cursor_factory")}
