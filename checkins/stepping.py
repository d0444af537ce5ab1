"""What the next step of an open silence is: decided for a whole batch from what was loaded once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from checkins import messages, together
from checkins.ladder import Choice, Reach, choose
from checkins.models import Claim, Silence, SilenceStep, Step
from outbox.models import Message

# A step taken later than this was late because we were down.
LATE = dt.timedelta(minutes=5)
# How long before a claim lapses its supporter is reminded to tell us how it went.
REMIND = dt.timedelta(minutes=30)
# How long after the last telling we say that nobody has confirmed.
LAST_WORD = dt.timedelta(hours=1)


@dataclass
class Round:
    """All that a batch of silences needs to know, in a number of queries that does not grow with them.

    `claims` are those that hold the ladder of each silence, also from a silence beside it; `told` the steps that told
    a supporter there; `sent` the nudges and alerts of all of them by their keys.
    """

    now: dt.datetime
    silences: list[Silence]
    reach: Reach
    claims: dict[int, list[Claim]]
    told: dict[int, list[SilenceStep]]
    sent: dict[str, Message]

    @classmethod
    def of(cls, silences: list[Silence], now: dt.datetime) -> Round:
        claims, told = together.claims_over(silences), together.told(silences)
        steps = [step for silence in silences for step in silence.steps.all()]
        plans = {silence.plan_id for silence in silences}
        plans |= {claim.silence.plan_id for over in claims.values() for claim in over}
        keys = [key for silence in silences for key in _nudge_keys(silence)]
        keys += [step.message_key for beside in told.values() for step in beside]
        sent = {found.dedupe_key: found for found in Message.objects.filter(dedupe_key__in=keys)}
        return cls(now, silences, Reach.to(steps, plans=plans), claims, told, sent)

    def claim_in(self, silence: Silence) -> Claim | None:
        """The claim that stands in this very silence."""
        return next((claim for claim in self.claims[silence.pk] if claim.silence_id == silence.pk), None)

    @property
    def own_claims(self) -> list[Claim]:
        """Those of the silences of this batch, which nobody else has in hand."""
        return [claim for pk, over in self.claims.items() for claim in over if claim.silence_id == pk]

    def is_on_it(self, claim: Claim) -> bool:
        """Whether whoever claimed is still here, takes no break, and stands by their word."""
        membership = claim.membership
        here = membership.ended_at is None and membership.paused_at is None
        return here and (claim.silence.plan_id, membership.pk) in (self.reach.agreed or ())

    def held_until(self, silence: Silence) -> dt.datetime | None:
        """Until when somebody is on it in a silence beside this one; None when nobody is."""
        beside = [claim for claim in self.claims[silence.pk] if claim.silence_id != silence.pk]
        ends = [_holds_until(claim, self.now) for claim in beside if self.is_on_it(claim)]
        return max((end for end in ends if end > self.now), default=None)

    def knows(self, step: SilenceStep) -> bool:
        """Whether this supporter was told of the same absence in a silence beside this one, or is just being told."""
        return step.membership_id is not None and any(
            other.membership_id == step.membership_id and other.pk != step.pk and not self._is_lost(other)
            for other in self.told[step.silence_id]
        )

    def _is_lost(self, step: SilenceStep) -> bool:
        """Whether the alert of this step will never arrive."""
        alert = self.sent.get(step.message_key)
        return alert is not None and (alert.failed_at is not None or alert.cancelled_at is not None)

    def tell(self, silence: Silence, steps: list[SilenceStep]) -> None:
        """Whoever is told in this silence has been told, for those beside it too."""
        members = [step for step in steps if step.whom == Step.Whom.MEMBER]
        for other in self.silences:
            if other.plan.owner_id == silence.plan.owner_id and other.is_one_with(silence):
                self.told[other.pk] += members


def _holds_until(claim: Claim, now: dt.datetime) -> dt.datetime:
    """When it lapses. Who was not asked how it went, because we were down, gets the time to say so first."""
    if claim.lapsed_at:
        return now
    late = claim.reminded_at is None and claim.lapses_at <= now
    return now + time_to_answer(claim) if late else claim.lapses_at


def _nudge_keys(silence: Silence) -> Iterator[str]:
    """What the owner has been sent in it, or would be sent again."""
    for step in silence.steps.all():
        yield step.message_key if step.whom == Step.Whom.OWNER else messages.again_key(silence, step)


def advance(silence: Silence, round_: Round) -> list[Message]:
    """Drafts of what is said now. Sets what changes on the silence, its steps and its claim; saves nothing."""
    claim = round_.claim_in(silence)
    if claim is None:
        return _go_on(silence, round_)
    on_it = round_.is_on_it(claim)
    if on_it and (claim.lapses_at > round_.now or claim.reminded_at is None):
        return _remind(silence, claim, round_.now)
    claim.lapsed_at = round_.now
    drafts = messages.nobody_on_it(claim, round_.told[silence.pk], now=round_.now)
    if on_it and claim.resumes_at and claim.resumes_at > round_.now:
        silence.next_step_at = claim.resumes_at
        return drafts
    return drafts + _go_on(silence, round_)


def _go_on(silence: Silence, round_: Round) -> list[Message]:
    """The next step, unless somebody is on it in a silence beside this one: that is for the person, not for a plan."""
    held_until = round_.held_until(silence)
    if held_until is None:
        return _take_step(silence, round_)
    silence.next_step_at = held_until
    return []


def time_to_answer(claim: Claim) -> dt.timedelta:
    """How long before it lapses they are asked how it went; sooner in practice, where all is quick."""
    return min(REMIND, (claim.lapses_at - claim.claimed_at) / 4)


def _remind(silence: Silence, claim: Claim, now: dt.datetime) -> list[Message]:
    """A claim holds the ladder. Once, before it lapses, we ask how it went."""
    to_answer = time_to_answer(claim)
    remind_at = claim.lapses_at - to_answer
    if claim.reminded_at is None and remind_at > now:
        silence.next_step_at = remind_at
        return []
    if claim.reminded_at:
        silence.next_step_at = claim.lapses_at
        return []
    # Late because we were down: they get as long to answer as anybody.
    claim.lapses_at = max(claim.lapses_at, now + to_answer)
    silence.next_step_at = claim.lapses_at
    claim.reminded_at = now
    return [messages.claim_reminder(claim, now=now)]


def _take_step(silence: Silence, round_: Round) -> list[Message]:
    """Tell whom the ladder says, unless the owner has to hear first."""
    now = round_.now
    waiting = silence.waiting()
    choice = choose(waiting, now, round_.reach, silence.plan_id)
    for step, why in choice.passed:
        step.passed_over_at, step.why_passed_over = now, why
    if not choice.tell:
        return _nobody_to_tell(silence, choice, now)
    knowing = [step for step in choice.tell if round_.knows(step)]
    new = [step for step in choice.tell if step not in knowing]
    if new and new[0].whom == Step.Whom.MEMBER and (hold := _hold(silence, new[0], round_)):
        silence.next_step_at, again = hold
        return again
    for step in knowing:  # nobody hears twice of one absence; the step counts all the same
        step.passed_over_at, step.why_passed_over = now, SilenceStep.PassedOver.TOLD
    for step in new:
        step.taken_at = now
    round_.tell(silence, new)
    _plan_next(silence, waiting, now)
    return [messages.for_step(silence, step, now=now) for step in new]


def _plan_next(silence: Silence, waiting: list[SilenceStep], now: dt.datetime) -> None:
    """The time of the step after this one; or, once a supporter was told, of our last word."""
    planned = on_time(silence.next_step_at, now)
    left = [step for step in waiting if step.is_waiting]
    if left:
        silence.next_step_at = planned + left[0].wait
    else:
        silence.next_step_at = planned + LAST_WORD if silence.told() else None


def _nobody_to_tell(silence: Silence, choice: Choice[SilenceStep], now: dt.datetime) -> list[Message]:
    """Everybody sleeps, or the ladder has come to its end: then whoever was told hears that nobody confirmed."""
    silence.next_step_at = choice.asleep_until
    if choice.asleep_until or silence.ran_out_at or not (told := silence.told()):
        return []
    silence.ran_out_at = now
    # Whoever deleted their account meanwhile is not there to hear.
    return [messages.nobody_yet(silence, step, now=now) for step in told if step.membership]


def on_time(planned: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """The planned time if we kept it, else now: whoever is to answer gets the whole wait."""
    return planned if planned is not None and now - planned <= LATE else now


# The owner hears first --------------------------------------------------------------------------


def _hold(
    silence: Silence, step: SilenceStep, round_: Round
) -> tuple[dt.datetime | None, list[Message]] | None:
    """Nobody is alarmed because we were down: the owner hears first, and gets the whole wait to answer.

    When to look again, and what to send before; None when the first supporter may be told now.
    """
    if silence.told():
        return None
    now, again = round_.now, messages.again_key(silence, step)
    until = _answerable_until(_last_nudge(silence, round_), step, now)
    if until > now:  # a nudge they can still answer; another would only stand beside it
        return until, []
    late = silence.next_step_at is not None and now - silence.next_step_at > LATE
    if late and again not in round_.sent:
        return now + step.wait, [messages.nudge_again(silence, step, now=now)]
    return None


def _last_nudge(silence: Silence, round_: Round) -> Message | None:
    sent = [round_.sent[key] for key in _nudge_keys(silence) if key in round_.sent]
    return max(sent, key=lambda message: message.pk, default=None)


def _answerable_until(nudge: Message | None, step: SilenceStep, now: dt.datetime) -> dt.datetime:
    """Until when the owner may still answer that nudge before anybody else is told."""
    if nudge is None or nudge.failed_at or nudge.cancelled_at:
        return now  # it will not come any more; that must not keep the supporter from hearing
    if nudge.sent_at:
        slack = min(LATE, step.wait / 2)
        over = nudge.sent_at + step.wait
        return over if over - slack > now else now
    if nudge.refused_at:
        # Their mailbox says no, perhaps because nobody empties it. That is not our outage.
        return nudge.refused_at + step.wait
    if nudge.held_for and nudge.next_attempt_at > now:
        return nudge.next_attempt_at + step.wait  # it waits for the end of their quiet hours
    return now + min(step.wait, dt.timedelta(minutes=1))
