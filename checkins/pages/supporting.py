"""The people somebody supports, each with exactly what they share; and what a supporter sees of a silence.

A supporter never learns who else is on the ladder, nor what a plan is called.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from accounts import times
from accounts.models import Consent, User
from checkins import agreements, kept, letters
from checkins.ladder import Reach
from checkins.models import Claim, Silence, SilenceStep, Step
from checkins.pages import month, shared
from checkins.pages.month import Month
from checkins.pages.shared import Shared
from networks import sharing
from networks.models import Look, Membership, Share

# How long the page says that a supporter's word is not needed any more.
NEWS = dt.timedelta(days=90)

# One silence, as a supporter who was told of it sees it ---------------------------------------------


@dataclass(frozen=True)
class Alert:
    """One silence they were told of, and where it stands for them."""

    step: SilenceStep
    # Their own claim, if it stands.
    mine: Claim | None
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
    standing = silence.claims.standing().first()
    mine = standing if standing and standing.membership_id == step.membership_id else None
    return Alert(
        step=step,
        mine=mine,
        taken=standing is not None and mine is None,
        said=_said(step) if mine is None else "",
        expected=letters.may_tell(step),
        goes_on=_goes_on(silence),
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


def _goes_on(silence: Silence) -> bool:
    """Whether the ladder has a supporter left who can be told."""
    waiting = list(
        silence.steps.filter(taken_at=None, passed_over_at=None, whom=Step.Whom.MEMBER).select_related(
            "membership__member"
        )
    )
    reach = Reach.to(waiting, plans=[silence.plan_id])
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
    released: dict[int | None, dt.datetime]


def people(user: User, now: dt.datetime) -> list[Person]:
    """Everybody `user` supports, in a number of queries that does not grow with how many they are."""
    memberships = list(
        Membership.objects.supported_by(user).select_related("owner").order_by("owner__name", "pk")
    )
    known = _known(memberships, user, now)
    return [_person(membership, known) for membership in memberships]


def as_seen(membership: Membership, now: dt.datetime) -> Person:
    """One owner exactly as this member sees them."""
    return _person(membership, _known([membership], membership.member, now))


def _known(memberships: list[Membership], user: User, now: dt.datetime) -> _Known:
    return _Known(
        _open_alerts(memberships),
        _places(memberships),
        shared.with_members(memberships, now),
        month.with_members(memberships, now),
        _released(user, now),
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
        released=_is_released(membership, places, known.released.get(membership.owner_id)),
        shared=known.shared[membership.pk],
        month=known.months.get(membership.pk),
    )


def _is_released(membership: Membership, places: list[Place], at: dt.datetime | None) -> bool:
    """Whether they read that they are not needed any more: nothing that came after a quiet limit."""
    if at is None or any(place.step.agreed_at for place in places):
        return False
    return membership.limited_at is None or at <= membership.limited_at


def _open_alerts(memberships: list[Membership]) -> dict[int | None, list[Alert]]:
    steps = list(
        SilenceStep.objects.told()
        .filter(membership__in=memberships, silence__closed_at=None)
        .order_by("taken_at")
    )
    standing = Claim.objects.standing().filter(silence__in={step.silence_id for step in steps})
    claims = {claim.silence_id: claim for claim in standing}
    found: dict[int | None, list[Alert]] = defaultdict(list)
    for step in steps:
        claim = claims.get(step.silence_id)
        mine = claim if claim and claim.membership_id == step.membership_id else None
        taken, lapses_at = claim is not None and mine is None, mine.lapses_at if mine else None
        found[step.membership_id].append(Alert(step, mine, taken, until=_said_until(lapses_at)))
    return found


def _places(memberships: list[Membership]) -> dict[int | None, list[Place]]:
    steps = Step.objects.known_to_members().filter(membership__in=memberships, plan__ended_at=None)
    steps = steps.select_related("plan", "membership").prefetch_related("plan__steps")
    found: dict[int | None, list[Place]] = defaultdict(list)
    for step in steps.order_by("asked_at", "pk"):
        step.hide_what_is_newer()
        found[step.membership_id].append(Place(step, agreements.place_in_words(step)))
    for one in (one for one in memberships if one.limited_at):
        standing = {place.step.pk for place in found[one.pk]}
        found[one.pk] += [Place(step, line) for step, line in kept.gone(one, standing)]
        order = kept.order(one)
        found[one.pk].sort(key=lambda place: order.index(place.step.pk) if place.step.pk in order else 99)
    return found


def _released(user: User, now: dt.datetime) -> dict[int | None, dt.datetime]:
    """When it ended, for the owners to whom they had given their word, if that was lately and is the last line."""
    record: QuerySet[Consent] = Consent.objects.filter(subject=user, purpose=Consent.Purpose.LADDER)
    last = record.order_by("grantee", "-pk").distinct("grantee")
    ended = [row for row in last if row.act == Consent.Act.WITHDRAWN and row.recorded_at > now - NEWS]
    return {row.grantee_id: row.recorded_at for row in ended}
