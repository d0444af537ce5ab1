"""Offers, what the owner gives, and private calendars."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction

from accounts import tokens
from accounts.models import User
from asks import errors
from asks.models import CalendarFeed, Gift, Offer
from networks.models import Membership, Tie


@transaction.atomic
def offer(*, membership: Membership, by: User, needs: Sequence[str], when: str, now: dt.datetime) -> None:
    """Say what one can do, and when. Nothing ticked takes the offer back."""
    rows = Membership.objects.supported_by(by).select_for_update(of=("self",), no_key=True)
    if not rows.filter(pk=membership.pk).first():
        raise errors.NotForYou
    if not needs:
        Offer.objects.filter(membership=membership).delete()
        return
    said = {"needs": list(needs), "when": when, "offered_at": now}
    Offer.objects.update_or_create(membership=membership, defaults=said)


@transaction.atomic
def note_gift(
    *, owner: User, tie: Tie | None, what: str, on: dt.date, form_key: uuid.UUID | None = None
) -> Gift:
    """The owner gave something, too. The same form sent twice is one."""
    kept, _made = Gift.objects.get_or_create(
        owner=owner,
        form_key=form_key or uuid.uuid4(),
        defaults={"tie": tie, "what": what, "given_on": on},
    )
    return kept


def take_back_gift(*, gift: Gift) -> None:
    """Noted by mistake: as if it had never been there."""
    gift.delete()


@transaction.atomic
def make_feed(*, person: User, now: dt.datetime) -> CalendarFeed:
    """A private calendar with a new address; the old address is no good from this moment."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    revoke_feed(person=person, now=now)
    feed = CalendarFeed(person=person, made_at=now)
    feed.token_hash = tokens.hash_of(feed.token())
    feed.save()
    return feed


def revoke_feed(*, person: User, now: dt.datetime) -> None:
    """Nobody reads it any more, whoever has the address."""
    CalendarFeed.objects.live().filter(person=person).update(revoked_at=now)
