"""When a place is open, and when it begins: recurring slots and exceptions go in, sessions and moments come out. Pure.

The only reader of recurrences: the search, the page of a listing and the file for a calendar all ask here.

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
    reason: str = ""

    def covers(self, day: dt.date) -> bool:
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True)
class Session:
    """One time on one day, on the clock of its place."""

    slot: Slot
    on: dt.date
    opens_at: dt.time
    closes_at: dt.time | None
    special: bool = False

    @property
    def starts(self) -> dt.datetime:
        return dt.datetime.combine(self.on, self.opens_at)

    @property
    def ends(self) -> dt.datetime | None:
        """A minute before midnight is midnight; what ends at or before its beginning ends on the next day."""
        if self.closes_at is None:
            return None
        closes = dt.time.min if self.closes_at >= LAST_MINUTE else self.closes_at
        later = DAY if closes <= self.opens_at else dt.timedelta()
        return dt.datetime.combine(self.on + later, closes)

    def begins(self, zone: dt.tzinfo) -> dt.datetime:
        """In UTC. An hour that a clock skips is later."""
        return self.starts.replace(tzinfo=zone).astimezone(dt.UTC)

    def span(self, zone: dt.tzinfo) -> Interval | None:
        """From when to when; None where its end is not known, or a clock put forward leaves nothing of it."""
        if self.ends is None:
            return None
        begin, end = self.begins(zone), self.ends.replace(tzinfo=zone).astimezone(dt.UTC)
        return (begin, end) if begin < end else None

    def is_on(self, zone: dt.tzinfo, now: dt.datetime) -> bool:
        span = self.span(zone)
        return span is not None and span[0] <= now < span[1]


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
    found = [span for each in held(current, special, first - DAY, last) if (span := each.span(zone))]
    return merged(found)


def coming(
    slots: Iterable[Slot],
    exceptions: Iterable[Exceptional],
    *,
    zone: dt.tzinfo,
    now: dt.datetime,
    ahead: dt.timedelta,
) -> list[Session]:
    """What is on now, and what begins after, in order. What has no end we know of is there until it begins."""
    today = now.astimezone(zone).date()
    found = held(foretold(slots, today), list(exceptions), today - DAY, today + ahead)
    timed = ((each.begins(zone), each.on, each) for each in found)
    left = [(begins, on, each) for begins, on, each in timed if begins > now or each.is_on(zone, now)]
    return [each for _begins, _on, each in sorted(left, key=lambda one: one[:2])]


def is_evening(
    slots: Iterable[Slot], exceptions: Iterable[Exceptional], *, first: dt.date, last: dt.date
) -> bool:
    """Whether some weekday it begins at five or later, or goes on after six."""
    current = [slot for slot in slots if not lapsed(slot, first) and is_clear(slot)]
    return any(
        each.on.weekday() < 5 and (each.opens_at >= EVENING or ends_late(each))
        for each in held(current, list(exceptions), first, last)
    )


def ends_late(session: Session) -> bool:
    return session.closes_at is not None and (
        session.closes_at > LATE or session.closes_at <= session.opens_at
    )


# What can be said of a slot ----------------------------------------------------------------------


def lapsed(slot: Slot, today: dt.date) -> bool:
    """Nothing is known of it any more. One that ended (`until`) is known: it does not happen."""
    return slot.valid_to is not None and slot.valid_to < today - DAY


def foretold(slots: Iterable[Slot], today: dt.date) -> list[Slot]:
    return [slot for slot in slots if not lapsed(slot, today) and begins_clearly(slot)]


def is_clear(slot: Slot) -> bool:
    return slot.closes_at is not None and begins_clearly(slot)


def begins_clearly(slot: Slot) -> bool:
    """Whether its days and its beginning can be told. "Every second week" cannot, without a first one."""
    return slot.opens_at is not None and (
        by_parts(slot) is not None if recurs(slot) else once(slot) is not None
    )


def recurs(slot: Slot) -> bool:
    return bool(slot.freq or slot.byday)


def frequency(slot: Slot) -> str:
    """What it says; else what its days say: "1SA" is a day of a month."""
    nth = any(code[:-2] for code in split(slot.byday))
    return slot.freq or ("MONTHLY" if nth else "WEEKLY")


def once(slot: Slot) -> dt.date | None:
    """The one day of what does not recur. From one day to another, without a rule, is not said which."""
    day = slot.dtstart or (slot.valid_from if slot.valid_from in (slot.until, slot.valid_to) else None)
    return day if (slot.count or 1) == 1 and slot.until in (None, day) else None


def held(
    slots: Iterable[Slot], exceptions: Sequence[Exceptional], first: dt.date, last: dt.date
) -> Iterator[Session]:
    """All that begins on these days. Exceptions come before the rule: where one says closed, it is closed.

    Other times are those of the place, so they are held once, as one of the first slot that usually is on that day.
    """
    order = list(dict.fromkeys(slots))
    usual = [(slot, day) for slot in order for day in days(slot, first, last)]
    for slot, day in usual:
        if slot.opens_at and not any(each.covers(day) for each in exceptions):
            yield Session(slot, day, slot.opens_at, slot.closes_at)
    for day in special_days(exceptions, first, last) if order else []:
        today = [each for each in exceptions if each.covers(day)]
        if all(each.opens_at for each in today):
            slot = next((slot for slot, on in usual if on == day), order[0])
            times = dict.fromkeys((each.opens_at, each.closes_at) for each in today if each.opens_at)
            yield from (Session(slot, day, *each, special=True) for each in times)


def special_days(exceptions: Sequence[Exceptional], first: dt.date, last: dt.date) -> list[dt.date]:
    near = [each for each in exceptions if each.starts_on <= last and each.ends_on >= first]
    each_day = [first + DAY * number for number in range((last - first).days + 1)] if near else []
    return [day for day in each_day if any(each.covers(day) for each in near)]


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
            FREQUENCIES[frequency(slot)],
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
    if never_comes(parts) or (frequency(slot) == "WEEKLY" and any(day.n for day in parts["byweekday"])):
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
    if slot.count or frequency(slot) == "MONTHLY" or wanted <= anchor:
        return anchor
    turn = 7 * slot.interval
    return anchor + dt.timedelta(days=(wanted - anchor).days // turn * turn)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min)


# From local times to moments ---------------------------------------------------------------------


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
