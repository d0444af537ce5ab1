"""What would happen, and what did: every step of a plan or a silence with its time, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from checkins.ladder import AnyStep, Foretold, PassedOver, Reach, foretell
from checkins.models import Claim, Plan, Silence, SilenceStep, Step
from networks.models import Membership
from outbox import states
from outbox.models import Message


@dataclass(frozen=True)
class Line:
    """One step: when (UTC; None if that cannot be known yet), what, how it went, and whether it has happened."""

    at: dt.datetime | None
    words: str
    done: bool = False
    # How the message fared, in words; empty where there is nothing to add.
    state: str = ""


def of_plan(plan: Plan, steps: Sequence[Step] | None = None) -> list[Line]:
    """What happens if no check-in comes, from the next due time on. Empty while nothing is watched.

    `steps` may be a ladder that is not saved yet.
    """
    if plan.next_due_at is None or plan.deadline_at is None:
        return []
    rungs = (
        steps
        if steps is not None
        else list(plan.steps.select_related("membership__tie", "membership__member"))
    )
    reach = Reach.to(rungs, owners=[plan.owner])
    nudged_at = reach.quiet_until(plan.owner, plan.deadline_at) or plan.deadline_at
    lines = [Line(plan.next_due_at, _("Your check-in is due")), Line(nudged_at, _("We nudge you by e-mail"))]
    start = plan.deadline_at + rungs[0].wait if rungs else None
    foretold = list(foretell(rungs, start, reach, owner=plan.owner, nudged_at=nudged_at))
    return lines + [Line(one.at, _ahead(one, rungs)) for one in foretold]


def _ahead(one: Foretold[Step] | Foretold[SilenceStep], rungs: Sequence[AnyStep]) -> str:
    membership = one.rung.membership
    if one.rung.whom == Step.Whom.OWNER:
        following = next((rung for rung in rungs if rung.position > one.rung.position), None)
        last_call = following is not None and following.whom == Step.Whom.MEMBER
        return _("We nudge you once more, and say who hears next") if last_call else _("We nudge you again")
    name = membership.tie.name if membership else _("a supporter who has left")
    if one.why_not == PassedOver.NOT_AGREED and isinstance(one.rung, Step) and one.rung.declined_at:
        return _("We pass over %(name)s, who has said no") % {"name": name}
    if one.why_not:
        return _passed(one.why_not, membership)
    return _("We tell %(name)s. They can call, or say you’re fine") % {"name": name}


def of_silence(silence: Silence) -> list[Line]:
    """What was done in a silence and, while it is open, what comes next if nothing is heard; in order of time."""
    steps = list(silence.steps.select_related("membership__tie", "membership__member"))
    done = [*_done(silence, steps), *_claims(silence)]
    if silence.closed_at:
        return sorted([*done, Line(silence.closed_at, ending(silence), done=True)], key=_when)
    return sorted(done, key=_when) + _coming(silence, steps)


def _when(line: Line) -> dt.datetime:
    return line.at or dt.datetime.max.replace(tzinfo=dt.UTC)


def ending(silence: Silence) -> str:
    """How it ended, in words for its owner."""
    return {
        Silence.Ending.CHECKED_IN: _("You checked in"),
        Silence.Ending.HEARD_FROM: _("A supporter heard from you"),
        Silence.Ending.SET_ASIDE: _("You changed, paused or ended the plan"),
        Silence.Ending.RAN_THROUGH: _("The rehearsal ended"),
    }[Silence.Ending(silence.ending)]


def _done(silence: Silence, steps: Sequence[SilenceStep]) -> Iterator[Line]:
    keys = [step.message_key for step in steps]
    told = {message.dedupe_key: message for message in Message.objects.filter(dedupe_key__in=keys)}
    due = _("The rehearsal began") if silence.is_practice else _("Your check-in was due")
    yield Line(silence.due_at, due, done=True)
    for step in steps:
        if step.taken_at:
            yield _taken(step, step.taken_at, told.get(step.message_key))
        elif step.passed_over_at:
            yield Line(step.passed_over_at, _passed(step.why_passed_over, step.membership), done=True)
    if silence.ran_out_at:
        yield Line(silence.ran_out_at, _("We told them that nobody has confirmed yet"), done=True)


def _taken(step: SilenceStep, taken_at: dt.datetime, message: Message | None) -> Line:
    if step.whom == Step.Whom.OWNER:
        words = _("We nudged you by e-mail")
    else:
        name = step.membership.tie.name if step.membership else _("a supporter who has left")
        words = _("We wrote to %(name)s") % {"name": name}
    state = states.of(message, now=taken_at).words if message else ""
    return Line(taken_at, words, done=True, state=state)


def _passed(why: str, membership: Membership | None) -> str:
    name = membership.tie.name if membership else _("a supporter who has left")
    words = {
        PassedOver.LEFT: _("We pass over %(name)s, who is no longer here"),
        PassedOver.WITHDREW: _("We pass over %(name)s, who has taken back their word"),
        PassedOver.NOT_AGREED: _("We pass over %(name)s, who has not agreed so far"),
        PassedOver.PAUSED: _("We pass over %(name)s, who is taking a break"),
        PassedOver.BROKEN: _("We pass over %(name)s: our e-mail does not reach them"),
    }
    return words[PassedOver(why)] % {"name": name}


def _coming(silence: Silence, steps: Sequence[SilenceStep]) -> list[Line]:
    waiting = [step for step in steps if step.taken_at is None and step.passed_over_at is None]
    told = any(step.whom == Step.Whom.MEMBER and step.taken_at for step in steps)
    reach = Reach.to(waiting, owners=[silence.owner])
    reach.agreed = _agreed(silence)
    nudged_at = None if told else max((step.taken_at for step in steps if step.taken_at), default=None)
    claim = silence.claims.standing().first()
    start = claim.resumes_at if claim else silence.next_step_at
    foretold = foretell(
        waiting, start, reach, owner=silence.owner, nudged_at=nudged_at, plan_id=silence.plan_id
    )
    return [Line(one.at, _ahead(one, waiting)) for one in foretold]


def _agreed(silence: Silence) -> set[tuple[int, int]]:
    rows = Step.objects.filter(plan=silence.plan_id, agreed_at__isnull=False).exclude(membership=None)
    return set(rows.values_list("plan", "membership"))


def _claims(silence: Silence) -> Iterator[Line]:
    for claim in silence.claims.select_related("membership__tie").order_by("claimed_at"):
        name = {"name": claim.membership.tie.name}
        if claim.claimed_at != claim.reported_at:
            yield Line(claim.claimed_at, _("%(name)s is on it") % name, done=True)
        if claim.lapsed_at:
            yield Line(claim.lapsed_at, _("%(name)s did not tell us how it went") % name, done=True)
        if claim.reported_at:
            yield Line(claim.reported_at, _reported(claim) % name, done=True)


def _reported(claim: Claim) -> str:
    return {
        Claim.Report.OKAY: _("%(name)s heard from you"),
        Claim.Report.NO_ANSWER: _("%(name)s could not reach you"),
        Claim.Report.CANNOT: _("%(name)s cannot help right now"),
    }[Claim.Report(claim.report)]
