"""Who looked: a row for every view of an owner's data by somebody else. Only the owner reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import desk, times
from accounts.models import User
from networks.models import Look, Membership

# How long it is kept.
KEPT = dt.timedelta(days=365)


def note(*, viewer: User, seen: Iterable[tuple[Membership, list[str]]], now: dt.datetime) -> None:
    """`viewer` is just being shown what is an owner's: for each membership, values of Share or a page's own word."""
    made = [
        Look(owner_id=one.owner_id, viewer=viewer, membership=one, saw=saw, looked_at=now)
        for one, saw in seen
        if one.owner_id != viewer.pk
    ]
    if not _kept(made):
        # One of them has just left for good: nobody is there to read of it. The others are told one by one.
        for look in made:
            look.pk = None
            _kept([look])


def _kept(looks: list[Look]) -> bool:
    try:
        Look.objects.bulk_create(looks)
    except IntegrityError:
        return False
    return True


@desk.notes
def note_at_desk(viewer: User, owners: Iterable[int], what: str) -> None:
    """Somebody who looks after the site opened a list, or a page, with something of these owners (their ids) in it."""
    now = timezone.now()
    Look.objects.bulk_create(
        Look(owner_id=pk, viewer=viewer, saw=[what], looked_at=now)
        for pk in sorted(set(owners) - {viewer.pk})
    )


@transaction.atomic
def note_in_calendar(*, memberships: Iterable[Membership], now: dt.datetime) -> None:
    """Their calendar fetched what they said yes to. Programmes come every hour: once a day of the owner's is told."""
    wanted = [one.pk for one in memberships]
    held = Membership.objects.filter(pk__in=wanted).select_related("owner", "member").order_by("pk")
    seen = [one for one in held.select_for_update(of=("self",), no_key=True) if not _told_today(one, now)]
    for one in seen:
        note(viewer=one.member, seen=[(one, [Look.CALENDAR])], now=now)


def _told_today(membership: Membership, now: dt.datetime) -> bool:
    today = times.midnight(now, membership.owner.zone)
    return membership.looks.filter(saw=[Look.CALENDAR], looked_at__gte=today).exists()


def forget_looks(*, now: dt.datetime) -> int:
    """What is older than a year; says how many."""
    gone, _by_model = Look.objects.filter(looked_at__lt=now - KEPT).delete()
    return gone
