"""Quiet hours. Pure: the moment and whose clock is meant are arguments.

Local first, UTC after: a time of day that a clock change skips counts as far into the day as it would have been, one
that comes twice counts the first time (RFC 5545 §3.3.5). That is what Python's fold=0 means.
"""

from __future__ import annotations

import datetime as dt

from accounts.times import instant

DAY = dt.timedelta(days=1)


def end_of_quiet(
    at: dt.datetime, *, zone: dt.tzinfo, quiet_from: dt.time, quiet_until: dt.time
) -> dt.datetime | None:
    """When the quiet that lies over `at` ends, in UTC; None when it is not quiet then.

    Two equal times mean no quiet hours at all.
    """
    if quiet_from == quiet_until:
        return None
    today = at.astimezone(zone).date()
    for began_on in (today - DAY, today):
        ends_on = began_on if quiet_from < quiet_until else began_on + DAY
        start, end = instant(began_on, quiet_from, zone), instant(ends_on, quiet_until, zone)
        if start <= at < end:
            return end
    return None
