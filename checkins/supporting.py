"""The people somebody supports, each with exactly what they share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from accounts.models import User
from checkins.models import CheckIn, Claim, SilenceStep, Step
from networks.models import Membership, Share


@dataclass(frozen=True)
class Person:
    """One owner as their supporter sees them. What is not shared is None, as if it did not exist."""

    membership: Membership
    owner: User
    # The step that told this supporter of a silence that is still open.
    step: SilenceStep | None
    # Their own claim in it, if it stands.
    claim: Claim | None
    # Their place on the ladder: asked for, agreed, declined.
    place: Step | None
    checked_in_at: dt.datetime | None
    pain: int | None
    mood: str


def people(user: User) -> list[Person]:
    """Everybody `user` supports, in a number of queries that does not grow with how many they are."""
    memberships = list(
        Membership.objects.supported_by(user).select_related("owner").order_by("owner__name", "pk")
    )
    open_steps = _open_steps(memberships)
    claims = {
        claim.membership_id: claim for claim in Claim.objects.standing().filter(membership__in=memberships)
    }
    places = {place.membership_id: place for place in _places(memberships)}
    latest = _latest_check_ins(memberships)
    return [
        _person(m, open_steps.get(m.pk), claims.get(m.pk), places.get(m.pk), latest.get(m.owner_id))
        for m in memberships
    ]


def _person(
    membership: Membership,
    step: SilenceStep | None,
    claim: Claim | None,
    place: Step | None,
    latest: CheckIn | None,
) -> Person:
    def may(share: Share) -> bool:
        return latest is not None and membership.shows(share)

    return Person(
        membership=membership,
        owner=membership.owner,
        step=step,
        claim=claim,
        place=place,
        checked_in_at=latest.made_at if latest and may(Share.CHECKINS) else None,
        pain=latest.pain if latest and may(Share.PAIN) else None,
        mood=latest.get_mood_display() if latest and may(Share.MOOD) else "",
    )


def _open_steps(memberships: list[Membership]) -> dict[int | None, SilenceStep]:
    steps = SilenceStep.objects.filter(
        membership__in=memberships, taken_at__isnull=False, silence__closed_at=None
    )
    return {step.membership_id: step for step in steps.select_related("silence")}


def _places(memberships: list[Membership]) -> list[Step]:
    return list(Step.objects.filter(membership__in=memberships, plan__ended_at=None, asked_at__isnull=False))


def _latest_check_ins(memberships: list[Membership]) -> dict[int, CheckIn]:
    owners = {membership.owner_id for membership in memberships}
    latest = CheckIn.objects.filter(owner__in=owners).order_by("owner", "-made_at").distinct("owner")
    return {check_in.owner_id: check_in for check_in in latest}
