"""Whether a listing is open now, in words: open, closed, or not known. Of rows that are loaded.

It asks the same times as the search (`search/times.py`), and the list of results says it in the same words.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import times
from resources.models import Findable, Service, ServiceAtLocation
from resources.search.opening import Exceptional, Interval, zone_of
from resources.search.times import MEETS, SESSIONS_AHEAD, Times, everywhere

SOON = dt.timedelta(hours=12)
# Longer than that, and it is simply open. The search knows a week.
ALWAYS = dt.timedelta(days=6)
# The ends of all clocks.
WEST, EAST = dt.timedelta(hours=-12), dt.timedelta(hours=14)
BEST_FIRST = ("open", "soon", "closed", "unknown")


@dataclass(frozen=True)
class Status:
    """`state`: open, soon, closed or unknown. `where`: the one of its places that is meant, if they differ."""

    state: str
    words: str
    where: str = ""


@dataclass(frozen=True)
class Known:
    """Of one place: when it is open (none: not known), when it begins next, and whether any times are told."""

    hours: list[Interval] | None
    sessions: list[dt.datetime]
    told: bool


def of(service: Service, *, now: dt.datetime) -> Status | None:
    """The best that can be said of its places; None where there is nothing to say."""
    sites = everywhere(service)
    if _has_no_door(service, told=any(held.rows for _at, held in sites)):
        return None
    found = [(at, at_one(service, held, now)) for at, held in sites]
    at, best = min(found, key=lambda pair: BEST_FIRST.index(pair[1].state))
    alike = all(each == best for _at, each in found)
    return best if alike or at is None else Status(best.state, best.words, name_of(at))


def _has_no_door(service: Service, *, told: bool) -> bool:
    """A website, unless its times are told, or it is closed for now."""
    return service.kind == Service.Kind.WEBSITE and not told and service.status != Service.Status.CLOSED


def name_of(at: ServiceAtLocation) -> str:
    addresses = at.location.addresses.all()
    return at.location.name or next((address.one_line for address in addresses), "")


def at_one(service: Service, held: Times, now: dt.datetime) -> Status:
    hours = held.hours(now, ahead=SESSIONS_AHEAD)
    return say(service, held, Known(hours, held.sessions(now), bool(held.rows)), now)


def of_row(row: Findable, *, now: dt.datetime) -> Status | None:
    """The same from what the search knows of it, `with_times`: nothing further is asked."""
    service = row.service
    if _has_no_door(service, told=row.told):
        return None
    day = dt.date.fromisoformat
    closed = [Exceptional(day(each["first"]), day(each["last"]), reason=each["why"]) for each in row.closures]
    # UTC is what the search writes where nobody knows the zone.
    zone = None if row.zone == "UTC" else zone_of(row.zone)
    held = Times([], closed, zone, shut=service.status == Service.Status.CLOSED)
    return say(service, held, Known(row.hours, row.sessions, row.told), now)


def say(service: Service, held: Times, known: Known, now: dt.datetime) -> Status:
    ends = next((end for begin, end in known.hours or [] if begin <= now < end), None)
    if held.shut:
        return Status("closed", _("Closed for now"))
    if service.kind in MEETS:
        return _on(held, ends, now) if ends else _meets(held, known, now)
    if known.hours is None:
        return _unknown(held, known, now)
    if ends:
        return _open(held, ends, now)
    begins = next((begin for begin, _end in known.hours if begin > now), None)
    return _shut(held, begins, now)


def _on(held: Times, ends: dt.datetime, now: dt.datetime) -> Status:
    if ends - now > ALWAYS:
        return Status("open", _("On right now, day and night"))
    return Status("open", _("On right now, until %(end)s") % {"end": _until(held, ends, now)})


def _open(held: Times, ends: dt.datetime, now: dt.datetime) -> Status:
    if ends - now > ALWAYS:
        return Status("open", _("Open now, day and night"))
    return Status("open", _("Open now until %(end)s") % {"end": _until(held, ends, now)})


def _unknown(held: Times, known: Known, now: dt.datetime) -> Status:
    """Whatever clock it is on, it is closed where every day that it is somewhere is one on which it is closed."""
    days = {(now + offset).date() for offset in (WEST, EAST)}
    if any(not each.opens_at and all(map(each.covers, days)) for each in held.exceptions):
        return Status("closed", _why(held, now))
    said = _("We do not know if it is open now") if known.told else _("We do not know the times")
    return Status("unknown", said)


def _until(held: Times, ends: dt.datetime, now: dt.datetime) -> str:
    return times.until(ends, now=now, zone=held.clock)


def _shut(held: Times, begins: dt.datetime | None, now: dt.datetime) -> Status:
    said = _why(held, now)
    if begins is None:
        return Status("closed", said)
    when = times.moment(begins, now=now, zone=held.clock)
    return Status("closed", _("%(closed)s, opens %(when)s") % {"closed": said, "when": when})


def _why(held: Times, now: dt.datetime) -> str:
    """Whether it is closed as on any evening, or on a day, or days, that are not as usual."""
    today = held.today(now)
    sunday = today + dt.timedelta(days=6 - today.weekday())
    closed = next((each for each in held.exceptions if each.covers(today) and not each.opens_at), None)
    if closed is None:
        return _("Closed now")
    this_week = today < sunday <= closed.ends_on
    said = _("Closed this week") if this_week else _("Closed today")
    return _("%(closed)s (%(why)s)") % {"closed": said, "why": closed.reason} if closed.reason else said


def _meets(held: Times, known: Known, now: dt.datetime) -> Status:
    begins = next((each for each in known.sessions if each > held.there(now)), None)
    if begins is None and known.hours is None:
        return Status("unknown", _("We do not know the next time"))
    return Status(*next_time(begins, held.there(now), zone=held.clock, known=held.zone is not None))


def next_time(
    begins: dt.datetime | None, now: dt.datetime, *, zone: dt.tzinfo, known: bool
) -> tuple[str, str]:
    """What meets says while it is not on. `known`: whether hours can be counted on the clock of its place."""
    if begins is None:
        return "closed", _("No next time is planned")
    if known and begins - now <= SOON:
        hours = max(1, round((begins - now).total_seconds() / 3600))
        return "soon", ngettext("Starts in %(n)s hour", "Starts in %(n)s hours", hours) % {"n": hours}
    return "closed", _("Next: %(moment)s") % {"moment": times.moment(begins, now=now, zone=zone)}
