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


def was_today(last: dt.datetime | None, *, now: dt.datetime) -> bool:
    return last is not None and days_since(last, now=now) == 0


def level(
    last: dt.datetime | None,
    *,
    now: dt.datetime,
    ideal: int | None = None,
    at_most: int | None = None,
    since: dt.datetime | None = None,
) -> int:
    """1 (just in touch) to 5 (gone quiet); 0 where nothing was logged yet.

    Before the first contact it is counted from `since`, and nothing is said until the at-most interval has passed.
    """
    days, most = days_since(last or since or now, now=now), most_days(ideal, at_most)
    if last is None:
        return COOLEST if days > most[-1] else UNKNOWN
    return next((warm for warm, limit in enumerate(most, start=1) if days <= limit), COOLEST)


def of(tie: Tie, *, now: dt.datetime) -> int:
    """The level of this tie, by its own cadence. `now` carries the time zone of whoever looks."""
    ideal, at_most, since = tie.ideal_days, tie.at_most_days, waiting_since(tie)
    return level(tie.last_touch_at, now=now, ideal=ideal, at_most=at_most, since=since)


def waiting_since(tie: Tie) -> dt.datetime | None:
    """Where silence counts from before the first contact: only if the owner said how often they would like one."""
    if tie.ideal_days is None and tie.at_most_days is None:
        return None
    return max(tie.rhythm_set_at or tie.created_at, tie.created_at)


def quiet_from(tie: Tie, *, zone: dt.tzinfo) -> dt.datetime | None:
    """The midnight from which this tie has gone quiet, if nothing happens before; None for never."""
    since = tie.last_touch_at or waiting_since(tie)
    if since is None:
        return None
    days = most_days(tie.ideal_days, tie.at_most_days)[-1] + 1
    return dt.datetime.combine(since.astimezone(zone).date() + dt.timedelta(days=days), dt.time(), zone)


def has_gone_quiet(tie: Tie, *, now: dt.datetime) -> bool:
    return of(tie, now=now) == COOLEST


def word(warm: int) -> str:
    """The level in a word or two, for those who do not see the colour."""
    return [_("not logged yet"), _("in touch"), _("warm"), _("cooling"), _("cool"), _("quiet")][warm]
