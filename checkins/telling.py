"""Being told in a silence, as it stands beside the other shares: read from the ladders, and ended there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from checkins import agreements
from checkins.models import Plan, Step
from checkins.services import locks
from checkins.wording import in_words
from networks import telling
from networks.models import Membership
from networks.telling import Place, Telling


@telling.reads
def places(owner: User, memberships: Sequence[Membership]) -> Mapping[int, Telling]:
    """Two queries, however many they are."""
    steps = Step.objects.filter(membership__in=memberships, plan__owner=owner, plan__ended_at=None)
    found: dict[int, list[Place]] = {one.pk: [] for one in memberships}
    named = {one.pk: one for one in memberships}
    for step in steps.select_related("plan").prefetch_related("plan__steps").order_by("plan", "pk"):
        if step.membership_id:
            member = named[step.membership_id]
            found[member.pk].append(_place(step, member))
    return {pk: Telling(rows, reverse("plans")) for pk, rows in found.items()}


def _place(step: Step, membership: Membership) -> Place:
    words = {
        "name": membership.tie.name,
        "plan": step.plan.called,
        "hours": in_words(agreements.told_after(step)),
    }
    return Place(
        _in_words(step, membership) % words, reverse("plan", args=[step.plan_id]), bool(step.agreed_at)
    )


def _in_words(step: Step, membership: Membership) -> str:
    if step.agreed_at and membership.limited_at:
        return _("%(name)s has agreed to be told in “%(plan)s”, and is passed over while you limit them.")
    if step.agreed_at:
        return _(
            "In “%(plan)s” %(name)s gets an e-mail about %(hours)s after a missed check-in. They agreed."
        )
    if step.declined_at:
        return _("%(name)s said no to being told in “%(plan)s”. Nothing is told.")
    return _("You want %(name)s to be told in “%(plan)s”. They have not said yes, so nothing is told.")


@telling.stops
def stop(membership: Membership, now: dt.datetime) -> None:
    """Off every ladder of theirs. For the others on it nothing changes: they are told as late as they agreed to."""
    del now
    locks.person(membership.owner)
    for plan in locks.plans(membership.owner):
        for step in plan.steps.filter(membership=membership).select_related("membership__member"):
            step.plan = plan
            _take_off(plan, step)


def _take_off(plan: Plan, step: Step) -> None:
    agreements.lapse(step)
    position, wait = step.position, step.wait
    step.delete()
    if plan.steps.filter(position=position).exists():
        return
    following = plan.steps.filter(position__gt=position).order_by("position").first()
    if following:
        plan.steps.filter(position=following.position).update(wait=F("wait") + wait)
