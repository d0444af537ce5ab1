"""To whom a hello is suggested. Pure: ties and the time in, one of them or nobody out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from networks import warmth
from networks.models import Circle, Energy, Tie, TieKind

# What a contact costs, by what the owner said it does to their energy; not having said is in between.
_COST = {Energy.GIVES.value: 0, Energy.MIXES.value: 1, "": 1, Energy.TAKES.value: 2}
_NEAR = {circle.value: place for place, circle in enumerate(Circle)}


def gives(tie: Tie) -> bool:
    return tie.energy == Energy.GIVES


def fits(tie: Tie, *, low_energy: bool) -> bool:
    """On a day of `low_energy` nobody who takes energy. A place cannot be said hello to."""
    return tie.kind != TieKind.PLACE and not (low_energy and tie.energy == Energy.TAKES)


def choose(ties: Iterable[Tie], *, now: dt.datetime, low_energy: bool = False) -> Tie | None:
    """Of those who have gone quiet the one that costs least, then the closest; the same however often it is asked."""
    fitting = [
        tie for tie in ties if fits(tie, low_energy=low_energy) and warmth.has_gone_quiet(tie, now=now)
    ]
    return min(fitting, key=lambda tie: (_COST[tie.energy], _NEAR[tie.circle], tie.pk), default=None)


def gentlest(ties: Iterable[Tie], *, now: dt.datetime) -> Tie | None:
    """For a day of low energy: who gives some, gone quiet or not, the coolest first. Not whoever was met today."""
    fitting = [
        tie
        for tie in ties
        if gives(tie) and tie.kind != TieKind.PLACE and not warmth.was_today(tie.last_touch_at, now=now)
    ]
    return min(fitting, key=lambda tie: (-warmth.of(tie, now=now), _NEAR[tie.circle], tie.pk), default=None)
