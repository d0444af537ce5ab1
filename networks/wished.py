"""What an owner wishes for their network, as its page needs it, in one query. Only reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from accounts.models import User
from networks.models import JoinRequest, Membership


@dataclass(frozen=True)
class Wished:
    """Where an owner has not wished for anything yet all is None."""

    suggestions_off_at: dt.datetime | None
    gap_not_now_at: dt.datetime | None
    reviewed_at: dt.datetime | None
    # Whether anybody sees anything.
    shares: bool
    # Whether somebody asks, with the owner's link, to join.
    asked: bool


def by(owner: User) -> Wished:
    seen = Membership.objects.active().filter(owner=OuterRef("pk")).exclude(shares=[])
    names = ("suggestions_off_at", "gap_not_now_at", "reviewed_at")
    asking = JoinRequest.objects.waiting().filter(owner=OuterRef("pk"))
    rows = User.objects.filter(pk=owner.pk).annotate(shares=Exists(seen), asked=Exists(asking))
    return Wished(*rows.values_list(*(f"network_wishes__{name}" for name in names), "shares", "asked").get())
