"""Saying yes, handing back, and thanks."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from asks import audience, errors, messages
from asks.models import Occurrence, Taking
from asks.services import locks
from networks.models import Membership, Share
from outbox import services as outbox


@transaction.atomic
def take(
    *, occurrence: Occurrence, membership: Membership, now: dt.datetime, seen: str | None = None
) -> Taking:
    """Say yes. Of two at the same moment one is first; saying yes twice is saying it once.

    `seen` is when it begins (`begins`) on the page they said it on: nobody says yes to a time they did not read.
    Raises TakenAlready, NoLongerAsked, OverAlready, NotForYou or MovedMeanwhile.
    """
    held = locks.held(occurrence)
    joined = Membership.objects.select_related("member", "tie", "owner").filter(pk=membership.pk).first()
    if joined is None:
        raise errors.NotForYou
    membership = joined
    release(held, now=now)
    standing = locks.standing(held)
    if standing and standing.membership_id == membership.pk:
        return standing
    _refuse_if_closed(held, membership, now)
    if standing:
        raise errors.TakenAlready
    if seen is not None and seen != held.begins:
        raise errors.MovedMeanwhile
    locks.count_change(held, now=now)
    held.save(update_fields=["sequence", "changed_at"])
    taken = Taking.objects.create(occurrence=held, membership=membership, taken_at=now)
    messages.taken(taken, now=now)
    messages.remind(taken, now=now)
    return taken


def _refuse_if_closed(held: Occurrence, membership: Membership, now: dt.datetime) -> None:
    if not audience.was_asked(held, membership):
        raise errors.NotForYou
    if audience.is_off_for(held, membership):
        raise errors.NoLongerAsked
    if held.is_over(now):
        raise errors.OverAlready


@transaction.atomic
def hand_back(*, occurrence: Occurrence, membership: Membership, now: dt.datetime) -> None:
    """Give it back, without a reason: it is open again, and the others hear. Twice is once.

    What was cancelled or is over is only let go.
    """
    held = locks.held(occurrence)
    standing = locks.standing(held)
    if standing is None or standing.membership_id != membership.pk:
        return
    _hand_back(held, standing, now)


def release(held: Occurrence, *, now: dt.datetime) -> None:
    """Open again what somebody said yes to who may not see it any more. The ask is held by the caller."""
    standing = locks.standing(held)
    if standing and not standing.membership.shows(Share.ASKS):
        _hand_back(held, standing, now)


def _hand_back(held: Occurrence, standing: Taking, now: dt.datetime) -> None:
    standing.handed_back_at = now
    standing.save(update_fields=["handed_back_at"])
    locks.count_change(held, now=now)
    held.save(update_fields=["sequence", "changed_at"])
    outbox.cancel(key_prefix=messages.reminder_key(standing))
    outbox.cancel(key_prefix=messages.taken_key(standing))
    if not held.is_cancelled and not held.is_over(now):
        messages.handed_back(standing, now=now)


@transaction.atomic
def thank(*, occurrence: Occurrence, by: User, now: dt.datetime) -> None:
    """A word of thanks, once; nothing waits for it. Raises NotOrganiser or NobodyTook."""
    held = locks.held(occurrence)
    if not audience.may_manage(held.ask.owner, by=by):
        raise errors.NotOrganiser
    standing = locks.standing(held)
    if standing is None or not standing.membership.shows(Share.ASKS):
        raise errors.NobodyTook
    if standing.thanked_at is None:
        standing.thanked_at = now
        standing.save(update_fields=["thanked_at"])
        messages.thanks(standing, now=now)
