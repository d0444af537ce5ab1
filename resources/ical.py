"""A session for a calendar (RFC 5545): all of a row of times with what falls out and what moves, or one day of it.

Where nobody told us the zone of a place its times float: they are then what its own clock says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vRecur

from resources import clock, sessions
from resources.models import OpeningException, Schedule, Service
from resources.sessions import plain

# The rules of a zone, and the days that fall out, are written down for so long.
FORESEEN = dt.timedelta(days=5 * 366)
A_YEAR = dt.timedelta(days=366)
# Where only the beginning is known.
AN_HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Happening:
    """What one row of times is about."""

    service: Service
    row: Schedule
    exceptions: list[OpeningException]
    zone: ZoneInfo | None
    where: str
    link: str

    def at(self, when: dt.datetime) -> dt.datetime:
        return when.replace(tzinfo=self.zone)


def series(about: Happening, *, today: dt.date) -> bytes | None:
    """Every time of this row from its next one on. None where it cannot be foretold, or has no hour."""
    begins = about.row.dtstart or about.row.valid_from or today
    if not 1900 < begins.year < clock.FAR:
        return None
    first = next(iter(sessions.days(about.row, first=begins, last=begins + A_YEAR)), None)
    if first is None or about.row.opens_at is None:
        return None
    usual = sessions.Session(about.row, first, plain(about.row.opens_at), plain(about.row.closes_at))
    event = _event(about, usual)
    if about.row.freq:
        event.add("rrule", _rule(about))
        apart = list(_apart(about, first, today + A_YEAR))
        if out := [about.at(_usually(about, day)) for day, moved in apart if not moved]:
            event.add("exdate", out)
        return _written(about, [event, *(_moved(about, each) for _day, each in apart if each)])
    return _written(about, [event])


def one(about: Happening, session: sessions.Session) -> bytes:
    """One day alone."""
    return _written(about, [_event(about, session, f"-{session.on:%Y%m%d}")])


def _apart(
    about: Happening, first: dt.date, last: dt.date
) -> Iterator[tuple[dt.date, sessions.Session | None]]:
    """The days on which it is not as usual: with what there is instead, or nothing."""
    for day in sessions.days(about.row, first=first, last=last):
        instead = list(sessions.held(about.row, day, about.exceptions))
        if not instead or instead[0].special:
            yield day, instead[0] if instead else None


def _moved(about: Happening, session: sessions.Session) -> Event:
    event = _event(about, session)
    event.add("recurrence-id", about.at(_usually(about, session.on)))
    return event


def _usually(about: Happening, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, plain(about.row.opens_at) or dt.time.min)


def _rule(about: Happening) -> vRecur:
    row = about.row
    rule: dict[str, Any] = {"FREQ": row.freq, "INTERVAL": row.interval or 1}
    for name, given in (("BYDAY", row.byday), ("BYMONTHDAY", row.bymonthday)):
        if given.strip():
            rule[name] = [part.strip().upper() for part in given.split(",") if part.strip()]
    if row.wkst:
        rule["WKST"] = row.wkst
    ends = min((day for day in (row.until, row.valid_to) if day and day.year < clock.FAR), default=None)
    if row.count and not row.valid_to:
        rule["COUNT"] = row.count
    elif ends:
        # In UTC where there is a zone, else on the same floating clock as the beginning.
        last = about.at(dt.datetime.combine(ends, dt.time(23, 59, 59)))
        rule["UNTIL"] = last.astimezone(dt.UTC) if about.zone else last
    return vRecur(rule)


def _event(about: Happening, session: sessions.Session, suffix: str = "") -> Event:
    event, service = Event(), about.service
    ends = session.ends if session.closes_at else session.starts + AN_HOUR
    event.add("uid", f"session-{about.row.pk}{suffix}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}")
    event.add("dtstamp", service.updated_at)
    event.add("summary", service.name)
    event.add("dtstart", about.at(session.starts))
    event.add("dtend", about.at(ends))
    event.add("description", "\n".join(_words(about)))
    event.add("url", about.link)
    event.add("class", "PRIVATE")
    if about.where:
        event.add("location", about.where)
    return event


def _words(about: Happening) -> Iterator[str]:
    yield about.service.organization.name
    if about.service.cancel_policy:
        yield _("Cancelling: %(words)s") % {"words": about.service.cancel_policy}
    yield _("Check before you go: %(link)s") % {"link": about.link}


def _written(about: Happening, events: Iterable[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Supportnet//Find support//EN")
    written = list(events)
    if about.zone:
        starts = [when.date() for event in written if isinstance(when := event.start, dt.datetime)]
        calendar.add_component(_rules(about.zone, min(starts), max(starts)))
    for event in written:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _rules(zone: ZoneInfo, first: dt.date, last: dt.date) -> Timezone:
    """Each change of the clock as a block of its own: lists of dates are read wrongly by some programmes."""
    found = Timezone.from_tzinfo(zone, zone.key, first - A_YEAR, last + FORESEEN)
    changes, found.subcomponents = found.subcomponents, []
    for change in changes:
        listed = change.pop("RDATE", [])
        for dates in listed if isinstance(listed, list) else [listed]:
            for moment in dates.dts:
                another = change.copy(recursive=True)
                another.DTSTART = moment.dt
                found.add_component(another)
        found.add_component(change)
    return found
