"""Being told in a silence is a share, too. Who is told of what is known above; here it stands beside the others.

The app above says in its `telling.py` where a member is to be told, and ends it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from networks.models import Membership
from networks.services.memberships import held_by_owner


@dataclass(frozen=True)
class Place:
    """Where one member would be told: in words for the owner, and the page on which it is changed."""

    words: str
    url: str
    # They have agreed; without that nobody is told anything.
    stands: bool


@dataclass(frozen=True)
class Telling:
    """All of it for one member. `url` leads to where they could be asked, if there is nothing yet."""

    places: Sequence[Place] = ()
    url: str = ""

    @property
    def stands(self) -> bool:
        return any(place.stands for place in self.places)


Reads = Callable[[User, Sequence[Membership]], Mapping[int, Telling]]
Stops = Callable[[Membership, dt.datetime], None]
_reads: list[Reads] = []
_stops: list[Stops] = []


def reads(read: Reads) -> Reads:
    """Register who says where members are to be told, by membership, in a fixed number of queries."""
    _reads.append(read)
    return read


def stops(stop: Stops) -> Stops:
    """Register who ends it."""
    _stops.append(stop)
    return stop


def of(owner: User, memberships: Sequence[Membership]) -> dict[int, Telling]:
    """For each of them, as it stands now."""
    found = {one.pk: Telling() for one in memberships}
    for read in _reads:
        found |= read(owner, memberships)
    return found


@transaction.atomic
def stop(*, membership: Membership, by: User, now: dt.datetime) -> None:
    """They are told of no silence any more, from this moment. Nobody is written to. Twice is once.

    Raises NotYours, NoLongerJoined.
    """
    held = held_by_owner(membership, by=by)
    for each in _stops:
        each(held, now)
