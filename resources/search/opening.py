"""When a place is open: recurring slots and exceptions go in, moments come out. Pure.

Three answers everywhere: open, closed, and not known. The rules are those of HSDS 3.1: `until` ends a recurrence,
`valid_to` ends what is known of it, 00:00 to 23:59 is day and night, `interval` counts from `dtstart`.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from dateutil import rrule

DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), rrule.weekdays, strict=True))
FREQUENCIES = {"WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY}
DAY = dt.timedelta(days=1)
# How far each of these is counted.
MOST = {"bymonthday": 31, "byyearday": 366, "byweekno": 53}
LAST_MINUTE = dt.time(23, 59)
EVENING, LATE = dt.time(17, 0), dt.time(18, 0)
Interval = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class Slot:
    """One recurring opening. Dates and times are local."""

    opens_at: dt.time | None = None
    closes_at: dt.time | None = None
    freq: str = ""
    byday: str = ""
    bymonthday: str = ""
    byyearday: str = ""
    byweekno: str = ""
    wkst: str = ""
    interval: int = 1
    count: int | None = None
    dtstart: dt.date | None = None
    until: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class Exceptional:
    """From one day to another: closed, or open at these times instead."""

    starts_on: dt.date
    ends_on: dt.date
    opens_at: dt.time | None = None
    closes_at: dt.time | None = None

    def covers(self, day: dt.date) -> bool:
        return self.starts_on <= day <= self.ends_on


def intervals(
    slots: Sequence[Slot],
    exceptions: Iterable[Exceptional],
    *,
    zone: dt.tzinfo,
    first: dt.date,
    last: dt.date,
) -> list[Interval] | None:
    """When it is open, of what begins on these days (both included), in order, none touching another.

    None: not known. That is so where there are no slots, where all of them have lapsed, or where one that has not
    cannot be read.
    """
    current = [slot for slot in slots if not lapsed(slot, first)]
    if not current or not all(is_clear(slot) for slot in current):
        return None
    special = list(exceptions)
    found = [
        span
        for day, opens, closes in local_times(current, special, first - DAY, last)
        if closes is not None and (span := moments(day, opens, closes, zone))
    ]
    return merged(found)


def sessions(
    slots: Iterable[Slot],
    exceptions: Iterable[Exceptional],
    *,
    zone: dt.tzinfo,
    first: dt.date,
    last: dt.date,
) -> list[dt.datetime]:
    """When it begins, of all that begins on these days. An end need not be known for this."""
    clear = [slot for slot in slots if not lapsed(slot, first) and begins_clearly(slot)]
    begins = {
        dt.datetime.combine(day, opens, zone).astimezone(dt.UTC)
        for day, opens, _closes in local_times(clear, list(exceptions), first, last)
    }
    return sorted(begins)


def is_evening(
    slots: Iterable[Slot], exceptions: Iterable[Exceptional], *, first: dt.date, last: dt.date
) -> bool:
    """Whether some weekday it begins at five or later, or goes on after six."""
    current = [slot for slot in slots if not lapsed(slot, first) and is_clear(slot)]
    return any(
        day.weekday() < 5 and (opens >= EVENING or (closes is not None and ends_late(opens, closes)))
        for day, opens, closes in local_times(current, list(exceptions), first, last)
    )


def ends_late(opens: dt.time, closes: dt.time) -> bool:
    return closes > LATE or closes <= opens


# What can be said of a slot ----------------------------------------------------------------------


def lapsed(slot: Slot, today: dt.date) -> bool:
    """Nothing is known of it any more. One that ended (`until`) is known: it does not happen."""
    return slot.valid_to is not None and slot.valid_to < today - DAY


def is_clear(slot: Slot) -> bool:
    return slot.closes_at is not None and begins_clearly(slot)


def begins_clearly(slot: Slot) -> bool:
    """Whether its days and its beginning can be told. "Every second week" cannot, without a first one."""
    return slot.opens_at is not None and (
        by_parts(slot) is not None if recurs(slot) else once(slot) is not None
    )


def recurs(slot: Slot) -> bool:
    return bool(slot.freq or slot.byday)


def once(slot: Slot) -> dt.date | None:
    """The one day of what does not recur."""
    return slot.dtstart or (slot.valid_from if slot.valid_from == slot.valid_to else None)


def local_times(
    slots: Iterable[Slot], exceptions: Sequence[Exceptional], first: dt.date, last: dt.date
) -> Iterator[tuple[dt.date, dt.time, dt.time | None]]:
    """Day, opening and closing time of all that begins on these days; exceptions come before the rule."""
    for slot in slots:
        for day in days(slot, first, last):
            if slot.opens_at and not any(each.covers(day) for each in exceptions):
                yield day, slot.opens_at, slot.closes_at
    near = [each for each in exceptions if each.starts_on <= last and each.ends_on >= first]
    for day in [first + DAY * number for number in range((last - first).days + 1)] if near else []:
        today = [each for each in near if each.covers(day)]
        if all(each.opens_at for each in today):
            yield from ((day, each.opens_at, each.closes_at) for each in today if each.opens_at)


@lru_cache(maxsize=4096)
def days(slot: Slot, first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """The days it happens on. Cached: most of a directory keeps one of a few weekly rhythms."""
    low = max(filter(None, [first, slot.dtstart, slot.valid_from]))
    high = min(filter(None, [last, slot.until, slot.valid_to]))
    if not recurs(slot):
        day = once(slot)
        return (day,) if day and low <= day <= high else ()
    parts = by_parts(slot)
    if low > high or parts is None:
        return ()
    # It ends with what is asked for: some rules (the 31st of each February) would be looked through for ever.
    found = islice(
        rrule.rrule(
            FREQUENCIES.get(slot.freq, rrule.WEEKLY),
            dtstart=_midnight(beginning(slot, low)),
            until=_midnight(high),
            interval=slot.interval,
            wkst=DAYS.get(slot.wkst, rrule.MO),
            **parts,
        ),
        slot.count,
    )
    return tuple(day.date() for day in found if day.date() >= low)


def by_parts(slot: Slot) -> dict[str, list[object]] | None:
    """The BY… parts of the rule; None where they cannot be read, or do not say which days are meant."""
    try:
        parts: dict[str, list[Any]] = {
            "byweekday": [weekday(code) for code in split(slot.byday)],
            "bymonthday": [int(number) for number in split(slot.bymonthday)],
            "byyearday": [int(number) for number in split(slot.byyearday)],
            "byweekno": [int(number) for number in split(slot.byweekno)],
        }
    except (KeyError, ValueError):
        return None
    said = {name: values for name, values in parts.items() if values}
    if never_comes(parts):
        return None
    uncounted = slot.dtstart is None and slot.valid_from is None and (slot.interval > 1 or slot.count)
    return None if uncounted or not (said or slot.dtstart) else said


def never_comes(parts: dict[str, list[Any]]) -> bool:
    """Whether it may name a day that is none, and so be looked for until the end of all years."""
    counted = [(parts[name], most) for name, most in MOST.items() if parts[name]]
    odd = any(not 1 <= abs(number) <= most for numbers, most in counted for number in numbers)
    nth = any(day.n for day in parts["byweekday"])
    return odd or len(counted) + nth > 1


def weekday(code: str) -> rrule.weekday:
    """ "MO" or "-1FR". Raises KeyError or ValueError where it is neither."""
    number, day = code[:-2], DAYS[code[-2:].upper()]
    if number and not 1 <= abs(int(number)) <= 5:
        raise ValueError(code)
    return day(int(number)) if number else day


def split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def beginning(slot: Slot, wanted: dt.date) -> dt.date:
    """A first day that gives the same days from `wanted` on, without counting through all the years between."""
    anchor = slot.dtstart or slot.valid_from or wanted
    if slot.count or slot.freq == "MONTHLY" or wanted <= anchor:
        return anchor
    turn = 7 * slot.interval
    return anchor + dt.timedelta(days=(wanted - anchor).days // turn * turn)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min)


# From local times to moments ---------------------------------------------------------------------


def moments(day: dt.date, opens: dt.time, closes: dt.time, zone: dt.tzinfo) -> Interval | None:
    """In UTC. What closes at or before it opens closes on the next day; an hour that a clock skips is later."""
    ends = day
    if closes >= LAST_MINUTE:
        ends, closes = day + DAY, dt.time.min
    elif closes <= opens:
        ends = day + DAY
    begin = dt.datetime.combine(day, opens.replace(tzinfo=None), zone).astimezone(dt.UTC)
    end = dt.datetime.combine(ends, closes.replace(tzinfo=None), zone).astimezone(dt.UTC)
    return (begin, end) if begin < end else None


def merged(spans: Iterable[Interval]) -> list[Interval]:
    """In order, with what overlaps or touches made one."""
    joined: list[Interval] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def zone_of(*names: str) -> zoneinfo.ZoneInfo | None:
    """The first of these that is said; None where none is, or it is no zone of this world."""
    name = next(filter(None, names), "")
    try:
        return zoneinfo.ZoneInfo(name) if name else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None
