"""The people somebody supports, each with exactly what they share; and what a supporter sees of a silence.

A supporter never learns who else is on the ladder, nor what a plan is called.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Case, F, FilteredRelation, OuterRef, Q, Subquery, When
from django.utils import timezone

from accounts import times
from accounts.models import Consent, User
from checkins import agreements, kept, letters
from checkins.ladder import Reach, words_that_stand
from checkins.models import Plan, Silence, SilenceStep, Step
from checkins.pages import month, said, shared
from checkins.pages.month import Month
from checkins.pages.shared import Shared
from networks import sharing
from networks.models import Look, Membership, MembershipQuerySet, Share
from outbox import preferences

# How long the page says that a supporter's word is not needed any more.
NEWS = dt.timedelta(days=90)

# One silence, as a supporter who was told of it sees it ---------------------------------------------


@dataclass(frozen=True)
class Alert:
    """One silence they were told of, and where it stands for them."""

    step: SilenceStep
    # Their own claim stands.
    mine: bool
    # Somebody else's claim stands.
    taken: bool
    # What became of their own latest claim: a Claim.Report, "lapsed", or "".
    said: str = ""
    # Their word stands: something is hoped for from them.
    expected: bool = True
    # Somebody else would be told after them.
    goes_on: bool = False
    # Until when their claim holds or, while nobody is on it, when the next one is asked. "" when that cannot be said.
    until: str = ""

    @property
    def silence(self) -> Silence:
        return self.step.silence

    @property
    def owner(self) -> User:
        return self.step.silence.owner


def alert(step: SilenceStep) -> Alert:
    """All that the page about one silence needs."""
    silence = step.silence
    agreed = words_that_stand({silence.plan_id})
    standing = silence.claims.standing().first()
    mine = standing if standing and standing.membership_id == step.membership_id else None
    return Alert(
        step=step,
        mine=mine is not None,
        taken=standing is not None and mine is None,
        said=_said(step) if mine is None else "",
        expected=letters.still_tells(step, agreed),
        goes_on=_goes_on(silence, agreed),
        until=_said_until(mine.lapses_at if mine else silence.next_step_at),
    )


def _said_until(at: dt.datetime | None) -> str:
    """On the clock of whoever looks; "" for a time that has passed, for then it is about to happen."""
    now = timezone.now()
    return times.until(at, now=now, zone=timezone.get_current_timezone()) if at and at > now else ""


def _said(step: SilenceStep) -> str:
    last = step.silence.claims.filter(membership=step.membership_id).order_by("pk").last()
    if last is None:
        return ""
    return "lapsed" if last.lapsed_at else last.report


def _goes_on(silence: Silence, agreed: set[tuple[int, int]]) -> bool:
    """Whether the ladder has a supporter left who can be told, now or when their quiet hours end."""
    rungs = silence.steps.filter(taken_at=None, passed_over_at=None, whom=Step.Whom.MEMBER)
    waiting = list(rungs.select_related("membership__member"))
    people = [rung.membership.member for rung in waiting if rung.membership]
    reach = Reach(quiet={}, broken=preferences.broken(people), agreed=agreed)
    return any(reach.why_not(rung, silence.plan_id) is None for rung in waiting)


# The people they support ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Their place on one ladder: asked for, agreed, to be said again, or declined."""

    step: Step
    words: str


@dataclass(frozen=True)
class Person:
    """One owner as their supporter sees them. What is not shared is None, as if it did not exist."""

    membership: Membership
    owner: User
    # Silences that are open and of which they were told.
    alerts: list[Alert]
    places: list[Place]
    # What they had agreed to was ended, and nothing took its place.
    released: bool
    shared: Shared
    # The last month, where there is something to draw.
    month: Month | None = None

    @property
    def in_short(self) -> str:
        return ", ".join(sharing.short_words_for_member(self.membership.shown))

    @property
    def saw(self) -> list[str]:
        """What of the owner's there is to see, for their list of who looked."""
        drawn = {Share.CHECKINS.value: self.month, Share.PAIN.value: self.month and self.month.scored}
        seen = {*self.shared.saw, *(share for share, there in drawn.items() if there)}
        return [
            *(share.value for share in Share if share.value in seen),
            *([Look.SILENCE] if self.alerts else []),
        ]


@dataclass
class _Known:
    """What is loaded for all of them at once."""

    alerts: dict[int | None, list[Alert]]
    places: dict[int | None, list[Place]]
    shared: dict[int, Shared]
    months: dict[int, Month]


