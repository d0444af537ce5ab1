"""Calendars (RFC 5545): a private feed of what somebody said yes to and what was taken on for them, and single entries.

Each date of an ask is an event of its own, so that one of a weekly row can be moved or cancelled by itself.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone

from accounts.models import User, one_line
from asks import wording
from asks.models import Occurrence, OccurrenceQuerySet, Taking
from networks.models import Membership

# How long what is over stays in a feed.
KEPT = dt.timedelta(days=60)
A_YEAR = dt.timedelta(days=400)
# How often a calendar programme should look again.
REFRESH = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Entry:
    """One event as one reader's calendar has it."""

    occurrence: Occurrence
    title: str
    words: str
    off: bool


@dataclass(frozen=True)
class Feed:
    """A calendar, and the memberships through which something of others is in it."""

    content: bytes
    through: list[Membership]


def feed(person: User, *, now: dt.datetime) -> Feed:
    """Everything of theirs, in their language."""
    promised = _promised(person, now)
    with translation.override(person.language):
        entries = [_of_helper(taking) for taking in promised]
        content = _written([*entries, *_taken_for(person, now)])
    through = {taking.membership_id: taking.membership for taking in promised}
    return Feed(content, list(through.values()))


def entry_for_member(occurrence: Occurrence, membership: Membership) -> bytes | None:
    """One date for whoever said yes to it, or did; None for who never did, or where there is no day."""
    takings = occurrence.takings.filter(membership=membership).order_by("-pk")
    latest = takings.select_related("membership").first()
    if latest is None or not has_day(occurrence):
        return None
    latest.occurrence = occurrence
    with translation.override(membership.member.language):
        return _written([_of_helper(latest)])


def entry_for_owner(occurrence: Occurrence) -> bytes | None:
    if not occurrence.takings.exists() or not has_day(occurrence):
        return None
    with translation.override(occurrence.ask.owner.language):
        return _written([_of_owner(occurrence)])


def has_day(occurrence: Occurrence) -> bool:
    return occurrence.starts_at is not None or occurrence.ask.by_on is not None


def _promised(person: User, now: dt.datetime) -> list[Taking]:
    """The latest word on each date this person said yes to, while asks are shared with them."""
    rows = Taking.objects.by(person).still_shown().filter(occurrence__in=_recent(now)).order_by("pk")
    rows = rows.select_related("occurrence__ask__owner", "occurrence__ask__made_by", "membership")
    latest = {taking.occurrence_id: taking for taking in rows}
    return [taking for taking in latest.values() if has_day(taking.occurrence)]


def _taken_for(person: User, now: dt.datetime) -> Iterable[Entry]:
    rows = _recent(now).filter(ask__owner=person, takings__isnull=False).distinct().order_by("pk")
    rows = rows.select_related("ask__owner").prefetch_related("takings__membership__tie")
    return [_of_owner(occurrence) for occurrence in rows if has_day(occurrence)]


def _recent(now: dt.datetime) -> OccurrenceQuerySet:
    return Occurrence.objects.ahead(now - KEPT)


def _of_helper(taking: Taking) -> Entry:
    occurrence = taking.occurrence
    ask = occurrence.ask
    off = taking.handed_back_at is not None or occurrence.is_cancelled
    return Entry(occurrence, wording.title(ask, name=ask.owner.called), ask.text, off)


def _of_owner(occurrence: Occurrence) -> Entry:
    standing = occurrence.standing_taking()
    title = str(occurrence.ask.get_need_display())
    if standing:
        title = _("%(need)s: %(name)s") % {"need": title, "name": standing.membership.tie.name}
    return Entry(occurrence, title, occurrence.ask.text, occurrence.is_cancelled or standing is None)


def _written(entries: Iterable[Entry]) -> bytes:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Supportnet//Asks//EN")
    calendar.add("x-wr-calname", _("Supportnet"))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    written = list(entries)
    for zone in _zones(written):
        calendar.add_component(zone)
    for entry in written:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _zones(entries: list[Entry]) -> Iterable[Timezone]:
    """The rules of each zone for the years around its events, each change a block of its own.

    A list of dates (RDATE) would be shorter; there are calendar programmes that read it wrongly.
    """
    days: defaultdict[ZoneInfo, list[dt.date]] = defaultdict(list)
    for entry in entries:
        if entry.occurrence.starts_at:
            days[entry.occurrence.ask.zone].append(entry.occurrence.starts_at.date())
    for zone, its in days.items():
        if zone.key != "UTC":
            yield _one_by_one(Timezone.from_tzinfo(zone, zone.key, min(its) - A_YEAR, max(its) + A_YEAR))


def _one_by_one(zone: Timezone) -> Timezone:
    changes, zone.subcomponents = zone.subcomponents, []
    for change in changes:
        listed = change.pop("RDATE", [])
        for dates in listed if isinstance(listed, list) else [listed]:
            for moment in dates.dts:
                another = change.copy(recursive=True)
                another.DTSTART = moment.dt
                zone.add_component(another)
        zone.add_component(change)
    return zone


def _event(entry: Entry) -> Event:
    occurrence, event = entry.occurrence, Event()
    event.add("uid", uid(occurrence))
    event.add("dtstamp", occurrence.changed_at)
    event.add("last-modified", occurrence.changed_at)
    event.add("sequence", occurrence.sequence)
    title = _("%(title)s (less)") % {"title": entry.title} if _is_less(entry) else entry.title
    event.add("summary", one_line(title))
    event.add("description", _plain(_description(entry)))
    event.add("status", "CANCELLED" if entry.off else "CONFIRMED")
    event.add("class", "PRIVATE")
    _add_times(event, occurrence)
    return event


def uid(occurrence: Occurrence) -> str:
    """The same for as long as the date is there, whoever takes it on and wherever it is moved."""
    return (
        f"ask-{occurrence.ask_id}-{occurrence.number}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}"
    )


def _is_less(entry: Entry) -> bool:
    return entry.occurrence.softened_at is not None and not entry.off


def _description(entry: Entry) -> str:
    if not _is_less(entry):
        return entry.words
    return f"{wording.made_less(entry.occurrence.ask.softer)}\n\n{entry.words}"


def _plain(words: str) -> str:
    """No sign that a reader might take for the end of a line, but ends of lines; no control characters (§3.1)."""
    return "\n".join(one_line(line) for line in words.splitlines())


def _add_times(event: Event, occurrence: Occurrence) -> None:
    """On the clock of where it happens; a whole day where it may be any time until then."""
    if occurrence.starts_at and occurrence.ends_at:
        begins, ends = (
            at.astimezone(occurrence.ask.zone) for at in (occurrence.starts_at, occurrence.ends_at)
        )
        if _comes_twice(begins) or _comes_twice(ends):
            # It means the first of the two (§3.3.5), which not every reader knows, and the second has no other name.
            begins, ends = occurrence.starts_at, occurrence.ends_at
        event.add("dtstart", begins)
        event.add("dtend", ends)
    elif occurrence.ask.by_on:
        event.add("dtstart", occurrence.ask.by_on)
        event.add("dtend", occurrence.ask.by_on + dt.timedelta(days=1))
        event.add("transp", "TRANSPARENT")


def _comes_twice(local: dt.datetime) -> bool:
    return local.utcoffset() != local.replace(fold=not local.fold).utcoffset()
