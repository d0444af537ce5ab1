"""When check-ins are due. Pure arithmetic on time; the clock is always an argument, results are in UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class Rhythm:
    """Days of the week (0 is Monday) and local times of day in a zone."""

    days: frozenset[int]
    times: tuple[dt.time, ...]
    zone: ZoneInfo


def instant(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """A local wall time as a moment in UTC.

    A time that the clocks jump over means the moment it would have been by the offset before the jump; one
    that comes twice means its first coming (RFC 5545 §3.3.5). Both are what fold=0 gives.
    """
    return dt.datetime.combine(day, time, tzinfo=zone).astimezone(dt.UTC)


def _moments(rhythm: Rhythm, first: dt.date, step: int) -> Iterator[dt.datetime]:
    """The moments of ten days from `first` on, forwards (step 1) or backwards (step -1), days in order."""
    for offset in range(10):
        day = first + dt.timedelta(days=step * offset)
        if day.weekday() in rhythm.days:
            yield from sorted({instant(day, time, rhythm.zone) for time in rhythm.times}, reverse=step < 0)


def next_after(rhythm: Rhythm, moment: dt.datetime) -> dt.datetime:
    """The first due moment strictly after `moment`. Raises ValueError for a rhythm without days or times."""
    # A time in a jump at midnight lands on the next day, so the search begins a day early.
    start = moment.astimezone(rhythm.zone).date() - dt.timedelta(days=1)
    later = [m for m in _moments(rhythm, start, 1) if m > moment]
    if not later:
        raise ValueError("a rhythm needs a day and a time")
    return min(later)


def last_before(rhythm: Rhythm, moment: dt.datetime) -> dt.datetime:
    """The last due moment strictly before `moment`. Raises ValueError for a rhythm without days or times."""
    start = moment.astimezone(rhythm.zone).date() + dt.timedelta(days=1)
    earlier = [m for m in _moments(rhythm, start, -1) if m < moment]
    if not earlier:
        raise ValueError("a rhythm needs a day and a time")
    return max(earlier)


def due_after_check_in(rhythm: Rhythm, due: dt.datetime, now: dt.datetime) -> dt.datetime:
    """What is due next once somebody has checked in at `now` while `due` was the next thing due.

    A check-in counts for the occurrence it precedes if it was made after the one before that; a late one counts
    for the one just passed; either way for exactly one. Anything more changes nothing.
    """
    if due <= now:
        return next_after(rhythm, now)
    if last_before(rhythm, due) < now:
        return next_after(rhythm, due)
    return due
