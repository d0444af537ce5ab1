"""Which of the times in the directory count for a listing at one of its sites. Reads rows that are loaded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from resources.models import OpeningException, Schedule, Service, ServiceAtLocation
from resources.search import opening

# How far opening times are worked out, and how far beginnings.
AHEAD, SESSIONS_AHEAD, MOST_SESSIONS = dt.timedelta(days=8), dt.timedelta(days=92), 4
# They happen at their own times, not whenever the house is open.
MEETS = {Service.Kind.GROUP, Service.Kind.CLASS, Service.Kind.EVENT, Service.Kind.VOLUNTEERING}
COPIED = ("byday", "bymonthday", "byyearday", "byweekno", "wkst", "count", "dtstart", "until", "valid_from")


@dataclass(frozen=True)
class Times:
    """Rows and exceptions on one clock. Where that clock is not known, days and times are, and "now" is not."""

    rows: list[Schedule]
    exceptions: list[opening.Exceptional]
    zone: ZoneInfo | None
    # Whoever is closed for now is closed, whatever the times say.
    shut: bool = False

    @cached_property
    def slots(self) -> list[opening.Slot]:
        return [slot(each) for each in self.rows]

    def row_of(self, session: opening.Session) -> Schedule:
        return self.rows[self.slots.index(session.slot)]

    @property
    def clock(self) -> dt.tzinfo:
        """To count days and hours with. Where the zone is not known, UTC stands for the clock of the place."""
        return self.zone or dt.UTC

    def there(self, now: dt.datetime) -> dt.datetime:
        """This moment on that clock. Where the zone is not known, what the clock of whoever looks says."""
        return now if self.zone else timezone.localtime(now).replace(tzinfo=dt.UTC)

    def today(self, now: dt.datetime) -> dt.date:
        return self.there(now).astimezone(self.clock).date()

    def hours(self, now: dt.datetime, *, ahead: dt.timedelta = AHEAD) -> list[opening.Interval] | None:
        if self.shut:
            return []
        if self.zone is None:
            return None
        today = self.today(now)
        return opening.intervals(self.slots, self.exceptions, zone=self.zone, first=today, last=today + ahead)

    def coming(self, now: dt.datetime) -> list[opening.Session]:
        if self.shut:
            return []
        return opening.coming(
            self.slots, self.exceptions, zone=self.clock, now=self.there(now), ahead=SESSIONS_AHEAD
        )

    def held(self, first: dt.date, last: dt.date, *, today: dt.date) -> list[opening.Session]:
        """All that begins on these days, as far as it is known today."""
        slots = [] if self.shut else opening.foretold(self.slots, today)
        return list(opening.held(slots, self.exceptions, first, last))

    def sessions(self, now: dt.datetime) -> list[dt.datetime]:
        """The next few beginnings. Where nobody knows on whose clock they are, those of a day ago might be to come."""
        since = now if self.zone else now - opening.DAY
        begins = dict.fromkeys(each.begins(self.clock) for each in self.coming(since))
        return [each for each in begins if each > self.there(since)][:MOST_SESSIONS]

    def evenings(self, now: dt.datetime) -> bool:
        today = self.today(now)
        return opening.is_evening(self.slots, self.exceptions, first=today, last=today + AHEAD)


def everywhere(service: Service) -> list[tuple[ServiceAtLocation | None, Times]]:
    """The times at each of its sites; what has none has times all the same."""
    return [(at, times_at(service, at)) for at in service.at_locations.all() or [None]]


def times_at(service: Service, at: ServiceAtLocation | None) -> Times:
    """Its own times at this site; else its own anywhere; else, for what does not meet, those of the house."""
    rows = [*(at.schedules.all() if at else [])] or [*service.schedules.all()]
    exceptions = [*service.exceptions.all(), *(at.exceptions.all() if at else [])]
    houses: list[OpeningException] = [*at.location.exceptions.all()] if at else []
    if at and not rows and service.kind not in MEETS:
        rows, exceptions = [*at.location.schedules.all()], exceptions + houses
    else:
        # Other hours of the house are not those of what meets in it; a closed house is closed to all.
        exceptions += [each for each in houses if each.opens_at is None]
    return Times(
        rows,
        [exceptional(each) for each in exceptions],
        zone_at(service, at),
        shut=service.status == Service.Status.CLOSED,
    )


def zone_at(service: Service, at: ServiceAtLocation | None) -> ZoneInfo | None:
    names = [at.location.time_zone, at.location.source.time_zone if at.location.source else ""] if at else []
    return opening.zone_of(*names, service.source.time_zone if service.source else "")


def slot(row: Schedule) -> opening.Slot:
    copied: dict[str, Any] = {name: getattr(row, name) for name in COPIED}
    return opening.Slot(
        opens_at=row.opens_at and row.opens_at.replace(tzinfo=None),
        closes_at=row.closes_at and row.closes_at.replace(tzinfo=None),
        freq=row.freq,
        interval=row.interval or 1,
        valid_to=row.valid_to,
        **copied,
    )


def exceptional(row: OpeningException) -> opening.Exceptional:
    return opening.Exceptional(row.starts_on, row.ends_on, row.opens_at, row.closes_at, row.reason)
