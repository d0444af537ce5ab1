"""Times in words, and words of a clock as times. Pure: what time it is now, and whose clock is meant, are arguments."""

from __future__ import annotations

import datetime as dt

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

DAYS_PER_MONTH = 30.44
DAYS_PER_YEAR = 365.25


def instant(day: dt.date, time: dt.time, zone: dt.tzinfo) -> dt.datetime:
    """A local wall time as a moment in UTC.

    A time that the clocks jump over means the moment it would have been by the offset before the jump; one
    that comes twice means its first coming (RFC 5545 §3.3.5). Both are what fold=0 gives.
    """
    return dt.datetime.combine(day, time, tzinfo=zone).astimezone(dt.UTC)


def midnight(now: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """When the day that it is there began, in UTC."""
    return instant(now.astimezone(zone).date(), dt.time(), zone)


def clock(when: dt.datetime) -> str:
    """The time of day on a twelve-hour clock: "8:00 pm"."""
    hour, minute = when.hour % 12 or 12, f"{when.minute:02}"
    if when.hour < 12:
        return _("%(hour)s:%(minute)s am") % {"hour": hour, "minute": minute}
    return _("%(hour)s:%(minute)s pm") % {"hour": hour, "minute": minute}


def day(when: dt.date, *, today: dt.date) -> str:
    """The day as one would say it: today, tomorrow, yesterday, a weekday within a week, else a date."""
    named = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    distance = (when - today).days
    if distance in named:
        return named[distance]
    if abs(distance) < 7:
        return str(WEEKDAYS[when.weekday()])
    return calendar_day(when, today=today)


def calendar_day(when: dt.date, *, today: dt.date) -> str:
    """Day and month, in the order of the active language; the year only where it is not this one."""
    text = date_format(when, "MONTH_DAY_FORMAT")
    return text if when.year == today.year else f"{text} {when.year}"


def moment(when: dt.datetime, *, now: dt.datetime, zone: dt.tzinfo) -> str:
    """A point in time on their clock: "today at 8:00 pm", "Tuesday at 9:30 am", "3 May at 8:00 pm"."""
    local = when.astimezone(zone)
    said = day(local.date(), today=now.astimezone(zone).date())
    return _("%(day)s at %(clock)s") % {"day": said, "clock": clock(local)}


def until(when: dt.datetime, *, now: dt.datetime, zone: dt.tzinfo) -> str:
    """To be read after "until": "2:00 pm" for today, else "tomorrow at 9:00 am"."""
    local = when.astimezone(zone)
    return clock(local) if local.date() == now.astimezone(zone).date() else moment(when, now=now, zone=zone)


def ago(when: dt.datetime | dt.date, *, now: dt.datetime, zone: dt.tzinfo) -> str:
    """How long ago by their calendar, rounded as people do: "today", "4 days ago", "3 weeks ago"."""
    on = when.astimezone(zone).date() if isinstance(when, dt.datetime) else when
    days = (now.astimezone(zone).date() - on).days
    if days < 0:
        return _ahead(-days)
    return {0: _("today"), 1: _("yesterday")}.get(days) or _long_ago(days)


def _ahead(days: int) -> str:
    return _("tomorrow") if days == 1 else ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}


def _long_ago(days: int) -> str:
    if days < 14:
        return ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days}
    if days < 60:
        weeks = days // 7
        return ngettext("%(n)s week ago", "%(n)s weeks ago", weeks) % {"n": weeks}
    if days < 365:
        months = max(2, int(days / DAYS_PER_MONTH))
        return ngettext("%(n)s month ago", "%(n)s months ago", months) % {"n": months}
    years = max(1, int(days / DAYS_PER_YEAR))
    return ngettext("%(n)s year ago", "%(n)s years ago", years) % {"n": years}
