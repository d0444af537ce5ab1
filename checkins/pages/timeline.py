"""What would happen, and what did: every step of a plan or a silence with its time, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from checkins.ladder import AnyStep, Foretold, PassedOver, Reach, foretell
from checkins.models import Claim, Plan, Silence, SilenceStep, Step
from checkins.services.rehearsing import QUICK, TO_ANSWER
from networks.models import Membership
from outbox import states
from outbox.models import Message

A_MOMENT = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class Line:
    """One step: when (UTC; None if that cannot be known yet), what, how it went, and whether it has happened."""

    at: dt.datetime | None
    words: str
    done: bool = False
    # How the message fared or why it waits, in words; empty where there is nothing to add.
    state: str = ""
    # Somebody who would be, or was, left out here.
    passed: bool = False


def of_plan(plan: Plan, steps: Sequence[Step] | None = None, reach: Reach | None = None) -> list[Line]:
    """What happens if no check-in comes, from the next due time on. Empty while nothing is watched.

    `steps` may be a ladder that is not saved yet; `reach` what is known of it already, and of its owner.
    """
    if plan.next_due_at is None or plan.deadline_at is None:
        return []
    rungs = list(steps) if steps is not None else list(saved_steps(plan))
    reach = reach or Reach.to(rungs, owners=[plan.owner])
    nudged_at = first_nudge_at(plan, reach)
    lines = [
        Line(plan.next_due_at, _("Your check-in is due")),
        Line(nudged_at, _("We nudge you by e-mail"), state=_waited(reach.quiet_until, plan.owner, nudged_at)),
    ]
    return lines + [_ahead(one, rungs, reach) for one in foretold(plan, rungs, reach)]


def saved_steps(plan: Plan) -> Iterable[Step]:
    return plan.steps.select_related("membership__tie", "membership__member")


def first_nudge_at(plan: Plan, reach: Reach) -> dt.datetime | None:
    """When the owner would be nudged first: after the grace, or when their quiet hours over that end."""
    if plan.deadline_at is None:
        return None
    return reach.quiet_until(plan.owner, plan.deadline_at) or plan.deadline_at


def foretold(plan: Plan, rungs: Sequence[Step], reach: Reach) -> list[Foretold[Step]]:
    """Every telling after the first nudge, if the next check-in does not come."""
    if plan.deadline_at is None or not rungs:
        return []
    start = plan.deadline_at + rungs[0].wait
    return list(foretell(rungs, start, reach, owner=plan.owner, nudged_at=first_nudge_at(plan, reach)))


def of_rehearsal(plan: Plan, now: dt.datetime) -> list[Line]:
    """What a rehearsal would do if it began now and nobody answered."""
    rungs = quickened(list(saved_steps(plan)))
    reach = Reach.to(rungs, owners=[plan.owner])
    nudged_at = reach.quiet_until(plan.owner, now) or now
    first = Line(
        nudged_at, _("We nudge you by e-mail"), state=_waited(reach.quiet_until, plan.owner, nudged_at)
    )
    start = now + rungs[0].wait if rungs else None
    coming = foretell(rungs, start, reach, owner=plan.owner, nudged_at=nudged_at)
    return [first, *(_ahead(one, rungs, reach) for one in coming)]


def quickened(steps: list[Step]) -> list[Step]:
    """A ladder with the waits of a rehearsal. Not to be saved."""
    first = min((step.position for step in steps if step.whom == Step.Whom.MEMBER), default=0)
    for step in steps:
        step.wait = TO_ANSWER if step.position > first else QUICK
    return steps


def waits_for_sleep(reach: Reach, rung: AnyStep, at: dt.datetime) -> bool:
    """Whether what is told then was put off to the end of this supporter's quiet hours."""
    return reach.asleep_until(rung, at - A_MOMENT) == at


def _waited(
    until: Callable[[User, dt.datetime], dt.datetime | None], owner: User, at: dt.datetime | None
) -> str:
    if at is None or until(owner, at - A_MOMENT) != at:
        return ""
    return _("It waits for the end of your quiet hours")


