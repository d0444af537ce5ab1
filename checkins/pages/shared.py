"""What an owner shares with a member: loaded the same way for the member's page and for the owner's preview of it.

Whoever is limited quietly sees what was there at that moment. Check-ins have a time of their own; what has none, when
something is due and who is in the circles, was written down then (`as_it_is`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import times
from checkins.models import CheckIn, Mood, Plan, PlanQuerySet
from checkins.pages.said import Said
from networks.models import Circle, Membership, Share, Tie

# The most moments that are listed as due.
MOST_DUE = 3
# A circle, and the names in it; None stands for whoever looks.
Names = list[tuple[str, list[str | None]]]


@dataclass(frozen=True)
class Around:
    """What has no time of its own: until when all rests or is paused, what is due next, who is around."""

    rests_until: dt.datetime | None = None
    paused_until: dt.datetime | None = None
    due: list[dt.datetime] = field(default_factory=list)
    names: Names = field(default_factory=list)


@dataclass(frozen=True)
class Shared:
    """What one member sees of one owner. What is not shared is empty, as if it did not exist."""

    checked_in_at: dt.datetime | None = None
    word: str = ""
    pain: int | None = None
    mood: str = ""
    energy: str = ""
    note: str = ""
    # In words, to be read after "until".
    resting_until: str = ""
    paused_until: str = ""
    due: list[dt.datetime] = field(default_factory=list)
    names: list[tuple[str, list[str]]] = field(default_factory=list)

    @property
    def says_how(self) -> bool:
        """Whether there is anything in it about how they are."""
        said = self.word or self.mood or self.energy or self.note
        return bool(self.checked_in_at or self.pain is not None or said)

    @property
    def saw(self) -> list[str]:
        """What there is to see, as values of Share."""
        parts = {
            Share.WORD: self.word,
            Share.CHECKINS: self.checked_in_at or self.resting_until,
            Share.PAIN: self.pain is not None,
            Share.MOOD: self.mood,
            Share.ENERGY: self.energy,
            Share.NOTES: self.note,
            Share.PLANS: self.due or self.paused_until,
            Share.NAMES: self.names,
        }
        return [share.value for share, there in parts.items() if there]

    @property
    def is_empty(self) -> bool:
        return not self.saw


def with_members(
    memberships: Sequence[Membership], said: Said, plans: Iterable[Plan], now: dt.datetime
) -> dict[int, Shared]:
    """What each of them sees, by membership; `plans` are those of their owners that run."""
    latest = {one.pk: said.latest(one) for one in memberships}
    # Asked for all of them alike: how long a page takes does not tell who is limited.
    around = _around(memberships, plans, now)
    seen = {one.pk: _kept(one) if one.limited_at else around[one.pk] for one in memberships}
    return {one.pk: _shared(one, latest[one.pk], seen[one.pk], now) for one in memberships}


def _shared(membership: Membership, latest: CheckIn | None, around: Around, now: dt.datetime) -> Shared:
    sees = {share for share in Share if membership.shows(share)}
    said = {share for share in sees if latest and membership.shows_of(share, latest.made_at)}
    rests = sees & {Share.CHECKINS, Share.PLANS}
    return Shared(
        checked_in_at=latest.made_at if latest and Share.CHECKINS in said else None,
        word=word_for(latest.mood) if latest and Share.WORD in said else "",
        pain=latest.pain if latest and Share.PAIN in said else None,
        mood=latest.get_mood_display() if latest and Share.MOOD in said else "",
        energy=latest.get_energy_display() if latest and Share.ENERGY in said else "",
        note=latest.note if latest and Share.NOTES in said else "",
        resting_until=_until(around.rests_until, now) if rests else "",
        paused_until=_until(around.paused_until, now) if Share.PLANS in sees else "",
        due=[at for at in around.due if at > now] if Share.PLANS in sees else [],
        names=_named(around.names) if Share.NAMES in sees else [],
    )


def word_for(mood: str) -> str:
    """How they are in one word, from the mood they chose; "" where they chose none."""
    good, so_so, hard = _("good"), _("so-so"), _("hard")
    words = {Mood.GREAT: good, Mood.GOOD: good, Mood.OKAY: so_so, Mood.LOW: hard, Mood.ROUGH: hard}
    return words[Mood(mood)] if mood else ""


def _until(at: dt.datetime | None, now: dt.datetime) -> str:
    """On the clock of whoever looks; "" for a time that has passed."""
    return times.until(at, now=now, zone=timezone.get_current_timezone()) if at and at > now else ""


def _named(names: Names) -> list[tuple[str, list[str]]]:
    labels = {circle.value: str(circle.label) for circle in Circle}
    return [
        (labels[circle], [_("you") if name is None else name for name in found]) for circle, found in names
    ]


# What has no time of its own -------------------------------------------------------------------------


def running(memberships: Iterable[Membership]) -> PlanQuerySet:
    """The plans of their owners that have not ended."""
    return Plan.objects.active().filter(owner__in={one.owner_id for one in memberships})


def _around(
    memberships: Sequence[Membership], running: Iterable[Plan], now: dt.datetime
) -> dict[int, Around]:
    plans: defaultdict[int, list[Plan]] = defaultdict(list)
    for plan in running:
        plans[plan.owner_id].append(plan)
    ties: defaultdict[int, list[Tie]] = defaultdict(list)
    curious = {one.owner_id for one in memberships if one.shows(Share.NAMES)}
    for tie in (
        Tie.objects.filter(owner__in=curious, removed_at=None, archived_at=None).in_order() if curious else ()
    ):
        ties[tie.owner_id].append(tie)
    return {one.pk: _as_seen(one, plans[one.owner_id], ties[one.owner_id], now) for one in memberships}


def _as_seen(membership: Membership, plans: Iterable[Plan], ties: Iterable[Tie], now: dt.datetime) -> Around:
    ends: dict[str, list[dt.datetime]] = {Plan.Rest.REST: [], Plan.Rest.PAUSE: []}
    for plan in plans:
        if plan.paused_until and plan.is_resting(now):
            ends[plan.paused_as or Plan.Rest.PAUSE].append(plan.paused_until)
    due = sorted({plan.next_due_at for plan in plans if plan.next_due_at and plan.next_due_at > now})
    circles: defaultdict[str, list[str | None]] = defaultdict(list)
    for tie in ties:
        circles[tie.circle].append(None if tie.pk == membership.tie_id else tie.name)
    rests, pauses = (max(ends[kind], default=None) for kind in (Plan.Rest.REST, Plan.Rest.PAUSE))
    return Around(rests, pauses, due[:MOST_DUE], list(circles.items()))


def as_it_is(membership: Membership, now: dt.datetime) -> dict[str, Any]:
    """What a member sees at this moment of what has no time of its own; no more than is shared with them."""
    around = _around([membership], running([membership]), now)[membership.pk]
    sees_plans, sees_rests = membership.shows(Share.PLANS), membership.shows(Share.CHECKINS)
    return {
        "rests_until": _written(around.rests_until if sees_plans or sees_rests else None),
        "paused_until": _written(around.paused_until if sees_plans else None),
        "due": [_written(at) for at in around.due] if sees_plans else [],
        "names": around.names,
    }


def _written(at: dt.datetime | None) -> str | None:
    return at.isoformat() if at else None


def _kept(membership: Membership) -> Around:
    """What was written down when the limit began."""
    kept = membership.kept_view or {}
    return Around(
        _read(kept.get("rests_until")),
        _read(kept.get("paused_until")),
        [at for at in map(_read, kept.get("due", [])) if at],
        [(circle, names) for circle, names in kept.get("names", [])],
    )


def _read(at: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(at) if at else None
