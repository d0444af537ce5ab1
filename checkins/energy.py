"""How much energy there is today, for the network: as the newest check-in says that says anything about it."""

from __future__ import annotations

import datetime as dt

from accounts import times
from accounts.models import User
from checkins.models import CheckIn, Energy
from networks import energy
from networks.words import Effort

_EFFORT = {Energy.LITTLE: Effort.LOW, Energy.SOME: Effort.SOME, Energy.ENOUGH: Effort.MORE}


@energy.tells
def today(owner: User, now: dt.datetime) -> Effort | None:
    """On their calendar. A tap without a word about it takes nothing back."""
    since_midnight = CheckIn.objects.of(owner).filter(made_at__gte=times.midnight(now, owner.zone))
    said = since_midnight.exclude(energy="").values_list("energy", flat=True).first()
    return _EFFORT[Energy(said)] if said else None
