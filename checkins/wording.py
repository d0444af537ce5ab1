"""Plans, spans and rehearsals in words. Pure: what time it is now is an argument."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import times
from checkins.models import Silence
from checkins.schedule import EVERY_DAY, Rhythm

MONDAY_TO_FRIDAY = frozenset(range(5))
A_MINUTE = dt.timedelta(minutes=1)


def rhythm(rhythm: Rhythm) -> str:
    """When check-ins are due: "every day at 10:00 am", "Mondays and Fridays at 9:00 am and 8:00 pm"."""
    clocks = [times.clock(dt.datetime.combine(dt.date.min, time)) for time in rhythm.times]
    return _("%(days)s at %(times)s") % {"days": _days(rhythm), "times": listed(clocks)}


def _days(rhythm: Rhythm) -> str:
    if rhythm.every:
        return ngettext("every day", "every %(n)s days", rhythm.every) % {"n": rhythm.every}
    if rhythm.days == EVERY_DAY:
        return _("every day")
    if rhythm.days == MONDAY_TO_FRIDAY:
        return _("Monday to Friday")
    names = [
        *(_("Mondays"), _("Tuesdays"), _("Wednesdays"), _("Thursdays")),
        *(_("Fridays"), _("Saturdays"), _("Sundays")),
    ]
    return listed(names[day] for day in sorted(rhythm.days))


def listed(words: Iterable[str]) -> str:
    """ "Ana, Luis and Sam"."""
    return get_text_list(list(words), _("and"))


def lately(span: dt.timedelta) -> str:
    """How long ago something that happens all the time last happened: "40 seconds ago", "12 minutes ago"."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 5:
        return _("just now")
    if seconds < 100:
        return ngettext("%(n)s second ago", "%(n)s seconds ago", seconds) % {"n": seconds}
    if seconds < 100 * 60:
        minutes = seconds // 60
        return ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": minutes}
    hours = seconds // 3600
    return ngettext("%(n)s hour ago", "%(n)s hours ago", hours) % {"n": hours}


def practised(rehearsal: Silence, *, now: dt.datetime, zone: dt.tzinfo) -> str:
    """How a rehearsal went: "Rehearsed on 3 May, answered in 4 minutes". Its steps and claims are at hand."""
    if rehearsal.closed_at is None:
        return _("A rehearsal is running")
    on = {"day": _day(rehearsal.opened_at, now, zone)}
    told = [step.taken_at for step in rehearsal.told() if step.taken_at]
    if not told:
        return _("Rehearsed %(day)s, stopped before anybody was told") % on
    answered = [claim.claimed_at for claim in rehearsal.claims.all()]
    if not answered:
        return _("Rehearsed %(day)s, nobody answered") % on
    return _("Rehearsed %(day)s, answered in %(span)s") % {**on, "span": took(min(answered) - min(told))}


def in_words(span: dt.timedelta) -> str:
    """A length of time to the minute: "45 minutes", "6 hours", "2 hours 30 minutes"."""
    hours, minutes = divmod(round(span.total_seconds() / 60), 60)
    parts = []
    if hours:
        parts.append(ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours})
    if minutes or not hours:
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes})
    return " ".join(parts)


def took(span: dt.timedelta) -> str:
    """ "4 minutes"; nobody counts seconds."""
    return _("less than a minute") if span < A_MINUTE else in_words(span)


def _day(when: dt.datetime, now: dt.datetime, zone: dt.tzinfo) -> str:
    on, today = when.astimezone(zone).date(), now.astimezone(zone).date()
    if abs((today - on).days) <= 1:
        return times.day(on, today=today)
    return _("on %(date)s") % {"date": times.calendar_day(on, today=today)}
