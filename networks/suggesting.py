"""To whom a hello is suggested. Pure: ties and the time in, one of them or nobody out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from networks import warmth
from networks.models import Circle, Energy, Tie, TieKind

# What a contact costs, by what the owner said it does to their energy; not having said is in between.
_COST = {Energy.GIVES.value: 0, Energy.MIXES.value: 1, "": 1, Energy.TAKES.value: 2}
_NEAR = {circle.value: place for place, circle in enumerate(Circle)}


def choose(ties: Iterable[Tie], *, now: dt.datetime, low_energy: bool = False) -> Tie | None:
    """The one that costs least, then the closest; the same one however often it is asked.

    On a day of `low_energy` nobody who takes energy. A place cannot be said hello to.
    """
    fitting = [
        tie
        for tie in ties
        if tie.kind != TieKind.PLACE
        and warmth.has_gone_quiet(tie, now=now)
        and not (low_energy and tie.energy == Energy.TAKES)
    ]
    return min(fitting, key=lambda tie: (_COST[tie.energy], _NEAR[tie.circle], tie.pk), default=None)
