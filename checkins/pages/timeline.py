"""What would happen, and what did: every step of a plan or a silence with its time, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from checkins import messages
from checkins.ladder import AnyStep, Foretold, PassedOver, Reach, foretell
from checkins.models import Claim, Plan, Silence, SilenceStep, Step
from checkins.services.rehearsing import QUICK, TO_ANSWER
from networks.models import Membership
from outbox import kinds, states
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
    # A nudge that does not go, because its reader wants no reminders.
    stopped: bool = False


def of_plan(plan: Plan, steps: Sequence[Step] | None = None, reach: Reach | None = None) -> list[Line]:
    """What happens if no check-in comes, from the next due time on. Empty while nothing is watched.

    `steps` may be a ladder that is not saved yet; `reach` what is known of it already, and of its owner.
    """
    if plan.next_due_at is None or plan.deadline_at is None:
        return []
    rungs = list(steps) if steps is not None else list(saved_steps(plan))
    reach = reach or Reach.to(rungs, owners=[plan.owner])
    ahead = _Ahead(plan, rungs, reach)
    due = Line(plan.next_due_at, _("Your check-in is due"))
    return [due, ahead.first_nudge(first_nudge_at(plan, reach)), *ahead.lines(foretold(plan, rungs, reach))]


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
    ahead = _Ahead(plan, rungs, reach)
    start = now + rungs[0].wait if rungs else None
    coming = foretell(rungs, start, reach, owner=plan.owner, nudged_at=nudged_at)
    return [ahead.first_nudge(nudged_at), *ahead.lines(coming)]


def quickened(steps: list[Step]) -> list[Step]:
    """A ladder with the waits of a rehearsal. Not to be saved."""
    first = min((step.position for step in steps if step.whom == Step.Whom.MEMBER), default=0)
    for step in steps:
        step.wait = TO_ANSWER if step.position > first else QUICK
    return steps


def waits_for_sleep(reach: Reach, rung: AnyStep, at: dt.datetime) -> bool:
    """Whether what is told then was put off to the end of this supporter's quiet hours."""
    return reach.asleep_until(rung, at - A_MOMENT) == at


@dataclass
class _Ahead:
    """What is to come, line by line. What a supporter can do is said with the first of them only."""

    plan: Plan
    rungs: Sequence[AnyStep]
    reach: Reach
    explained: bool = False

    def first_nudge(self, at: dt.datetime | None) -> Line:
        following = next(iter(self.rungs), None)
        calls = following is not None and following.whom == Step.Whom.MEMBER
        words = _("We nudge you by e-mail, and say who hears next") if calls else _("We nudge you by e-mail")
        return self._nudge(at, words, following, waited=_quiet_before(self.reach, self.plan.owner, at))

    def lines(self, coming: Iterable[Foretold[Step] | Foretold[SilenceStep]]) -> list[Line]:
        return [self._line(one) for one in coming]

    def _line(self, one: Foretold[Step] | Foretold[SilenceStep]) -> Line:
        if one.rung.whom == Step.Whom.OWNER:
            following = _following(one.rung, self.rungs)
            return self._nudge(one.at, _nudged_again(one.rung, following), following)
        if one.why_not:
            return Line(one.at, left_out(one), passed=True)
        asleep = waits_for_sleep(self.reach, one.rung, one.at)
        state = _("It waits for the end of their quiet hours") if asleep else ""
        return Line(one.at, self._told(one.rung.membership), state=state)

    def _told(self, membership: Membership | None) -> str:
        name = {"name": membership.tie.name if membership else _("a supporter who has left")}
        explained, self.explained = self.explained, True
        if explained:
            return _("We tell %(name)s") % name
        return _("We tell %(name)s. They can call, or say you’re fine") % name

    def _nudge(
        self, at: dt.datetime | None, words: str, following: AnyStep | None, *, waited: bool = False
    ) -> Line:
        kind = kinds.of(messages.nudge_kind(self.plan, following))
        if kind.unsubscribe and self.reach.quiet[self.plan.owner_id].has_stopped(kind.unsubscribe):
            return Line(at, _("A nudge by e-mail"), passed=True, stopped=True)
        return Line(at, words, state=_("It waits for the end of your quiet hours") if waited else "")


def _quiet_before(reach: Reach, owner: User, at: dt.datetime | None) -> bool:
    """Whether what goes to the owner then was put off to the end of their quiet hours."""
    return at is not None and reach.quiet_until(owner, at - A_MOMENT) == at


def _following(rung: AnyStep, rungs: Sequence[AnyStep]) -> AnyStep | None:
    return next((other for other in rungs if other.position > rung.position), None)


def left_out(one: Foretold[Step] | Foretold[SilenceStep]) -> str:
    """Who would be passed over here, and why."""
    if one.why_not == PassedOver.NOT_AGREED and isinstance(one.rung, Step) and one.rung.declined_at:
        name = one.rung.membership.tie.name if one.rung.membership else ""
        return _("We pass over %(name)s, who has said no") % {"name": name}
    return _passed(one.why_not or "", one.rung.membership)


def _nudged_again(rung: AnyStep, following: AnyStep | None) -> str:
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
        # Who heard from them has a line of their own, that moment.
        heard = any(line.at == silence.closed_at for line in done)
        end = Line(silence.closed_at, ending(silence), done=True)
        told_already = heard and silence.ending == Silence.Ending.HEARD_FROM
        return sorted(done if told_already else [*done, end], key=_when)
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
            yield _taken(step, step.taken_at, told.get(step.message_key), _following(step, steps))
        elif step.passed_over_at:
            words = _passed(step.why_passed_over, step.membership)
            yield Line(step.passed_over_at, words, done=True, passed=True)
    if silence.ran_out_at:
        yield Line(silence.ran_out_at, _("We told them that nobody has confirmed yet"), done=True)


def _taken(
    step: SilenceStep, taken_at: dt.datetime, message: Message | None, following: AnyStep | None
) -> Line:
    """What went as it should needs no more words; all else says how it fared."""
    state = states.of(message, now=timezone.now()) if message else None
    fared = "" if state is None or state.code == "sent" else state.words
    if step.whom == Step.Whom.OWNER:
        words = _("A nudge to you by e-mail") if fared else _nudged(step, following)
        return Line(taken_at, words, done=True, state=fared)
    name = step.membership.tie.name if step.membership else _("a supporter who has left")
    return Line(taken_at, _("We wrote to %(name)s by e-mail") % {"name": name}, done=True, state=fared)


def _nudged(step: SilenceStep, following: AnyStep | None) -> str:
    calls = following is not None and following.whom == Step.Whom.MEMBER
    if step.position == 0:
        return (
            _("We nudged you by e-mail, and said who hears next") if calls else _("We nudged you by e-mail")
        )
    return _("We nudged you once more, and said who hears next") if calls else _("We nudged you again")


def _passed(why: str, membership: Membership | None) -> str:
    name = membership.tie.name if membership else _("a supporter who has left")
    words = {
        PassedOver.LEFT: _("We pass over %(name)s, who is no longer here"),
        PassedOver.WITHDREW: _("We pass over %(name)s, who has taken back their word"),
        PassedOver.NOT_AGREED: _("We pass over %(name)s, who has not agreed so far"),
        PassedOver.PAUSED: _("We pass over %(name)s, who is taking a break"),
        PassedOver.LIMITED: _("We pass over %(name)s, because you limited what they see"),
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
    return _Ahead(silence.plan, waiting, reach, explained=told).lines(coming)


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
