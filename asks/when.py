"""Times of asks. Pure arithmetic: the clock and the zone are arguments, results are in UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from accounts.times import instant

# How far ahead the dates of an ask that repeats are made.
HORIZON = dt.timedelta(weeks=6)
WEEK = dt.timedelta(weeks=1)
EVENING = dt.time(18)
SHORTLY = dt.timedelta(hours=2)
NOON = dt.time(12)
# What it takes for people to answer, and for an owner to do something else.
A_WHILE = dt.timedelta(hours=3)


def weekly(
    first: dt.datetime, *, weeks: int, zone: ZoneInfo, until: dt.date | None, horizon: dt.datetime
) -> Iterator[dt.datetime]:
    """The dates of an ask that repeats, from its first on, up to the horizon: the same wall time each time."""
    local = first.astimezone(zone)
    day, time = local.date(), local.time()
    while until is None or day <= until:
        moment = instant(day, time, zone)
        if moment > horizon:
            return
        yield moment
        day += dt.timedelta(weeks=weeks)


def shifted(moment: dt.datetime, *, days: int, zone: ZoneInfo) -> dt.datetime:
    """The same wall time some days later."""
    local = moment.astimezone(zone)
    return instant(local.date() + dt.timedelta(days=days), local.time(), zone)


def reminder_at(starts_at: dt.datetime, *, now: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """The evening before on the helper's clock; two hours before if that is past; None if that is past, too."""
    eve = starts_at.astimezone(zone).date() - dt.timedelta(days=1)
    evening, shortly = instant(eve, EVENING, zone), starts_at - SHORTLY
    return next((moment for moment in (evening, shortly) if moment > now), None)


def word_at(passes_at: dt.datetime, *, since: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """When the owner hears that nobody has said yes: at noon the day before, else a while before it passes.

    None where it was asked so shortly before that nobody can have answered yet.
    """
    eve = passes_at.astimezone(zone).date() - dt.timedelta(days=1)
    noon, shortly = instant(eve, NOON, zone), passes_at - A_WHILE
    return next((moment for moment in (noon, shortly) if moment >= since + A_WHILE), None)
