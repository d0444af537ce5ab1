"""Making an ask, and the dates of one that repeats."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.models import User
from asks import audience, errors, messages, when
from asks.models import Ask, Occurrence, Taking
from asks.services import locks, taking
from networks.models import Membership

logger = logging.getLogger(__name__)

# How long before one date of an ask that repeats those who may see it hear that nobody said yes so far.
TELL_BEFORE = dt.timedelta(days=5)


@transaction.atomic
def ask(
    *,
    owner: User,
    by: User,
    now: dt.datetime,
    chosen: Iterable[Membership] = (),
    form_key: uuid.UUID | None = None,
    **details: Any,
) -> Ask:
    """Ask for something on the owner's behalf. The same form sent twice is one ask.

    Raises NotOrganiser, or NoSuchTime for a time that is past.
    """
    if not audience.may_manage(owner, by=by):
        raise errors.NotOrganiser
    starts_at = details.get("starts_at")
    if starts_at and starts_at <= now:
        raise errors.NoSuchTime
    made = {"made_by": by, "made_at": now, "time_zone": owner.time_zone, **details}
    found, created = Ask.objects.get_or_create(owner=owner, form_key=form_key or uuid.uuid4(), defaults=made)
    if created:
        if found.to == Ask.To.CHOSEN:
            found.chosen.set(one for one in chosen if one.owner_id == owner.pk)
        dates = _make_dates(found, now=now)
        messages.asked(dates[0], now=now)
    return found


def _make_dates(ask: Ask, *, now: dt.datetime) -> list[Occurrence]:
    """The dates it has up to the horizon that are not there yet; always at least the first."""
    starts: list[dt.datetime | None] = [ask.starts_at]
    if ask.starts_at and ask.repeats:
        horizon = max(now + when.HORIZON, ask.starts_at)
        until, zone = ask.repeats_until_on, ask.zone
        starts = [*when.weekly(ask.starts_at, weeks=ask.weeks_apart, zone=zone, until=until, horizon=horizon)]
    there = set(ask.occurrences.values_list("number", flat=True))
    rows = [_date(ask, number, at, now) for number, at in enumerate(starts) if number not in there]
    return Occurrence.objects.bulk_create(rows)


def _date(ask: Ask, number: int, starts_at: dt.datetime | None, now: dt.datetime) -> Occurrence:
    ends_at = starts_at + ask.lasts if starts_at else None
    return Occurrence(
        ask=ask, number=number, made_at=now, changed_at=now, starts_at=starts_at, ends_at=ends_at
    )


def sweep_asks(*, now: dt.datetime) -> int:
    """Make the dates that come into sight, open again what is adrift, and tell of dates nobody took.

    Says how many rows were looked after. Safe to run at any time and side by side; a row that fails is
    reported and spoils no other.
    """
    jobs = [(_continue, pk) for pk in _repeating(now)] + [(_release, pk) for pk in _adrift(now)]
    return sum(_done(job, pk, now) for job, pk in jobs)


def _repeating(now: dt.datetime) -> list[int]:
    rows = Ask.objects.filter(cancelled_at=None, weeks_apart__gt=0)
    rows = rows.exclude(repeats_until_on__lt=(now - dt.timedelta(days=1)).date())
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _adrift(now: dt.datetime) -> list[int]:
    """Said yes to by somebody who can no longer see it, and still to come."""
    coming = Occurrence.objects.standing().ahead(now)
    return list(Taking.objects.adrift().filter(occurrence__in=coming).values_list("pk", flat=True))


def _done(job: Any, pk: int, now: dt.datetime) -> bool:
    try:
        with transaction.atomic():
            job(pk, now)
    except Exception:
        logger.exception("An ask could not be looked after.")
        return False
    return True


def _continue(pk: int, now: dt.datetime) -> None:
    held = locks.held_ask(pk)
    if held.cancelled_at:
        return
    _make_dates(held, now=now)
    soon = held.occurrences.open(now).filter(starts_at__lte=now + TELL_BEFORE)
    for occurrence in soon:
        occurrence.ask = held
        messages.asked(occurrence, now=now)


def _release(pk: int, now: dt.datetime) -> None:
    adrift = Taking.objects.select_related("occurrence").get(pk=pk)
    occurrence = locks.held(adrift.occurrence)
    taking.release(occurrence, now=now)
