"""When a listing has to be looked at again, and what happens until then. Pure: times go in, times come out.

The rules are those of the trusted directories (211 and Inform USA check each entry once a year). Each part of a listing
has a clock of its own, from its own newest check on: twelve months, six for the times, and to its end for an event.
The first that runs out makes the listing due, for curators. A year after the oldest of these checks it is stale: its
page says to ask first, and three months later the search leaves it out; its address still works. The organisation is
asked six months and one month before that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Protocol

from dateutil.relativedelta import relativedelta

EVENT = "event"
TIMES = "times"
GRACE = dt.timedelta(days=92)
# A day in such a year is a way to say that there is no end.
FAR = 2200
# Months before the day on which the organisation is asked whether all is still right.
LETTERS = (6, 1)


class Ticking(Protocol):
    kind: str
    stale_at: dt.datetime | None


def due_at(
    *, kind: str, checked: Mapping[str, dt.datetime], ends_at: dt.datetime | None = None
) -> dt.datetime:
    """When somebody has to check it again: `checked` says when each part was. `ends_at`: an event is over then."""
    if kind == EVENT and ends_at is not None:
        return ends_at
    return min(at + relativedelta(months=6 if part == TIMES else 12) for part, at in checked.items())


def stale_at(
    *, kind: str, checked: Mapping[str, dt.datetime], ends_at: dt.datetime | None = None
) -> dt.datetime:
    """From when on its page should say: ring or write before you go."""
    if kind == EVENT and ends_at is not None:
        return ends_at
    return min(checked.values()) + relativedelta(months=12)


def leaves_search_at(service: Ticking) -> dt.datetime | None:
    """When the search stops showing it. None: nobody has set its clock yet, so never."""
    if service.stale_at is None:
        return None
    return service.stale_at if service.kind == EVENT else service.stale_at + GRACE


def check_first(service: Ticking, *, now: dt.datetime) -> bool:
    """Whether its page should say: ring or write before you go."""
    return service.stale_at is not None and service.stale_at <= now


def letters_at(*, kind: str, checked_at: dt.datetime, stale_at: dt.datetime) -> list[dt.datetime]:
    """When the organisation is asked; earlier than the newest check there is nothing to ask."""
    if kind == EVENT:
        return []
    days = [stale_at - relativedelta(months=months) for months in LETTERS]
    return [day for day in days if day > checked_at]


def moments(*, kind: str, checked_at: dt.datetime, stale_at: dt.datetime) -> list[dt.datetime]:
    """All the times at which the clock has something to do, in order. The last puts an event away."""
    last = [stale_at + GRACE] if kind == EVENT else []
    return [*letters_at(kind=kind, checked_at=checked_at, stale_at=stale_at), *last]


def next_at(
    *, kind: str, checked_at: dt.datetime, stale_at: dt.datetime, now: dt.datetime
) -> dt.datetime | None:
    """The next of these times; None when the clock has nothing more to say."""
    later = (at for at in moments(kind=kind, checked_at=checked_at, stale_at=stale_at) if at > now)
    return next(later, None)


def letter_due(
    *, kind: str, checked_at: dt.datetime, stale_at: dt.datetime, now: dt.datetime
) -> dt.datetime | None:
    """Of the letters whose day has come, the newest: after a long sleep nobody gets two at once."""
    come = [at for at in letters_at(kind=kind, checked_at=checked_at, stale_at=stale_at) if at <= now]
    return come[-1] if come else None
