"""When a listing takes place next. Pure: rows and the clock of its place go in, sessions come out.

A recurrence that does not say where it begins ("every second Friday", and no first one) foretells nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dateutil import rrule

from resources.models import OpeningException, Schedule

# How far ahead one looks.
AHEAD = dt.timedelta(days=92)
DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), rrule.weekdays, strict=True))


@dataclass(frozen=True)
class Session:
    """One time on one day, on the clock of its place."""

    row: Schedule
    on: dt.date
    opens_at: dt.time | None
    closes_at: dt.time | None
    special: bool = False

    @property
    def starts(self) -> dt.datetime:
        return dt.datetime.combine(self.on, self.opens_at or dt.time.min)

    @property
    def ends(self) -> dt.datetime:
        """A time that is not after its beginning is on the next day; without one the day's end counts."""
        if self.closes_at is None:
            return dt.datetime.combine(self.on + dt.timedelta(days=1), dt.time.min)
        over_midnight = self.opens_at is not None and self.closes_at <= self.opens_at
        return dt.datetime.combine(self.on + dt.timedelta(days=over_midnight), self.closes_at)


def coming(
    rows: Iterable[Schedule], exceptions: Iterable[OpeningException], *, now: dt.datetime, most: int = 3
) -> list[Session]:
    """The next few that are not over. `now`: on the clock of its place, without a zone."""
    today, last = now.date(), now.date() + AHEAD
    apart = list(exceptions)
    found = [
        each
        for row in rows
        for day in days(row, first=today - dt.timedelta(days=1), last=last)
        for each in held(row, day, apart)
        if each.ends > now
    ]
    return sorted(found, key=lambda each: (each.starts, str(each.row.pk)))[:most]


def held(row: Schedule, day: dt.date, exceptions: Iterable[OpeningException]) -> Iterator[Session]:
    """What becomes of a usual day: nothing, other times, or what is usual."""
    found = [each for each in exceptions if each.starts_on <= day <= each.ends_on]
    if not found:
        yield Session(row, day, plain(row.opens_at), plain(row.closes_at))
    elif all(each.opens_at for each in found):
        yield Session(row, day, found[0].opens_at, found[0].closes_at, special=True)


def days(row: Schedule, *, first: dt.date, last: dt.date) -> list[dt.date]:
    """The days within these two on which it takes place, by its rule and by how long that is known."""
    known = [first, *filter(None, [row.valid_from])], [last, *filter(None, [row.valid_to])]
    low, high = max(known[0]), min(known[1])
    rule = recurrence(row, otherwise=low)
    if rule is None or low > high:
        return []
    found = rule.between(_midnight(low), _midnight(high), inc=True)
    return [day.date() for day in found]


def recurrence(row: Schedule, *, otherwise: dt.date) -> rrule.rrule | None:
    """Its rule from its first day on; from `otherwise` where any day will do. None where nothing can be said."""
    begins = row.dtstart or row.valid_from
    if not row.freq:
        once = begins and (row.count == 1 or begins == (row.until or row.valid_to))
        return rrule.rrule(rrule.DAILY, dtstart=_midnight(begins), count=1) if once and begins else None
    if begins is None and ((row.interval or 1) > 1 or row.count):
        return None
    named = _named_days(row)
    if named is None:
        return None
    return rrule.rrule(
        rrule.WEEKLY if row.freq == Schedule.Frequency.WEEKLY else rrule.MONTHLY,
        dtstart=_midnight(begins or otherwise),
        interval=row.interval or 1,
        count=row.count,
        until=_midnight(row.until) if row.until and not row.count else None,
        wkst=DAYS.get(row.wkst or "MO", rrule.MO),
        **named,
    )


def _named_days(row: Schedule) -> dict[str, list[object]] | None:
    """Which days of the week or month; None where they are said in a way we do not read, or not at all."""
    try:
        byday = [_weekday(code.strip().upper()) for code in row.byday.split(",") if code.strip()]
        bymonthday = [int(day) for day in row.bymonthday.split(",") if day.strip()]
    except (KeyError, ValueError):
        return None
    if row.byweekno or row.byyearday or not (byday or bymonthday or row.dtstart):
        return None
    # A day that never comes would be looked for until the end of all years.
    if any(not 1 <= abs(day) <= 31 for day in bymonthday) or (bymonthday and any(day.n for day in byday)):
        return None
    named: dict[str, list[object]] = {"byweekday": [*byday], "bymonthday": [*bymonthday]}
    return {name: given for name, given in named.items() if given}


def _weekday(code: str) -> rrule.weekday:
    number, day = code[:-2], DAYS[code[-2:]]
    if number and not 1 <= abs(int(number)) <= 5:
        raise ValueError(code)
    return day(int(number)) if number else day


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min)


def plain(when: dt.time | None) -> dt.time | None:
    return when.replace(tzinfo=None) if when else None