def with_owners(memberships: MembershipQuerySet, now: dt.datetime) -> MembershipQuerySet:
    """Bring what `people` needs of each: the owner, and since when the member is not needed any more."""
    record = Consent.objects.filter(subject=OuterRef("member"), grantee=OuterRef("owner"))
    last = record.filter(purpose=Consent.Purpose.LADDER).order_by("-pk")
    lately = When(act=Consent.Act.WITHDRAWN, recorded_at__gt=now - NEWS, then="recorded_at")
    known = {"released_at": Subquery(last.values(ended_at=Case(lately))[:1])}
    return memberships.select_related("owner").annotate(**known)


def people(memberships: Sequence[Membership], now: dt.datetime) -> list[Person]:
    """Those whom one member supports (`with_owners`), in as many queries however many they are."""
    known = _known(memberships, now)
    return [_person(membership, known) for membership in memberships]


def _known(memberships: Sequence[Membership], now: dt.datetime) -> _Known:
    plans = list(shared.running(memberships).with_place(memberships))
    check_ins = said.to_members(memberships, now)
    return _Known(
        _open_alerts(memberships),
        _places(memberships, plans),
        shared.with_members(memberships, check_ins, plans, now),
        month.with_members(memberships, check_ins),
    )


def open_alerts(people: Iterable[Person]) -> list[Alert]:
    """What is open now for any of them; what is real before what is practice."""
    alerts = (alert for person in people for alert in person.alerts)
    return sorted(alerts, key=lambda alert: alert.silence.is_practice)


def looked_at(people: Iterable[Person]) -> list[tuple[Membership, list[str]]]:
    """Of whom there is something to see on the page, and what."""
    return [(one.membership, one.saw) for one in people if one.saw]


def _person(membership: Membership, known: _Known) -> Person:
    places = known.places.get(membership.pk, [])
    return Person(
        membership=membership,
        owner=membership.owner,
        alerts=known.alerts.get(membership.pk, []),
        places=places,
        released=_is_released(membership, places, membership.released_at),
        shared=known.shared[membership.pk],
        month=known.months.get(membership.pk),
    )


def _is_released(membership: Membership, places: list[Place], at: dt.datetime | None) -> bool:
    """Whether they read that they are not needed any more: nothing that came after a quiet limit."""
    if at is None or any(place.step.agreed_at for place in places):
        return False
    return membership.limited_at is None or at <= membership.limited_at


def _open_alerts(memberships: Sequence[Membership]) -> dict[int | None, list[Alert]]:
    """A silence has one standing claim at most: what `Claim.objects.standing()` asks."""
    stands = Q(silence__claims__reported_at=None, silence__claims__lapsed_at=None)
    standing = FilteredRelation("silence__claims", condition=stands)
    steps = SilenceStep.objects.told().filter(membership__in=memberships, silence__closed_at=None)
    steps = steps.annotate(claim=standing, claimed_by=F("claim__membership"), lapses_at=F("claim__lapses_at"))
    found: dict[int | None, list[Alert]] = defaultdict(list)
    for step in steps.order_by("taken_at", "pk"):
        mine = step.claimed_by == step.membership_id
        until = _said_until(step.lapses_at if mine else None)
        found[step.membership_id].append(Alert(step, mine, bool(step.claimed_by) and not mine, until=until))
    return found


def _places(memberships: Sequence[Membership], plans: Iterable[Plan]) -> dict[int | None, list[Place]]:
    by_pk: dict[int | None, Membership] = {one.pk: one for one in memberships}
    found: dict[int | None, list[Place]] = defaultdict(list)
    placed = [(plan.place, plan) for plan in plans if getattr(plan, "place", None)]
    for step, plan in placed:
        step.plan, step.membership = plan, by_pk[step.membership_id]
    known = [(step, plan) for step, plan in placed if step.is_known_to_them]
    for step, plan in sorted(known, key=lambda pair: (pair[0].asked_at, pair[0].pk)):
        step.hide_what_is_newer()
        found[step.membership_id].append(Place(step, agreements.place_in_words(step, waits=plan.waits)))
    for one in (one for one in memberships if one.limited_at):
        standing = {place.step.pk for place in found[one.pk]}
        found[one.pk] += [Place(step, line) for step, line in kept.gone(one, standing)]
        order = kept.order(one)
        found[one.pk].sort(key=lambda place: order.index(place.step.pk) if place.step.pk in order else 99)
    return found
