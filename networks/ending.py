"""How long something is shared: a last day on the owner's calendar, and the moment it is over. Pure."""

from __future__ import annotations

import calendar
import datetime as dt

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import times

# The furthest day that can be chosen.
LONGEST = dt.timedelta(days=2 * 365)
_A_DAY = dt.timedelta(days=1)


class HowLong(models.TextChoices):
    FOR_GOOD = "for_good", gettext_lazy("Until I change it")
    A_WEEK = "week", gettext_lazy("For a week")
    A_MONTH = "month", gettext_lazy("For a month")
    THREE_MONTHS = "three_months", gettext_lazy("For three months")
    A_DAY = "day", gettext_lazy("Until a day I choose")


def last_day(how_long: HowLong, *, today: dt.date) -> dt.date:
    """The last day on which it is still shared. A month goes to the same day of the next, or to its last day."""
    if how_long == HowLong.A_WEEK:
        return today + dt.timedelta(days=7)
    return _months_on(today, 3 if how_long == HowLong.THREE_MONTHS else 1)


def _months_on(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def over_at(last: dt.date, *, zone: dt.tzinfo) -> dt.datetime:
    """When it is off: as the day after the last one begins there, in UTC."""
    return times.instant(last + _A_DAY, dt.time(), zone)


def said(until_at: dt.datetime, *, now: dt.datetime, zone: dt.tzinfo) -> str:
    """“until 3 March”: the last day, on the owner's clock."""
    # An instant before it is over it is still that day, wherever clocks jump at midnight.
    last = (until_at - dt.timedelta(seconds=1)).astimezone(zone).date()
    return _("until %(day)s") % {"day": times.calendar_day(last, today=now.astimezone(zone).date())}
