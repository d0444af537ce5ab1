"""How much energy an owner has today. Whoever they say it to registers how to ask, in its `energy.py`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from accounts.models import User
from networks.words import Effort

# What somebody said today, on their own calendar; None where they said nothing.
Tells = Callable[[User, dt.datetime], Effort | None]
_tells: list[Tells] = []


def tells(ask: Tells) -> Tells:
    """Register one more that may know."""
    _tells.append(ask)
    return ask


def of(owner: User, now: dt.datetime) -> Effort | None:
    return next((said for ask in _tells if (said := ask(owner, now))), None)


def is_low(owner: User, now: dt.datetime) -> bool:
    """Whether they said that there is hardly any. Nothing said is not low."""
    return of(owner, now) == Effort.LOW
