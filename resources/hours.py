"""Schedules in words. Pure: the rows and today's date go in, sentences come out.

The rules are those of HSDS 3.1: `until` ends a recurrence, `valid_to` ends what is known of it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts import times
from resources.models import OpeningException, Schedule

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Closed days are said so long beforehand.
SOON = dt.timedelta(days=92)
# One of RFC 5545: "MO", and "1SA" or "-1FR" of a month. Of those from its end only the last has words.
SAYABLE = re.compile(rf"^([1-5]|-1)?({'|'.join(DAYS)})$")
NTH_DAY = re.compile(rf"^(-?[1-5])({'|'.join(DAYS)})$")


def say(schedules: Iterable[Schedule], *, today: dt.date) -> list[str]:
    """One sentence for each set of days that share their hours; what has lapsed is left out."""
    current = [row for row in schedules if not lapsed(row, today)]
    groups: dict[tuple[str, ...], set[int]] = {}
    for row in current:
        if weekly_days(row):
            groups.setdefault(slot(row, today), set()).update(weekly_days(row))
    weekly = [_join(weekdays(days), *rest) for rest, days in sorted(groups.items(), key=lambda g: min(g[1]))]
    return weekly + [_join(pattern(row), *slot(row, today)) for row in current if not weekly_days(row)]


def say_exceptions(exceptions: Iterable[OpeningException], *, today: dt.date) -> list[str]:
    """The days of the next months that are not as usual: "Closed from December 24 to December 26: Christmas"."""
    coming = (each for each in exceptions if each.ends_on >= today and each.starts_on <= today + SOON)
    return [
        _exception(each, today) for each in sorted(coming, key=lambda each: (each.starts_on, each.ends_on))
    ]


def _exception(row: OpeningException, today: dt.date) -> str:
    first, last = (times.calendar_day(day, today=today) for day in (row.starts_on, row.ends_on))
    days = {"first": first, "last": last}
    when = _("on %(first)s") % days if first == last else _("from %(first)s to %(last)s") % days
    if row.opens_at and row.closes_at:
        hours = {"start": clock(row.opens_at), "end": clock(row.closes_at)}
        said = _("Other times %(when)s: %(start)s to %(end)s") % {"when": when, **hours}
    else:
        said = _("Closed %(when)s") % {"when": when}
    return f"{said} ({row.reason})" if row.reason else said


def lapsed(row: Schedule, today: dt.date) -> bool:
    return any(end is not None and end < today for end in (row.until, row.valid_to))


def weekly_days(row: Schedule) -> set[int]:
    """Weekday numbers of a plain weekly row; nothing for any other kind of row."""
    if frequency(row) != Schedule.Frequency.WEEKLY or (row.interval or 1) > 1 or row.bymonthday:
        return set()
    return {DAYS.index(day) for day in day_codes(row) if day in DAYS}


def days(byday: str) -> str:
    """The days of a rule alone: "Monday to Friday", "The first Saturday of the month"; "" for what is no day."""
    row = Schedule(byday=byday)
    if not all(SAYABLE.match(code) for code in day_codes(row)):
        return ""
    return weekdays(weekly_days(row)) if frequency(row) == Schedule.Frequency.WEEKLY else pattern(row)


def frequency(row: Schedule) -> str:
    """How often, as the search reads it: days without a word on that are days of each week, "1SA" one of each month."""
    codes = day_codes(row)
    if row.freq or not codes:
        return row.freq
    nth = any(NTH_DAY.match(code) for code in codes)
    return Schedule.Frequency.MONTHLY if nth else Schedule.Frequency.WEEKLY


def day_codes(row: Schedule) -> list[str]:
    """Its days; where it only says when it began, that day of the week."""
    codes = [code.strip().upper() for code in row.byday.split(",") if code.strip()]
    since = row.freq == Schedule.Frequency.WEEKLY and not row.bymonthday and row.dtstart
    return codes or ([DAYS[row.dtstart.weekday()]] if since and row.dtstart else [])


def slot(row: Schedule, today: dt.date) -> tuple[str, ...]:
    """What follows the days: the hours, a start that is still to come, the notes."""
    starts = max(filter(None, [row.valid_from, row.dtstart]), default=None)
    later = _("from %(date)s") % {"date": date_format(starts)} if starts and starts > today else ""
    notes = " ".join(filter(None, [row.description, row.notes]))
    return hours(row), later, notes


def hours(row: Schedule) -> str:
    if row.opens_at and row.closes_at:
        if row.opens_at <= dt.time(0, 0) and row.closes_at >= dt.time(23, 59):
            return _("all day and all night")
        return _("%(start)s to %(end)s") % {"start": clock(row.opens_at), "end": clock(row.closes_at)}
    if row.opens_at:
        return _("from %(start)s") % {"start": clock(row.opens_at)}
    return _("until %(end)s") % {"end": clock(row.closes_at)} if row.closes_at else ""


def clock(when: dt.time) -> str:
    """ "9:30 am"; noon and midnight by their names."""
    named = {dt.time(12, 0): _("noon"), dt.time(0, 0): _("midnight")}
    return named.get(when.replace(tzinfo=None)) or times.clock(dt.datetime.combine(dt.date.min, when))


def weekdays(days: set[int]) -> str:
    """ "Monday to Friday", "Tuesday and Thursday", "Every day"."""
    order = sorted(days)
    if len(order) == 7:
        return _("Every day")
    names = [str(WEEKDAYS[day]) for day in order]
    if len(order) > 2 and order == list(range(order[0], order[-1] + 1)):
        return _("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return _listed(names)


def pattern(row: Schedule) -> str:
    """The days of anything but a plain weekly row, as far as it can be said in a few words."""
    codes = day_codes(row)
    names = [str(WEEKDAYS[DAYS.index(code)]) for code in codes if code in DAYS]
    if frequency(row) == Schedule.Frequency.WEEKLY and names:
        return _every_other(row, names)
    nth = [match for code in codes if (match := NTH_DAY.match(code))]
    if frequency(row) == Schedule.Frequency.MONTHLY and nth:
        return capfirst(_listed([_nth(int(match[1]), match[2]) for match in nth]))
    since = row.dtstart.day if row.freq == Schedule.Frequency.MONTHLY and row.dtstart else ""
    if row.freq and (row.bymonthday or since):
        return _("Day %(days)s of the month") % {"days": row.bymonthday or since}
    return _once(row)


def _every_other(row: Schedule, names: list[str]) -> str:
    if (row.interval or 1) == 1:
        return _listed(names)
    if row.interval == 2:
        return _("Every second %(days)s") % {"days": _listed(names)}
    return _("%(days)s, every %(number)s weeks") % {"days": _listed(names), "number": row.interval}


def _nth(number: int, code: str) -> str:
    names = {1: _("first"), 2: _("second"), 3: _("third"), 4: _("fourth"), 5: _("fifth"), -1: _("last")}
    day = WEEKDAYS[DAYS.index(code)]
    if number not in names:
        return str(day)
    return _("the %(nth)s %(day)s of the month") % {"nth": names[number], "day": day}


def _once(row: Schedule) -> str:
    """One day, when first and last day are the same."""
    start, end = row.dtstart or row.valid_from, row.until or row.valid_to
    alone = row.dtstart is not None and end is None and not row.freq
    if start and (start == end or row.count == 1 or alone):
        return date_format(start, "DATE_FORMAT")
    return ""


def _listed(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return pgettext("a list", "%(most)s and %(last)s") % {"most": ", ".join(names[:-1]), "last": names[-1]}


def _join(*parts: str) -> str:
    said = ", ".join(part for part in parts[:-1] if part)
    return ". ".join(part for part in (said, parts[-1]) if part)
