"""A quiet limit: what a member sees stays as it was. The apps above say what that is in their `kept.py`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from networks.models import Membership

# What a member sees at this moment of what has no time of its own: plain values that JSON can hold.
Keeps = Callable[[Membership, dt.datetime], dict[str, Any]]
_keeps: list[Keeps] = []


def keeps(view: Keeps) -> Keeps:
    """Register one more that says what has to be written down when a limit begins."""
    _keeps.append(view)
    return view


# What was written down, once the limit is over.
Ends = Callable[[Membership, dict[str, Any]], None]
_ends: list[Ends] = []


def ends(end: Ends) -> Ends:
    """Register one more that has something to do when a limit ends and what was written down is shown no more."""
    _ends.append(end)
    return end


def let_go(membership: Membership, view: dict[str, Any]) -> None:
    """The limit is over; `view` is what was shown meanwhile."""
    for end in _ends:
        end(membership, view)


def view_of(membership: Membership, now: dt.datetime) -> dict[str, Any]:
    """All that a member sees now and that could not be told later."""
    return {name: value for view in _keeps for name, value in view(membership, now).items()}
