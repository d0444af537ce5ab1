"""The check-ins that a page about several owners needs, in one query: the latest a member may see, and the last days.

What of one is shown is decided where it is shown.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from checkins.models import CheckIn, CheckInQuerySet
from networks.models import Membership, Share

# How many days back a page goes, today among them.
DAYS = 30
FOR_EVER = dt.datetime.max.replace(tzinfo=dt.UTC) - dt.timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """By owner, the earliest first; `first_day` is where the last days begin, on the clock of whoever looks."""

    by_owner: defaultdict[int, list[CheckIn]]
    first_day: dt.date
    begins_at: dt.datetime

    def latest(self, membership: Membership) -> CheckIn | None:
        """For whoever is limited quietly, the latest before that."""
        newest_first = reversed(self.by_owner[membership.owner_id])
        return next((one for one in newest_first if _may_see(membership, one)), None)

    def lately(self, membership: Membership) -> list[CheckIn]:
        """Of the last days."""
        return [one for one in self.by_owner[membership.owner_id] if one.made_at >= self.begins_at]


def to_members(memberships: Sequence[Membership], now: dt.datetime) -> Said:
    zone = timezone.get_current_timezone()
    first_day = now.astimezone(zone).date() - dt.timedelta(days=DAYS - 1)
    begins_at = dt.datetime.combine(first_day, dt.time(), tzinfo=zone)
    by_owner: defaultdict[int, list[CheckIn]] = defaultdict(list)
    if memberships:
        seers = {one.owner_id for one in memberships if one.shows(Share.CHECKINS)}
        days = CheckIn.objects.filter(owner__in=seers, made_at__gte=begins_at, made_at__lte=now)
        for check_in in _latest(memberships).union(days).order_by("made_at", "id"):
            by_owner[check_in.owner_id].append(check_in)
    return Said(by_owner, first_day, begins_at)


def _latest(memberships: Sequence[Membership]) -> CheckInQuerySet:
    """The latest of each owner; for whoever is limited, the latest before that."""
    until = Coalesce(OuterRef("limited_at"), OuterRef("ever"))
    theirs = CheckIn.objects.filter(owner=OuterRef("owner"), made_at__lte=until).order_by("-made_at", "-pk")
    rows = Membership.objects.filter(pk__in=[one.pk for one in memberships])
    rows = rows.annotate(ever=Value(FOR_EVER), latest=Subquery(theirs.values("pk")[:1]))
    return CheckIn.objects.filter(pk__in=rows.values("latest")).order_by()


def _may_see(membership: Membership, check_in: CheckIn) -> bool:
    return membership.limited_at is None or check_in.made_at <= membership.limited_at
