"""Less, later, or not at all: the owner's way out of each date, in one tap and without a reason."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from asks import audience, errors, messages
from asks.models import Ask, Occurrence, Taking
from asks.services import dates, locks
from outbox import services as outbox


@transaction.atomic
def soften(*, occurrence: Occurrence, by: User, now: dt.datetime) -> Occurrence:
    """It has to be less: what was agreed beforehand takes its place. Twice is once."""
    held = locks.managed(occurrence, by=by, now=now)
    if held.softened_at is None:
        held.softened_at = now
        if _told(held, now=now) is None:
            messages.less(held, now=now)
    return held


@transaction.atomic
def widen(*, ask: Ask, by: User, now: dt.datetime) -> None:
    """What was asked of a few is asked of everybody who sees what is asked for. Twice is once.

    Only the owner says so, for only they know whom they chose. Raises NotOrganiser or NoLongerAsked.
    """
    held = locks.held_ask(ask.pk)
    if held.owner_id != by.pk:
        raise errors.NotOrganiser
    if held.cancelled_at:
        raise errors.NoLongerAsked
    if held.to == Ask.To.EVERYBODY:
        return
    held.to, held.widened_at = Ask.To.EVERYBODY, now
    held.save(update_fields=["to", "widened_at"])
    for date in dates.told_of(held, now=now):
        messages.asked(date, now=now)


@transaction.atomic
def move(*, occurrence: Occurrence, by: User, now: dt.datetime, starts_at: dt.datetime) -> Occurrence:
    """To another time. Whoever said yes keeps it, hears of it, and may hand it back.

    Raises NoSuchTime for a time that is past.
    """
    held = locks.managed(occurrence, by=by, now=now)
    if starts_at <= now:
        raise errors.NoSuchTime
    if held.starts_at == starts_at:
        return held
    lasts = held.ends_at - held.starts_at if held.starts_at and held.ends_at else dt.timedelta(hours=1)
    held.starts_at, held.ends_at, held.moved_at = starts_at, starts_at + lasts, now
    if _told(held, now=now) is None and dates.is_told_by_now(held, now=now):
        messages.asked(held, now=now)
    dates.look_again(held.ask, now=now)
    return held


@transaction.atomic
def cancel(*, occurrence: Occurrence, by: User, now: dt.datetime) -> None:
    """Not this time. Whoever said yes hears what was agreed instead. Twice is once."""
    try:
        held = locks.managed(occurrence, by=by, now=now)
    except errors.NoLongerAsked:
        return
    held.cancelled_at, held.cancelled_by = now, by
    _told(held, now=now)


@transaction.atomic
def cancel_ask(*, ask: Ask, by: User, now: dt.datetime) -> None:
    """Stop asking: every date that is still to come is cancelled. Twice is once."""
    held = locks.held_ask(ask.pk)
    if not audience.may_manage(held.owner, by=by):
        raise errors.NotOrganiser
    if held.cancelled_at:
        return
    for occurrence in held.occurrences.filter(cancelled_at=None).ahead(now):
        occurrence.ask = held
        occurrence.cancelled_at, occurrence.cancelled_by = now, by
        _told(occurrence, now=now)
    held.cancelled_at, held.cancelled_by = now, by
    held.save(update_fields=["cancelled_at", "cancelled_by"])


def _told(held: Occurrence, *, now: dt.datetime) -> Taking | None:
    """Keep the change, tell whoever said yes, if anybody, and put their reminder right."""
    locks.count_change(held, now=now)
    held.save()
    standing = locks.standing(held)
    if standing is None:
        return None
    messages.changed(standing, now=now)
    if held.cancelled_at:
        outbox.cancel(key_prefix=messages.reminder_key(standing))
    else:
        messages.remind(standing, now=now)
    return standing
