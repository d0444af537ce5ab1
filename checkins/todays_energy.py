"""How much energy there is today, for the network: as the newest check-in says that says anything about it."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from accounts.models import User
from checkins.models import CheckIn, Energy
from networks import energy
from networks.words import Effort

_EFFORT = {Energy.LITTLE: Effort.LOW, Energy.SOME: Effort.SOME, Energy.ENOUGH: Effort.MORE}


@energy.tells
def today(owner: User, now: dt.datetime) -> Effort | None:
    """On their calendar. A tap without a word about it takes nothing back."""
    midnight = dt.datetime.combine(now.astimezone(owner.zone).date(), dt.time())
    lately = CheckIn.objects.of(owner).filter(made_at__gte=timezone.make_aware(midnight, owner.zone))
    said = lately.exclude(energy="").values_list("energy", flat=True).first()
    return _EFFORT[Energy(said)] if said else None
