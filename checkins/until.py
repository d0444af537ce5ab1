"""Until when to rest, or to be in a flare: the choices offered, as moments. Pure; the clock is an argument."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts import times

EVENING = dt.time(22)
MORNING = dt.time(9)
# Somebody awake before this hour still calls it night: their morning is today's.
NIGHT_ENDS = 5
# No evening is offered that is nearly over.
SOONEST = dt.timedelta(minutes=15)

# What is chosen ("tonight"), what it is called with its time on their clock, and when it is (UTC).
Choice = tuple[str, str, dt.datetime]


def rests(now: dt.datetime, zone: ZoneInfo) -> list[Choice]:
    """How long one may rest with one tap."""
    hour, four = now + dt.timedelta(hours=1), now + dt.timedelta(hours=4)
    hours = [
        ("1h", _("For 1 hour, until %(when)s") % {"when": times.until(hour, now=now, zone=zone)}, hour),
        ("4h", _("For 4 hours, until %(when)s") % {"when": times.until(four, now=now, zone=zone)}, four),
    ]
    return [*hours, *_tonight(now, zone), _morning(now, zone)]


def flares(now: dt.datetime, zone: ZoneInfo) -> list[Choice]:
    """When a flare may end."""
    today = now.astimezone(zone).date()
    two = times.instant(today + dt.timedelta(days=2), MORNING, zone)
    week = times.instant(today + dt.timedelta(days=7), MORNING, zone)
    later = [
        ("two_days", _("For two days, until %(when)s") % {"when": times.until(two, now=now, zone=zone)}, two),
        ("week", _("For a week, until %(when)s") % {"when": times.until(week, now=now, zone=zone)}, week),
    ]
    evening = times.instant(today + dt.timedelta(days=1), EVENING, zone)
    tomorrow = _("Until tomorrow evening, %(clock)s") % {"clock": times.clock(evening.astimezone(zone))}
    return [*_tonight(now, zone), _morning(now, zone), ("tomorrow", tomorrow, evening), *later]


def _tonight(now: dt.datetime, zone: ZoneInfo) -> list[Choice]:
    at = times.instant(now.astimezone(zone).date(), EVENING, zone)
    words = _("Until tonight, %(clock)s") % {"clock": times.clock(at.astimezone(zone))}
    return [("tonight", words, at)] if at - now >= SOONEST else []


def _morning(now: dt.datetime, zone: ZoneInfo) -> Choice:
    at = tomorrow_morning(now, zone)
    clock = {"clock": times.clock(at.astimezone(zone))}
    if at.astimezone(zone).date() == now.astimezone(zone).date():
        return "morning", _("Until this morning, %(clock)s") % clock, at
    return "morning", _("Until tomorrow morning, %(clock)s") % clock, at


def tomorrow_morning(now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The morning after the next sleep."""
    local = now.astimezone(zone)
    days = 0 if local.hour < NIGHT_ENDS else 1
    return times.instant(local.date() + dt.timedelta(days=days), MORNING, zone)
