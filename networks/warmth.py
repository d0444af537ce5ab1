"""How warm a tie is: from the days since the last real contact, by the calendar of whoever looks.

One rule for the picture, the list, and who is going quiet. A tie is warm for its ideal interval, cools until its
at-most interval has passed, and is quiet beyond. Where the owner named no interval the stock ones hold; where they
named one of the two, the other stands to it as the stock ones stand to each other.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from networks.models import Tie

# Days.
STOCK_IDEAL, STOCK_AT_MOST = 10, 45
# Up to that many days ago is "in touch", however often somebody would like it to be.
JUST_NOW = 3
COOLEST = 5
# Nothing logged yet says nothing about how warm it is.
UNKNOWN = 0


def intervals(ideal: int | None = None, at_most: int | None = None) -> tuple[int, int]:
    """The ideal and the at-most interval that hold, in days."""
    if at_most is None:
        at_most = STOCK_AT_MOST if ideal is None else ideal * STOCK_AT_MOST // STOCK_IDEAL
    if ideal is None:
        ideal = max(1, at_most * STOCK_IDEAL // STOCK_AT_MOST)
    return ideal, at_most


def most_days(ideal: int | None = None, at_most: int | None = None) -> tuple[int, int, int, int]:
    """The most days since the last contact for warmth 1, 2, 3 and 4; beyond, it is 5."""
    warm, cool = intervals(ideal, at_most)
    return min(JUST_NOW, warm), warm, warm + (cool - warm) // 3, cool


def days_since(last: dt.datetime, *, now: dt.datetime) -> int:
    """Midnights between the two in the time zone of `now`. A contact logged ahead counts as today."""
    return max(0, (now.date() - last.astimezone(now.tzinfo).date()).days)


def level(
    last: dt.datetime | None, *, now: dt.datetime, ideal: int | None = None, at_most: int | None = None
) -> int:
    """1 (just in touch) to 5 (gone quiet); 0 where nothing was logged yet."""
    if last is None:
        return UNKNOWN
    days, most = days_since(last, now=now), most_days(ideal, at_most)
    return next((warm for warm, limit in enumerate(most, start=1) if days <= limit), COOLEST)


def of(tie: Tie, *, now: dt.datetime) -> int:
    """The level of this tie, by its own cadence. `now` carries the time zone of whoever looks."""
    return level(tie.last_touch_at, now=now, ideal=tie.ideal_days, at_most=tie.at_most_days)


def has_gone_quiet(tie: Tie, *, now: dt.datetime) -> bool:
    return of(tie, now=now) == COOLEST


def word(warm: int) -> str:
    """The level in a word or two, for those who do not see the colour."""
    return [_("not logged yet"), _("in touch"), _("warm"), _("cooling"), _("cool"), _("long ago")][warm]
