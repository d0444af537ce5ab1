"""The last month of one owner as a member sees it: when they checked in, and the pain they gave, if both are shared.

Drawn and told from the same days. Nothing from before the member joined, and nothing newer than a quiet limit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils import timezone

from accounts import times
from checkins.models import CheckIn
from checkins.pages.said import DAYS, Said
from networks.models import Membership, Share

# With fewer days there is nothing to draw yet.
FEWEST = 2
# A line over more days without a score would tell what nobody knows.
LONGEST_GAP = 4
# The drawing, in its own units: x of the first and the last day, y of the pain scores 0 and 10.
LEFT, RIGHT, BOTTOM, TOP = 30, 350, 130, 14

Point = tuple[int, int]


@dataclass(frozen=True)
class Day:
    """One day on the clock of whoever looks. `pain` is the last score given on it, if it is shared."""

    on: dt.date
    place: int
    checked_in: bool = False
    pain: int | None = None

    @property
    def x(self) -> int:
        return LEFT + round((RIGHT - LEFT) * self.place / (DAYS - 1))

    @property
    def y(self) -> int:
        return BOTTOM - round((BOTTOM - TOP) * (self.pain or 0) / 10)

    @property
    def named(self) -> str:
        return times.day(self.on, today=timezone.localdate())


@dataclass(frozen=True)
class Month:
    """All days of it, the earliest first."""

    days: Sequence[Day]

    @property
    def told(self) -> list[Day]:
        """What there is to say in words, the latest first."""
        return [day for day in reversed(self.days) if day.checked_in]

    @property
    def scored(self) -> list[Day]:
        return [day for day in self.days if day.pain is not None]

    @property
    def lines(self) -> list[str]:
        """The points of each line, for SVG."""
        runs: list[list[Day]] = []
        for before, day in pairwise([None, *self.scored]):
            if day is None:
                continue
            if before is None or day.place - before.place > LONGEST_GAP:
                runs.append([])
            runs[-1].append(day)
        return [" ".join(f"{day.x},{day.y}" for day in run) for run in runs if len(run) > 1]

    @property
    def ends(self) -> tuple[str, str]:
        today = timezone.localdate()
        first, last = self.days[0].on, self.days[-1].on
        return times.calendar_day(first, today=today), times.calendar_day(last, today=today)


def with_members(memberships: Sequence[Membership], said: Said) -> dict[int, Month]:
    """For whoever sees check-ins, by membership. When there were scores tells when there were check-ins, so without
    those shared there is no line either.
    """
    seers = [one for one in memberships if one.shows(Share.CHECKINS)]
    months = {one.pk: _month(one, said.lately(one), said.first_day) for one in seers}
    return {pk: month for pk, month in months.items() if len(month.told) >= FEWEST}


def _month(membership: Membership, check_ins: Iterable[CheckIn], first: dt.date) -> Month:
    seen = [
        one
        for one in check_ins
        if one.made_at >= membership.created_at and membership.shows_of(Share.CHECKINS, one.made_at)
    ]
    days = {timezone.localtime(one.made_at).date() for one in seen}
    pain: dict[dt.date, int] = {}
    for one in seen:
        if one.pain is not None and membership.shows_of(Share.PAIN, one.made_at):
            pain[timezone.localtime(one.made_at).date()] = one.pain
    dates = [first + dt.timedelta(days=place) for place in range(DAYS)]
    return Month([Day(on, place, on in days, pain.get(on)) for place, on in enumerate(dates)])
