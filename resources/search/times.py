"""Which of the times in the directory count for a listing at one of its sites. Reads rows that are loaded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from resources.models import OpeningException, Schedule, Service, ServiceAtLocation
from resources.search import opening

# How far opening times are worked out, and how far beginnings.
AHEAD, SESSIONS_AHEAD, MOST_SESSIONS = dt.timedelta(days=8), dt.timedelta(days=92), 4
# They happen at their own times, not whenever the house is open.
MEETS = {Service.Kind.GROUP, Service.Kind.CLASS, Service.Kind.EVENT}
COPIED = ("byday", "bymonthday", "byyearday", "byweekno", "wkst", "count", "dtstart", "until", "valid_from")


@dataclass(frozen=True)
class Times:
    """Slots and exceptions on one clock. Without a clock nothing can be said."""

    slots: list[opening.Slot]
    exceptions: list[opening.Exceptional]
    zone: dt.tzinfo | None
    # Whoever is closed for now is closed, whatever the times say.
    shut: bool = False

    def today(self, now: dt.datetime) -> dt.date:
        return now.astimezone(self.zone or dt.UTC).date()

    def hours(self, now: dt.datetime) -> list[opening.Interval] | None:
        if self.shut:
            return []
        if self.zone is None:
            return None
        today = self.today(now)
        return opening.intervals(self.slots, self.exceptions, zone=self.zone, first=today, last=today + AHEAD)

    def sessions(self, now: dt.datetime) -> list[dt.datetime]:
        if self.zone is None or self.shut:
            return []
        today = self.today(now)
        found = opening.sessions(
            self.slots, self.exceptions, zone=self.zone, first=today, last=today + SESSIONS_AHEAD
        )
        return [begins for begins in found if begins > now][:MOST_SESSIONS]

    def evenings(self, now: dt.datetime) -> bool:
        today = self.today(now)
        return opening.is_evening(self.slots, self.exceptions, first=today, last=today + AHEAD)


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
        [slot(each) for each in rows],
        [exceptional(each) for each in exceptions],
        zone_at(service, at),
        shut=service.status == Service.Status.CLOSED,
    )


def zone_at(service: Service, at: ServiceAtLocation | None) -> dt.tzinfo | None:
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
    return opening.Exceptional(row.starts_on, row.ends_on, row.opens_at, row.closes_at)
