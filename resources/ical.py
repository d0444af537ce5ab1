"""A session for a calendar (RFC 5545): all of a row of times with what falls out and what moves, or one day of it.

Where nobody told us the zone of a place its times float: they are then what its own clock says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vRecur

from resources import clock
from resources.models import Schedule, Service
from resources.search import opening
from resources.search.opening import Session, Slot
from resources.search.times import Times, slot

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
    # Of each of its places where this row counts.
    sites: list[Times]
    where: str
    link: str

    @cached_property
    def slot(self) -> Slot:
        return slot(self.row)

    @property
    def zone(self) -> ZoneInfo | None:
        return self.sites[0].zone

    def at(self, when: dt.datetime) -> dt.datetime:
        return when.replace(tzinfo=self.zone)

    def held(self, first: dt.date, last: dt.date, *, today: dt.date) -> list[Session]:
        """What this row gives on these days at any of its places, of all that is held there."""
        found = [each for site in self.sites for each in site.held(first, last, today=today)]
        return sorted({each for each in found if each.slot == self.slot}, key=lambda each: each.starts)


def series(about: Happening, *, today: dt.date) -> bytes | None:
    """Every time of this row from its first on. None where nothing of it can be foretold."""
    # What fell out or moved long ago is in nobody's calendar any more.
    held = about.held(today - A_YEAR, today + A_YEAR, today=today)
    usual = [each for each in held if not each.special]
    apart = [_event(about, each, _suffix(each, held)) for each in held if each.special]
    if usual and opening.recurs(about.slot):
        first = _first(about.slot, today)
        return _written(about, [_recurring(about, first, usual, today), *apart]) if first else None
    return _written(about, [*(_event(about, each) for each in usual), *apart]) if held else None


def _first(slot: Slot, today: dt.date) -> dt.date | None:
    begins = max(filter(None, [slot.dtstart, slot.valid_from]), default=today)
    if not 1900 < begins.year < clock.FAR:
        return None
    return next(iter(opening.days(slot, begins, begins + A_YEAR)), None)


def _recurring(about: Happening, first: dt.date, usual: list[Session], today: dt.date) -> Event:
    """Its rule and what falls out of it; day for day, where calendars have no such rule."""
    slot, on = about.slot, [each.on for each in usual]
    if slot.byyearday or slot.byweekno or (slot.bymonthday and opening.frequency(slot) == "WEEKLY"):
        event = _event(about, usual[0])
        event.add("rdate", [about.at(each.starts) for each in usual])
        return event
    event = _event(about, replace(usual[0], on=first))
    event.add("rrule", _rule(about, first))
    days = opening.days(slot, max(first, today - A_YEAR), today + A_YEAR)
    if out := [about.at(replace(usual[0], on=day).starts) for day in days if day not in on]:
        event.add("exdate", out)
    return event


def _suffix(session: Session, held: list[Session]) -> str:
    """One day of a row; its second time on that day, where it has other times."""
    number = [each for each in held if each.on == session.on].index(session)
    return f"-{session.on:%Y%m%d}" + (f"-{number + 1}" if number else "")


def one(about: Happening, held: list[Session]) -> bytes:
    """One day alone."""
    return _written(about, [_event(about, each, _suffix(each, held)) for each in held])


def _rule(about: Happening, first: dt.date) -> vRecur:
    slot = about.slot
    rule: dict[str, Any] = {"FREQ": opening.frequency(slot), "INTERVAL": slot.interval}
    for name, given in (("BYDAY", slot.byday), ("BYMONTHDAY", slot.bymonthday)):
        if listed := [part.upper() for part in opening.split(given)]:
            rule[name] = listed
    if slot.wkst in opening.DAYS:
        rule["WKST"] = slot.wkst
    ends = min((day for day in (slot.until, slot.valid_to) if day and day.year < clock.FAR), default=None)
    if slot.count and not ends:
        rule["COUNT"] = slot.count - _missed(slot, first)
    elif ends:
        # In UTC where there is a zone, else on the same floating clock as the beginning.
        counted = opening.days(slot, first, ends)[-1] if slot.count else ends
        last = about.at(dt.datetime.combine(counted, dt.time(23, 59, 59)))
        rule["UNTIL"] = last.astimezone(dt.UTC) if about.zone else last
    return vRecur(rule)


def _missed(slot: Slot, first: dt.date) -> int:
    """How many of those counted lie before the first that we know of."""
    whole = replace(slot, valid_from=None, valid_to=None)
    return len(opening.days(whole, slot.dtstart, first - opening.DAY)) if slot.dtstart else 0


def _event(about: Happening, session: Session, suffix: str = "") -> Event:
    event, service = Event(), about.service
    event.add("uid", f"session-{about.row.pk}{suffix}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}")
    event.add("dtstamp", service.updated_at)
    event.add("summary", service.name)
    event.add("dtstart", about.at(session.starts))
    event.add("dtend", about.at(session.ends or session.starts + AN_HOUR))
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
