"""What passes between an owner and a member: the latest word of each side, and that they talked. Only reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import User
from networks.models import Membership, Signal, Touch


@dataclass(frozen=True)
class Words:
    """What each side said last, as one of them sees it. Whoever said nothing lately has None."""

    theirs: Signal | None = None
    mine: Signal | None = None


def words(memberships: Sequence[Membership], *, reader: User, now: dt.datetime) -> dict[int, Words]:
    """By membership, in one query. `reader` is one side of each of them."""
    rows = Signal.objects.fresh(now).reaching_members().filter(membership__in=[one.pk for one in memberships])
    theirs = {row.membership_id: row for row in rows if row.by_id != reader.pk}
    mine = {row.membership_id: row for row in rows if row.by_id == reader.pk}
    return {one.pk: Words(theirs.get(one.pk), mine.get(one.pk)) for one in memberships}


def talked_today(member: User, *, now: dt.datetime) -> set[int]:
    """The ties that this member said today, by their own calendar, they were in touch with."""
    begins = timezone.make_aware(
        dt.datetime.combine(now.astimezone(member.zone).date(), dt.time()), member.zone
    )
    said = Touch.objects.filter(logged_by=member, happened_at__gte=begins).exclude(tie__owner=member)
    return set(said.values_list("tie", flat=True))
