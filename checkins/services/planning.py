"""Plans: made, changed, rested from, ended; and who is asked to stand on their ladder."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from checkins import agreements, closing, errors, messages
from checkins.ladder import gentle_waits
from checkins.models import Plan, Silence, Step, Wishes
from checkins.models.plans import LEAST_GRACE
from checkins.services import locks
from networks.models import Membership
from outbox import services as outbox

Promises = dict[int | None, agreements.Promise]
# From so long a pause on, a letter says when it is over.
LONG_PAUSE = dt.timedelta(days=1)


@dataclass(frozen=True)
class Rung:
    """One step of a ladder as the owner wants it: after `wait`, these supporters, or the owner where none."""

    wait: dt.timedelta
    supporters: tuple[Membership, ...] = ()
    words: str = ""


class Wanted(TypedDict, total=False):
    """What a plan is made of. `every` (days, from `starts_on`) takes the place of `days` (0 is Monday)."""

    name: str
    programme: str
    days: list[int]
    every: int | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    times: list[dt.time]
    grace: dt.timedelta
    ladder: Sequence[Rung]


@transaction.atomic
def make_plan(
    *, owner: User, now: dt.datetime, form_key: uuid.UUID | None = None, **wanted: Unpack[Wanted]
) -> Plan:
    """A new plan beside those they have. The same key twice is one plan.

    Raises NotASupporter for somebody who is not in their network, NeverDue for one that ends before it begins,
    TooSoon for a grace of less than half an hour.
    """
    locks.person(owner)
    made = Plan.objects.filter(owner=owner, form_key=form_key).first() if form_key else None
    return made or _write(Plan(owner=owner, form_key=form_key), now, wanted)


@transaction.atomic
def change_plan(*, plan: Plan, now: dt.datetime, **wanted: Unpack[Wanted]) -> Plan:
    """Say how it should be from now on. A silence that is open is over: they are here.

    Raises PlanHasEnded, NotASupporter, NeverDue, TooSoon.
    """
    locks.person(plan.owner)
    return _write(locks.running(plan), now, wanted)


def _write(plan: Plan, now: dt.datetime, wanted: Wanted) -> Plan:
    ladder = wanted.pop("ladder", ())
    _refuse_strangers(plan.owner, ladder)
    if wanted.get("grace", LEAST_GRACE) < LEAST_GRACE:
        raise errors.TooSoon(_("Leave yourself half an hour at least before we nudge you."))
    promises = agreements.promises(plan) if plan.pk else {}
    for name, value in wanted.items():
        setattr(plan, name, value)
    plan.days, plan.times = sorted(set(plan.days or [])), sorted(set(plan.times))
    plan.time_zone = plan.owner.time_zone
    wishes = Wishes.of(plan.owner)
    plan.softened_until = wishes.flare_until if wishes.in_a_flare(now) else None
    if plan.pk:
        closing.set_aside(plan, by=plan.owner, now=now)
    plan.watch_from(now, heard_at=closing.heard_at(plan.owner))
    if plan.ended_at:
        raise errors.NeverDue(_("No check-in would be due before this plan ends. Choose a later last day."))
    plan.save()
    _write_ladder(plan, now, _rungs(plan, ladder), promises)
    return plan


def _refuse_strangers(owner: User, ladder: Sequence[Rung]) -> None:
    wanted = [membership.pk for rung in ladder for membership in rung.supporters]
    if Membership.objects.of(owner).filter(pk__in=wanted).count() != len(wanted):
        raise errors.NotASupporter(_("Choose people who have joined your network, each of them once."))


def _rungs(plan: Plan, ladder: Sequence[Rung]) -> list[Rung]:
    """ "Keep in touch" tells nobody: its ladder is nudges that get rarer."""
    if plan.programme == Plan.Programme.SAFETY:
        return list(ladder)
    return [Rung(wait) for wait in gentle_waits(plan.rhythm.days_apart)]


def _write_ladder(plan: Plan, now: dt.datetime, rungs: list[Rung], promises: Promises) -> None:
    """Write the steps. Whoever agreed to these very terms, or said no, is not asked again."""
    before = {step.membership_id: step for step in plan.steps.exclude(membership=None)}
    kept = {membership.pk for rung in rungs for membership in rung.supporters}
    for step in before.values():
        if step.membership_id not in kept:
            agreements.lapse(step)
    plan.steps.filter(membership=None).delete()
    plan.steps.exclude(membership__in=kept).delete()
    after = plan.grace
    for position, rung in enumerate(rungs, 1):
        after += rung.wait
        if not rung.supporters:
            Step.objects.create(plan=plan, position=position, wait=rung.wait, whom=Step.Whom.OWNER)
        for membership in rung.supporters:
            step = before.get(membership.pk) or Step(plan=plan, membership=membership, whom=Step.Whom.MEMBER)
            step.plan, step.position, step.wait, step.words = plan, position, rung.wait, rung.words
            _ask(step, after, now, promises.get(membership.pk))


def _ask(step: Step, after: dt.timedelta, now: dt.datetime, promise: agreements.Promise | None) -> None:
    """Save it; ask for an agreement where the terms are new to them. What they agreed to goes on if it may."""
    terms = agreements.terms_of(step, after=after)
    if promise and not promise.covers(terms, after):
        agreements.lapse(step)
        promise = None
    asks = agreements.renew(step, terms=terms, promise=promise, now=now)
    step.save()
    if asks:
        messages.ladder_request(step)


@transaction.atomic
def pause(*, plan: Plan, until: dt.datetime, by: User, now: dt.datetime, kind: str = Plan.Rest.PAUSE) -> None:
    """Nothing is due before `until`, and it goes on by itself; if its last day is before, it ends, and says so.

    Raises PlanHasEnded.
    """
    plan = locks.running(plan)
    outbox.cancel(key_prefix=messages.resumed_key(plan))
    plan.paused_until, plan.paused_as = until, kind
    closing.watch_on(plan, now=now, changed=["paused_until", "paused_as"])
    closing.set_aside(plan, by=by, now=now)
    if until - now >= LONG_PAUSE and plan.ended_at is None:
        messages.resumed(plan)


@transaction.atomic
def rest(*, owner: User, until: dt.datetime, now: dt.datetime) -> None:
    """ "Resting, nothing is wrong": every plan waits until then. A longer pause stays as it is."""
    locks.person(owner)
    for plan in Plan.objects.active().filter(owner=owner).order_by("pk"):
        if plan.paused_until is None or plan.paused_until < until:
            pause(plan=plan, until=until, by=owner, now=now, kind=Plan.Rest.REST)
    closing.close_all(owner=owner, by=owner, now=now, ending=Silence.Ending.SET_ASIDE)


@transaction.atomic
def resume(*, plan: Plan, now: dt.datetime) -> None:
    """End the rest now. Does nothing for a plan that is not resting. Raises PlanHasEnded."""
    plan = locks.running(plan)
    if not plan.is_resting(now):
        return
    outbox.cancel(key_prefix=messages.resumed_key(plan))
    plan.paused_until, plan.paused_as = None, ""
    closing.watch_on(plan, now=now, changed=["paused_until", "paused_as"])


@transaction.atomic
def move_to_zone(*, plan: Plan, now: dt.datetime) -> None:
    """Let the plan follow the clock of the zone its owner lives in now. An open silence goes on as it is.

    Raises PlanHasEnded.
    """
    plan = locks.running(plan)
    plan.time_zone = plan.owner.time_zone
    if plan.next_due_at is not None and plan.next_due_at > now:
        closing.watch_on(plan, now=now, changed=["time_zone"])
    else:
        plan.save(update_fields=["time_zone"])


@transaction.atomic
def end_plan(*, plan: Plan, by: User, now: dt.datetime) -> None:
    """No more check-ins are due. Whoever was told of an open silence hears that it is over. Raises PlanHasEnded."""
    plan = locks.running(plan)
    plan.ended_at = now
    plan.look_ahead(None)
    plan.save(update_fields=closing.TIMES)
    closing.release(plan)
    closing.set_aside(plan, by=by, now=now)
