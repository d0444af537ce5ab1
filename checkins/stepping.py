"""What the next step of an open silence is: decided for a whole batch from what was loaded once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from checkins import messages
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
    """All that a batch of silences needs to know, in a number of queries that does not grow with them."""

    now: dt.datetime
    reach: Reach
    claims: dict[int, Claim]
    nudges: dict[str, Message]

    @classmethod
    def of(cls, silences: list[Silence], now: dt.datetime) -> Round:
        steps = [step for silence in silences for step in silence.steps.all()]
        reach = Reach.to(steps, plans={silence.plan_id for silence in silences})
        standing = Claim.objects.standing().filter(silence__in=silences)
        keys = [key for silence in silences for key in _nudge_keys(silence)]
        return cls(
            now,
            reach,
            {
                claim.silence_id: claim
                for claim in standing.select_related("membership__member", "membership__owner")
            },
            {found.dedupe_key: found for found in Message.objects.filter(dedupe_key__in=keys)},
        )


def _nudge_keys(silence: Silence) -> Iterator[str]:
    """What the owner has been sent in it, or would be sent again."""
    for step in silence.steps.all():
        yield step.message_key if step.whom == Step.Whom.OWNER else messages.again_key(silence, step)


def advance(silence: Silence, round_: Round) -> list[Message]:
    """Drafts of what is said now. Sets what changes on the silence, its steps and its claim; saves nothing."""
    claim = round_.claims.get(silence.pk)
    if claim is None:
        return _take_step(silence, round_)
    if claim.lapses_at > round_.now or claim.reminded_at is None:
        return _remind(silence, claim, round_.now)
    claim.lapsed_at = round_.now
    drafts = messages.nobody_on_it(silence, claim, now=round_.now)
    if claim.resumes_at and claim.resumes_at > round_.now:
        silence.next_step_at = claim.resumes_at
        return drafts
    return drafts + _take_step(silence, round_)


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
    if choice.tell[0].whom == Step.Whom.MEMBER and (hold := _hold(silence, choice.tell[0], round_)):
        silence.next_step_at, again = hold
        return again
    for step in choice.tell:
        step.taken_at = now
    _plan_next(silence, waiting, now)
    return [messages.for_step(silence, step, now=now) for step in choice.tell]


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
    if late and again not in round_.nudges:
        return now + step.wait, [messages.nudge_again(silence, step, now=now)]
    return None


def _last_nudge(silence: Silence, round_: Round) -> Message | None:
    sent = [round_.nudges[key] for key in _nudge_keys(silence) if key in round_.nudges]
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
