"""Who looked: a row for every view of an owner's data by somebody else. Only the owner reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from accounts.models import User
from networks.models import Look, Membership

# How long it is kept.
KEPT = dt.timedelta(days=365)


def note(*, viewer: User, seen: Iterable[tuple[Membership, list[str]]], now: dt.datetime) -> None:
    """`viewer` is just being shown what is an owner's: for each membership, values of Share or a page's own word."""
    Look.objects.bulk_create(
        Look(owner_id=one.owner_id, viewer=viewer, membership=one, saw=saw, looked_at=now)
        for one, saw in seen
        if one.owner_id != viewer.pk
    )


def forget_looks(*, now: dt.datetime) -> int:
    """What is older than a year; says how many."""
    gone, _by_model = Look.objects.filter(looked_at__lt=now - KEPT).delete()
    return gone
