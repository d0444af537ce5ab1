"""When a listing has to be looked at again, and what happens until then. Pure: times go in, times come out.

The rules are those of the trusted directories (211 and Inform USA check each entry once a year): a check holds for
twelve months, six where only the times were looked at, and to its end for an event. The organisation is asked six
months and one month before the day. Three months after it the listing leaves the search; its address still works.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
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
    due_at: dt.datetime | None


def due_at(
    *, kind: str, parts: Iterable[str], checked_at: dt.datetime, ends_at: dt.datetime | None = None
) -> dt.datetime:
    """When it has to be checked again. `ends_at` is when an event is over, if that is known."""
    if kind == EVENT and ends_at is not None:
        return ends_at
    return checked_at + relativedelta(months=6 if set(parts) == {TIMES} else 12)


def leaves_search_at(service: Ticking) -> dt.datetime | None:
    """When the search stops showing it. None: nobody has set its clock yet, so never."""
    if service.due_at is None:
        return None
    return service.due_at if service.kind == EVENT else service.due_at + GRACE


def check_first(service: Ticking, *, now: dt.datetime) -> bool:
    """Whether its page should say: ring or write before you go."""
    return service.due_at is not None and service.due_at <= now


def letters_at(*, kind: str, checked_at: dt.datetime, due_at: dt.datetime) -> list[dt.datetime]:
    """When the organisation is asked; earlier than the check itself there is nothing to ask."""
    if kind == EVENT:
        return []
    days = [due_at - relativedelta(months=months) for months in LETTERS]
    return [day for day in days if day > checked_at]


def moments(*, kind: str, checked_at: dt.datetime, due_at: dt.datetime) -> list[dt.datetime]:
    """All the times at which the clock has something to do, in order. The last puts an event away."""
    last = [due_at + GRACE] if kind == EVENT else []
    return [*letters_at(kind=kind, checked_at=checked_at, due_at=due_at), *last]


def next_at(
    *, kind: str, checked_at: dt.datetime, due_at: dt.datetime, now: dt.datetime
) -> dt.datetime | None:
    """The next of these times; None when the clock has nothing more to say."""
    later = (at for at in moments(kind=kind, checked_at=checked_at, due_at=due_at) if at > now)
    return next(later, None)


def letter_due(
    *, kind: str, checked_at: dt.datetime, due_at: dt.datetime, now: dt.datetime
) -> dt.datetime | None:
    """Of the letters whose day has come, the newest: after a long sleep nobody gets two at once."""
    come = [at for at in letters_at(kind=kind, checked_at=checked_at, due_at=due_at) if at <= now]
    return come[-1] if come else None