def _ahead(one: Foretold[Step] | Foretold[SilenceStep], rungs: Sequence[AnyStep], reach: Reach) -> Line:
    membership = one.rung.membership
    if one.rung.whom == Step.Whom.OWNER:
        return Line(one.at, _nudged_again(one.rung, rungs))
    if one.why_not:
        return Line(one.at, left_out(one), passed=True)
    name = {"name": membership.tie.name if membership else _("a supporter who has left")}
    asleep = (
        _("It waits for the end of their quiet hours") if waits_for_sleep(reach, one.rung, one.at) else ""
    )
    return Line(one.at, _("We tell %(name)s. They can call, or say you’re fine") % name, state=asleep)


def left_out(one: Foretold[Step] | Foretold[SilenceStep]) -> str:
    """Who would be passed over here, and why."""
    if one.why_not == PassedOver.NOT_AGREED and isinstance(one.rung, Step) and one.rung.declined_at:
        name = one.rung.membership.tie.name if one.rung.membership else ""
        return _("We pass over %(name)s, who has said no") % {"name": name}
    return _passed(one.why_not or "", one.rung.membership)


def _nudged_again(rung: AnyStep, rungs: Sequence[AnyStep]) -> str:
    following = next((other for other in rungs if other.position > rung.position), None)
    if following is not None and following.whom == Step.Whom.MEMBER:
        return _("We nudge you once more, and say who hears next")
    if following is None and isinstance(rung, Step) and rung.plan.programme == Plan.Programme.KEEP_IN_TOUCH:
        return _("Our last nudge, until you check in again")
    return _("We nudge you again")


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
            words = _passed(step.why_passed_over, step.membership)
            yield Line(step.passed_over_at, words, done=True, passed=True)
    if silence.ran_out_at:
        yield Line(silence.ran_out_at, _("We told them that nobody has confirmed yet"), done=True)


def _taken(step: SilenceStep, taken_at: dt.datetime, message: Message | None) -> Line:
    state = states.of(message, now=timezone.now()).words if message else ""
    if step.whom == Step.Whom.OWNER:
        return Line(taken_at, _("We nudged you by e-mail"), done=True, state=state)
    name = step.membership.tie.name if step.membership else _("a supporter who has left")
    by = _("By e-mail. %(state)s") % {"state": state}
    return Line(taken_at, _("We wrote to %(name)s") % {"name": name}, done=True, state=by.strip())


def _passed(why: str, membership: Membership | None) -> str:
    name = membership.tie.name if membership else _("a supporter who has left")
    words = {
        PassedOver.LEFT: _("We pass over %(name)s, who is no longer here"),
        PassedOver.WITHDREW: _("We pass over %(name)s, who has taken back their word"),
        PassedOver.NOT_AGREED: _("We pass over %(name)s, who has not agreed so far"),
        PassedOver.PAUSED: _("We pass over %(name)s, who is taking a break"),
        PassedOver.BROKEN: _("We pass over %(name)s: our e-mail does not reach them"),
        PassedOver.TOLD: _("We do not write to %(name)s again: they know already, from another plan"),
    }
    return words[PassedOver(why)] % {"name": name}


def _coming(silence: Silence, steps: Sequence[SilenceStep]) -> list[Line]:
    waiting = [step for step in steps if step.is_waiting]
    told = any(step.told_a_supporter for step in steps)
    reach = Reach.to(waiting, owners=[silence.owner], plans=[silence.plan_id])
    nudged_at = None if told else max((step.taken_at for step in steps if step.taken_at), default=None)
    claim = silence.claims.standing().first()
    start = claim.resumes_at if claim else silence.next_step_at
    coming = foretell(
        waiting, start, reach, owner=silence.owner, nudged_at=nudged_at, plan_id=silence.plan_id
    )
    return [_ahead(one, waiting, reach) for one in coming]


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
