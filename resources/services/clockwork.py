"""The clock of checks at work: set when somebody checked, walked when something is due.

What is due is found by a partial index on `clock_at`, so a sweep costs what is due, not what is listed. Each batch is
one transaction that holds its rows: a worker that is killed leaves them as they were, and two workers share them out.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from outbox import services as outbox
from outbox.models import Message
from resources import clock, fields
from resources.models import Change, Schedule, Service
from resources.search import opening
from resources.services.indexing import reindex

logger = logging.getLogger(__name__)
BATCH = 200
LATER = dt.timedelta(hours=1)


CLOCKS = ["due_at", "stale_at", "clock_at"]


def wind(services: QuerySet[Service]) -> None:
    """Set when these are due and when their clock speaks next, from the checks of their parts."""
    rows = list(services.select_related("verification", "source").filter(verification__isnull=False))
    for service in rows:
        set_clock(service)
    Service.objects.bulk_update(rows, CLOCKS)


def set_clock(service: Service) -> None:
    """To be saved by the caller (`CLOCKS`). What nobody checked has no clock."""
    newest, checked = service.verification, checks_of(service)
    if newest is None or not checked:
        service.due_at = service.stale_at = service.clock_at = None
        return
    ends = ends_at(service) if service.kind == Service.Kind.EVENT else None
    service.due_at = clock.due_at(kind=service.kind, checked=checked, ends_at=ends)
    service.stale_at = clock.stale_at(kind=service.kind, checked=checked, ends_at=ends)
    # From the check on: what should have been said since is said by the next sweep, and nothing twice.
    service.clock_at = next_at(service, now=newest.verified_at)


def checks_of(service: Service) -> dict[str, dt.datetime]:
    """When each part was checked last. A part its page says nothing of any more needs no check."""
    newest = newest_checks(service)
    shown = fields.shown_parts(service)
    return {part: at for part, at in newest.items() if part in shown} or newest


def newest_checks(service: Service) -> dict[str, dt.datetime]:
    newest: dict[str, dt.datetime] = {}
    for at, parts in service.verifications.order_by("verified_at").values_list("verified_at", "parts"):
        newest |= dict.fromkeys(parts, at)
    return newest


def next_at(service: Service, *, now: dt.datetime) -> dt.datetime | None:
    if service.verification is None or service.stale_at is None:
        return None
    return clock.next_at(
        kind=service.kind, checked_at=service.verification.verified_at, stale_at=service.stale_at, now=now
    )


def ends_at(service: Service) -> dt.datetime | None:
    """When an event is over: the last of its days, in the zone of its place. None when a slot has no last day."""
    slots = list(Schedule.objects.filter(Q(service=service) | Q(service_at_location__service=service)))
    ends = [_end_of(slot, zone_of(service)) for slot in slots]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _end_of(slot: Schedule, zone: dt.tzinfo) -> dt.datetime | None:
    """A closing time that is not after the opening one, or is midnight, is on the day after."""
    day = slot.until or slot.valid_to or (slot.dtstart if slot.count == 1 or not slot.freq else None)
    if day is None or day.year >= clock.FAR:
        return None
    closes = slot.closes_at or dt.time(23, 59)
    if slot.closes_at is not None and slot.closes_at <= (slot.opens_at or dt.time.min):
        day += dt.timedelta(days=1)
    return dt.datetime.combine(day, closes.replace(tzinfo=None), tzinfo=zone)


def zone_of(service: Service) -> dt.tzinfo:
    places = service.at_locations.exclude(location__time_zone="").values_list(
        "location__time_zone", flat=True
    )
    return opening.zone_of(places.first() or "", service.source.time_zone if service.source else "") or dt.UTC


# The sweep ----------------------------------------------------------------------------------------


def sweep_clock(*, now: dt.datetime, most: int = 20 * BATCH) -> int:
    """Do what is due, a batch at a time; says of how many listings."""
    done = 0
    while done < most and (count := _sweep_batch(now)):
        done += count
    return done


@transaction.atomic
def _sweep_batch(now: dt.datetime) -> int:
    due = Service.objects.filter(clock_at__lte=now).order_by("clock_at", "pk")
    rows = list(
        due.select_for_update(skip_locked=True, of=("self",)).select_related("verification", "organization")[
            :BATCH
        ]
    )
    outbox.queue_all(_letters(rows, now))
    for service in rows:
        service.clock_at = _moved_on(service, now)
    _put_away((service for service in rows if _is_over(service, now)), now)
    Service.objects.bulk_update(rows, ["clock_at", "published_at", "published_by", "archived_at"])
    reindex(Service.objects.filter(pk__in=[service.pk for service in rows if service.archived_at]))
    return len(rows)


def _moved_on(service: Service, now: dt.datetime) -> dt.datetime | None:
    """The next moment. A row whose times make no sense is looked at again later and spoils no other."""
    try:
        return next_at(service, now=now)
    except (ValueError, OverflowError):
        logger.exception("The clock of listing %s makes no sense.", service.pk)
        return now + LATER


def _is_over(service: Service, now: dt.datetime) -> bool:
    return bool(
        service.kind == Service.Kind.EVENT
        and service.published_at
        and service.stale_at
        and service.stale_at + clock.GRACE <= now
    )


def _put_away(over: Iterable[Service], now: dt.datetime) -> None:
    gone = list(over)
    for service in gone:
        service.published_at = service.published_by = None
        service.archived_at = now
    Change.objects.bulk_create([Change(service=one, how=Change.How.OVER, made_at=now) for one in gone])


def _letters(rows: Iterable[Service], now: dt.datetime) -> list[Message]:
    return [letter for service in rows if (letter := letter_for(service, now=now))]


def letter_for(service: Service, *, now: dt.datetime) -> Message | None:
    """The question to the organisation itself, at its own address; none where it has none or is not public."""
    checked, address = service.verification, address_of(service)
    if not (service.published_at and checked and service.stale_at and address):
        return None
    when = clock.letter_due(
        kind=service.kind, checked_at=checked.verified_at, stale_at=service.stale_at, now=now
    )
    if when is None:
        return None
    return outbox.draft(
        kind="resources/still_right",
        dedupe_key=f"resources/still_right:{service.pk}:{checked.pk}:{when:%Y-%m-%d}",
        address=address,
        params={"service": str(service.pk), "verification": checked.pk},
        not_before=now,
    )


def address_of(service: Service) -> str:
    """Where its organisation reads mail: the listing's own address, else the organisation's."""
    return (service.email or service.organization.email).lower()
