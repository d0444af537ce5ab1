"""Words that need no reply, and what a member says of themselves: how much they want to be asked."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from networks import errors
from networks.models import Membership, Signal
from networks.services.memberships import held_by_member


@transaction.atomic
def send_signal(*, membership: Membership, by: User, kind: str, now: dt.datetime) -> Signal:
    """Say one of three things to the other side. It takes the place of what `by` said before; no letter goes out.

    Raises NotYours, NoLongerJoined; LimitedQuietly for an owner who limited this member: what the member saw before
    stays as it is, so that nothing shows that something changed. What a limited member says still arrives.
    """
    rows = Membership.objects.select_for_update(of=("self",), no_key=True)
    locked = rows.filter(pk=membership.pk).first()
    if locked is None:
        raise errors.NoLongerJoined
    if by.pk not in (locked.owner_id, locked.member_id):
        raise errors.NotYours
    if locked.ended_at:
        raise errors.NoLongerJoined
    if locked.limited_at and by.pk == locked.owner_id:
        raise errors.LimitedQuietly
    said = {"kind": kind, "sent_at": now}
    signal, _created = Signal.objects.update_or_create(membership=locked, by=by, defaults=said)
    return signal


@transaction.atomic
def set_weekly_cap(*, membership: Membership, by: User, at_most: int | None) -> None:
    """The most asks a week that `by`, the member, wants to take on; None for as many as come. The owner is not told."""
    locked = held_by_member(membership, by=by)
    locked.weekly_cap = at_most
    locked.save(update_fields=["weekly_cap"])
