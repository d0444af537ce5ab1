"""When check-ins are due. Pure arithmetic on time; the clock is always an argument, results are in UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from accounts.times import instant

EVERY_DAY = frozenset(range(7))
# How long before it is due a daily check-in may be made: the evening before counts, the morning of the day before
# does not, for then nobody would look for two days. A weekly one may be made seven times as early.
EARLY = dt.timedelta(hours=16)


@dataclass(frozen=True)
class Rhythm:
    """Local times of day in a zone, on days of the week (0 is Monday) or, with `every`, each so many days.

    `first` and `last` are the days it begins and ends with; either may be open. `every` counts from `first`.
    """

    days: frozenset[int]
    times: tuple[dt.time, ...]
    zone: ZoneInfo
    every: int | None = None
    first: dt.date | None = None
    last: dt.date | None = None

    @property
    def days_apart(self) -> int:
        """How many days lie between two days with a check-in, rounded up."""
        return self.every or -(-7 // max(len(self.days), 1))


def next_after(rhythm: Rhythm, moment: dt.datetime) -> dt.datetime | None:
    """The first due moment strictly after `moment`; None when the rhythm ends before.

    Raises ValueError for a rhythm without days or times.
    """
    found = _near(rhythm, moment, 1)
    return min(found) if found else None


def last_before(rhythm: Rhythm, moment: dt.datetime) -> dt.datetime:
    """The last moment strictly before `moment` that was due, or would have been had it always gone on.

    Raises ValueError for a rhythm without days or times.
    """
    return max(_near(rhythm, moment, -1))


def _near(rhythm: Rhythm, moment: dt.datetime, step: int) -> list[dt.datetime]:
    """The due moments of the nearest day that has some, later (step 1) or earlier (-1), and of the day beyond it.

    A time in a jump at midnight lands on the next day: so the search begins a day early and goes a day on.
    """
    if not rhythm.times or not (rhythm.days or rhythm.every):
        raise ValueError("a rhythm needs a day and a time")
    found: list[dt.datetime] = []
    for day in _days(rhythm, moment.astimezone(rhythm.zone).date() - dt.timedelta(days=step), step):
        before = len(found)
        due = [instant(day, time, rhythm.zone) for time in rhythm.times]
        found += [one for one in due if (one > moment if step > 0 else one < moment)]
        if before:
            break
    return found


def _days(rhythm: Rhythm, day: dt.date, step: int) -> Iterator[dt.date]:
    """The rhythm's days from `day` on, onwards or back: enough of them to find two that matter."""
    stride = rhythm.every or 1
    if step > 0 and rhythm.first:
        day = max(day, rhythm.first)
    if rhythm.every and rhythm.first:
        off = (day - rhythm.first).days % rhythm.every
        day += dt.timedelta(days=-off if step < 0 else -off % rhythm.every)
    for _turn in range(10):
        if step > 0 and rhythm.last and day > rhythm.last:
            return
        if rhythm.every or day.weekday() in rhythm.days:
            yield day
        day += dt.timedelta(days=stride * step)


def is_met_by(rhythm: Rhythm, due: dt.datetime, made: dt.datetime) -> bool:
    """Whether a check-in made before `due` counts for it: after the occurrence before, and not too early."""
    return max(last_before(rhythm, due), due - rhythm.days_apart * EARLY) < made


def due_after_check_in(rhythm: Rhythm, due: dt.datetime, now: dt.datetime) -> dt.datetime | None:
    """What is due next once somebody has checked in at `now` while `due` was the next thing due.

    A check-in counts for the occurrence it precedes if it was made after the one before that, and not too early; a
    late one counts for the one just passed; either way for exactly one. Anything more changes nothing.
    """
    if due <= now:
        return next_after(rhythm, now)
    return next_after(rhythm, due) if is_met_by(rhythm, due, now) else due
