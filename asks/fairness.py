"""Whether one person carries most, and who might be asked for a change. Said gently, to the owner alone."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from asks.models import Taking
from networks.models import Membership

WINDOW = dt.timedelta(weeks=8)
# Fewer than these say nothing about who carries what.
ENOUGH = 4


@dataclass(frozen=True)
class Load:
    """One carries more than half; `rested` are those who took least, least first."""

    carrier: Membership
    rested: list[Membership]


def load(owner: User, hearers: Sequence[Membership], *, now: dt.datetime) -> Load | None:
    """`hearers` are those who see what is asked for.

    None where nobody carries most, where there is too little to tell, or nobody else to ask.
    """
    members = [one for one in hearers if one.paused_at is None]
    recent = Taking.objects.standing().filter(
        membership__owner=owner, taken_at__gt=now - WINDOW, occurrence__cancelled_at=None
    )
    counts = Counter(recent.values_list("membership", flat=True))
    carrier = next((one for one in members if _carries_most(counts[one.pk], counts.total())), None)
    others = sorted((one for one in members if one != carrier), key=lambda one: counts[one.pk])
    return Load(carrier, others[:2]) if carrier and others else None


def _carries_most(mine: int, all_of_them: int) -> bool:
    return all_of_them >= ENOUGH and mine * 2 > all_of_them
