"""Everything at once takes as long as whoever reads it. A few may do so at a time, one for each client.

A place is an advisory lock of the database session that the stream is read from: a process that dies holds none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import StreamingHttpResponse

# Two families of locks, by numbers nothing else here uses: of all, and of each client.
ALL, EACH = 1_212_367_955, 1_212_367_956
Places = tuple[tuple[int, int], ...]


class Stream(StreamingHttpResponse):
    """Gives its places back with its last line, and when its reader went away before that."""

    places: Places = ()

    def __iter__(self) -> Iterator[bytes]:
        yield from super().__iter__()
        self.give_back()

    def close(self) -> None:
        self.give_back()
        super().close()

    def give_back(self) -> None:
        leave(self.places)
        self.places = ()


def enter(client: str) -> Places | None:
    """Places for one more stream of this client; empty when it has one already, None when all are taken."""
    own = own_place(client)
    if not taken(own):
        return ()
    for number in range(settings.DIRECTORY_API_STREAMS_AT_ONCE):
        if taken((ALL, number)):
            return own, (ALL, number)
    leave((own,))
    return None


def own_place(client: str) -> tuple[int, int]:
    return EACH, int.from_bytes(hashlib.sha256(client.encode()).digest()[:3], "big")


def taken(place: tuple[int, int]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", place)
        return bool(cursor.fetchone()[0])


def leave(places: Places) -> None:
    # A session that broke holds nothing any more.
    with suppress(InterfaceError, OperationalError), connection.cursor() as cursor:
        for place in places:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", place)
