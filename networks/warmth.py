"""How warm a tie is: from the days since the last real contact, by the calendar of whoever looks."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

# The most days since the last contact for warmth 1, 2, 3 and 4; beyond, it is 5.
MOST_DAYS = (3, 10, 21, 45)
COOLEST = 5
# Nothing logged yet says nothing about how warm it is.
UNKNOWN = 0


def days_since(last: dt.datetime, *, now: dt.datetime) -> int:
    """Midnights between the two in the time zone of `now`. A contact logged ahead counts as today."""
    return max(0, (now.date() - last.astimezone(now.tzinfo).date()).days)


def level(last: dt.datetime | None, *, now: dt.datetime) -> int:
    """1 (just in touch) to 5 (long ago); 0 where nothing was logged yet."""
    if last is None:
        return UNKNOWN
    days = days_since(last, now=now)
    return next((warm for warm, most in enumerate(MOST_DAYS, start=1) if days <= most), COOLEST)


def word(warm: int) -> str:
    """The level in a word or two, for those who do not see the colour."""
    return [_("not logged yet"), _("in touch"), _("warm"), _("cooling"), _("cool"), _("long ago")][warm]
