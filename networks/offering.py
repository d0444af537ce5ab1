"""Whom a page offers to say hello to, if anybody. Only reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import User
from networks import energy, suggesting, warmth, words
from networks.models import Suggestion, Tie
from networks.services import suggestions


@dataclass(frozen=True)
class Offer:
    """One tie with words for it. `suggestion` is None where it is not this week's, but whoever costs least today."""

    tie: Tie
    words: str
    suggestion: Suggestion | None = None


def to(owner: User, ties: Iterable[Tie], *, now: dt.datetime, off: bool | None = None) -> Offer | None:
    """This week's suggestion, while it is unanswered and they are still out of touch.

    On a day of low energy nobody who takes more of it: whoever of `ties` gives some stands first. `now` is on their
    clock; `off`, where it is known, whether they want no suggestions.
    """
    low = energy.is_low(owner, now)
    found = Suggestion.objects.standing(owner, since=now - suggestions.WEEK).first()
    if found and not (
        warmth.has_gone_quiet(found.tie, now=now) and suggesting.fits(found.tie, low_energy=low)
    ):
        found = None
    if low and not (found and suggesting.gives(found.tie)):
        unwanted = suggestions.wants_no_suggestions(owner=owner) if off is None else off
        gentle = None if unwanted else suggesting.gentlest(ties, now=now)
        if gentle:
            return Offer(gentle, _hello(gentle))
    return Offer(found.tie, _hello(found.tie), found) if found else None


def _hello(tie: Tie) -> str:
    return words.opener(words.Occasion.HELLO, words.Effort.LOW, name=tie.name)
