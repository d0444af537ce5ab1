"""When check-ins are due. Pure arithmetic on time; the clock is always an argument, results are in UTC."""

from __future__ import annotations

import datetime as dt
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


def next_after(rhythm: Rhythm, moment: dt.datetime) -> dt.datetime:
    """The first due moment strictly after `moment`. Raises ValueError for a rhythm without days or times."""
    return min(_near(rhythm, moment, 1))


def last_before(rhythm: Rhythm, moment: dt.datetime) -> dt.datetime:
    """The last due moment strictly before `moment`. Raises ValueError for a rhythm without days or times."""
    return max(_near(rhythm, moment, -1))


def _near(rhythm: Rhythm, moment: dt.datetime, step: int) -> list[dt.datetime]:
    """The due moments of the nearest day that has some, later (step 1) or earlier (-1), and of the day beyond it.

    A time in a jump at midnight lands on the next day: so the search begins a day early and goes a day on.
    """
    day = moment.astimezone(rhythm.zone).date() - dt.timedelta(days=step)
    found: list[dt.datetime] = []
    for _day in range(10):
        before = len(found)
        if day.weekday() in rhythm.days:
            due = [instant(day, time, rhythm.zone) for time in rhythm.times]
            found += [one for one in due if (one > moment if step > 0 else one < moment)]
        if before:
            return found
        day += dt.timedelta(days=step)
    if not found:
        raise ValueError("a rhythm needs a day and a time")
    return found


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
