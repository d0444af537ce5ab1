"""What we say about check-ins, written down. `letters.py` makes the words when they are sent."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from checkins import keys
from checkins.models import CheckIn, Claim, Plan, Silence, SilenceStep, Step
from networks.models import Membership
from outbox import sent
from outbox import services as outbox
from outbox.models import Message

# Letters that ask the same person to be told, within one day.
MOST_QUESTIONS = 3
# The keys of messages about one silence: its own, the all-clear, the news to its owner.
_OF_A_SILENCE = re.compile(keys.ABOUT_A_SILENCE)


@sent.tells_practice
def practice(messages: Sequence[Message]) -> set[int]:
    """Those of these messages that belong to a rehearsal, in one query."""
    matches = ((message.pk, _OF_A_SILENCE.match(message.dedupe_key)) for message in messages)
    about = {pk: int(match.group(1)) for pk, match in matches if match}
    if not about:
        return set()
    rehearsals = set(Silence.objects.rehearsals().filter(pk__in=about.values()).values_list("pk", flat=True))
    return {pk for pk, silence in about.items() if silence in rehearsals}


# To the owner -------------------------------------------------------------------------------------


def nudge(silence: Silence, step: SilenceStep, *, now: dt.datetime) -> Message:
    """A draft: the owner is asked how they are. The last one before others hear says who and when."""
    following = next((other for other in silence.steps.all() if other.position > step.position), None)
    return outbox.draft(
        kind=nudge_kind(silence.plan, following),
        dedupe_key=step.message_key,
        recipient=silence.owner,
        owner=silence.owner,
        params={"silence": silence.pk},
        not_before=now,
    )


def nudge_kind(plan: Plan, following: Step | SilenceStep | None) -> str:
    """Which nudge comes before that step; `sweep.OPEN` says the same of the first one."""
    if plan.programme == Plan.Programme.KEEP_IN_TOUCH:
        return "checkins/keep_in_touch"
    last_call = following is not None and following.whom == Step.Whom.MEMBER
    return "checkins/last_call" if last_call else "checkins/nudge"


def again_key(silence: Silence, step: SilenceStep) -> str:
    """What the letter goes under that the owner gets once more, because we were too late for `step`."""
    return f"{silence.key}again:{step.position}"


def nudge_again(silence: Silence, step: SilenceStep, *, now: dt.datetime) -> Message:
    """A draft: once more to the owner, because we were too late for `step`. Once for each step."""
    return outbox.draft(
        kind="checkins/last_call",
        dedupe_key=again_key(silence, step),
        recipient=silence.owner,
        owner=silence.owner,
        params={"silence": silence.pk},
        not_before=now,
    )


def resumed_key(plan: Plan) -> str:
    """What the letters about the end of a plan's pauses go under."""
    return f"resumed:{plan.pk}:"


def resumed(plan: Plan) -> None:
    """The pause is over: one letter, when it is."""
    if plan.paused_until is None:
        return
    outbox.queue(
        kind="checkins/resumed",
        dedupe_key=f"{resumed_key(plan)}{plan.paused_until.timestamp():.0f}",
        recipient=plan.owner,
        owner=plan.owner,
        params={"plan": plan.pk},
        not_before=plan.paused_until,
    )


def plan_ended(plan: Plan, *, now: dt.datetime) -> None:
    """Its last day is over: its owner hears that nobody looks any more."""
    outbox.queue(
        kind="checkins/plan_ended",
        dedupe_key=f"plan-ended:{plan.pk}",
        recipient=plan.owner,
        owner=plan.owner,
        params={"plan": plan.pk},
        not_before=now,
    )


def ladder_lost(step: Step, *, now: dt.datetime) -> None:
    """The owner's plan needs somebody new: this supporter no longer stands on it."""
    outbox.queue(
        kind="checkins/ladder_lost",
        dedupe_key=f"ladder-lost:{step.pk}:{now:%Y%m%d%H%M%S%f}",
        recipient=step.plan.owner,
        owner=step.plan.owner,
        params={
            "membership": step.membership_id,
            "plan": step.plan_id,
            # Their account may be gone when this leaves.
            "tie": step.membership.tie_id if step.membership else None,
        },
        not_before=now,
    )


def heard_from(silence: Silence, membership: Membership, *, now: dt.datetime) -> Message:
    """A draft: a supporter said that they heard from the owner; the owner learns who did."""
    return outbox.draft(
        kind="checkins/heard_from",
        dedupe_key=keys.heard_from(silence.pk),
        recipient=silence.owner,
        owner=silence.owner,
        params={"silence": silence.pk, "membership": membership.pk},
        not_before=now,
    )


# To supporters ------------------------------------------------------------------------------------


def for_step(silence: Silence, step: SilenceStep, *, now: dt.datetime) -> Message:
    """A draft of what this step says, to whom it says it."""
    if step.whom == Step.Whom.OWNER or step.membership is None:
        return nudge(silence, step, now=now)
    return _to_told(
        "checkins/alert", step.message_key, silence, step, now, wakes=step.may_wake_at is not None
    )


def nobody_yet(silence: Silence, step: SilenceStep, *, now: dt.datetime) -> Message:
    """A draft: everybody was told, and nobody has confirmed so far."""
    key = f"{silence.key}nobody-yet:{step.membership_id}"
    return _to_told("checkins/nobody_yet", key, silence, step, now, wakes=step.may_wake_at is not None)


def on_it(claim: Claim, told: list[SilenceStep], *, now: dt.datetime) -> list[Message]:
    """Drafts: somebody is on it, to the others who were told."""
    return _to_others("on_it", "on-it", claim, told, now)


def nobody_on_it(claim: Claim, told: list[SilenceStep], *, now: dt.datetime) -> list[Message]:
    """Drafts: the one who was on it has not reached them, to the others who were told."""
    return _to_others("open_again", "open-again", claim, told, now)


def _to_others(
    kind: str, word: str, claim: Claim, told: list[SilenceStep], now: dt.datetime
) -> list[Message]:
    """Once to each of them, whichever silence of this absence they were told in."""
    key = f"{claim.silence.key}{word}:{claim.pk}"
    others = {step.membership_id: step for step in reversed(told) if step.membership}
    others.pop(claim.membership_id, None)
    return [
        _to_told(f"checkins/{kind}", f"{key}:{pk}", step.silence, step, now, claim=claim.pk)
        for pk, step in sorted(others.items(), key=lambda one: one[1].pk)
    ]


def claim_reminder(claim: Claim, *, now: dt.datetime) -> Message:
    """A draft: how did it go? Their claim lapses soon."""
    return outbox.draft(
        kind="checkins/claim_reminder",
        dedupe_key=f"{keys.of_silence(claim.silence_id)}remind:{claim.pk}",
        recipient=claim.membership.member,
        owner=claim.membership.owner,
        params={"claim": claim.pk},
        not_before=now,
        wakes=True,
    )


def all_clear(silence: Silence, membership: Membership) -> Message:
    """A draft: it is over, to somebody who was told. Nobody lies awake for nothing."""
    return outbox.draft(
        kind="checkins/all_clear",
        dedupe_key=keys.all_clear(silence.pk, membership.pk),
        recipient=membership.member,
        owner=silence.owner,
        params={"silence": silence.pk, "membership": membership.pk},
        wakes=True,
    )


def _to_told(
    kind: str,
    key: str,
    silence: Silence,
    step: SilenceStep,
    now: dt.datetime,
    *,
    wakes: bool = False,
    **more: Any,
) -> Message:
    if step.membership is None:
        raise ValueError("only a supporter's step tells a supporter")
    return outbox.draft(
        kind=kind,
        dedupe_key=key,
        recipient=step.membership.member,
        owner=silence.owner,
        params={"step": step.pk, **more},
        not_before=now,
        wakes=wakes,
    )


def ladder_request(step: Step) -> None:
    """Ask a supporter whether they would be told. Past three letters in a day the question waits on their page.

    Who is limited quietly is not asked: they know nothing of it.
    """
    if step.membership is None or step.asked_at is None or step.membership.limited_at is not None:
        return
    before = Message.objects.filter(dedupe_key__startswith=f"ladder:{step.membership.pk}:")
    if before.filter(not_before__gt=step.asked_at - dt.timedelta(days=1)).count() >= MOST_QUESTIONS:
        return
    _ask(step, "checkins/ladder_request", step.asked_at)


def reconfirm(step: Step, *, now: dt.datetime) -> None:
    """Half a year on: do they still stand by their word?"""
    _ask(step, "checkins/reconfirm", now)


def _ask(step: Step, kind: str, now: dt.datetime) -> None:
    if step.membership is None:
        return
    outbox.queue(
        kind=kind,
        dedupe_key=f"ladder:{step.membership.pk}:{now:%Y%m%d%H%M%S%f}",
        not_before=now,
        recipient=step.membership.member,
        owner=step.plan.owner,
        params={"membership": step.membership.pk, "step": step.pk},
    )


# To whom the owner chose ----------------------------------------------------------------------------


def company(check_in: CheckIn, membership: Membership, *, now: dt.datetime) -> None:
    """ "Not okay, I'd like company", to the one they chose."""
    outbox.queue(
        kind="checkins/company",
        dedupe_key=f"company:{check_in.pk}",
        recipient=membership.member,
        owner=membership.owner,
        params={"membership": membership.pk},
        not_before=now,
    )


def flare_key(owner_id: int, began_at: dt.datetime) -> str:
    return f"flare:{owner_id}:{began_at:%Y%m%d%H%M%S%f}:"


def flare(membership: Membership, *, began_at: dt.datetime, not_before: dt.datetime) -> Message:
    """A draft: a flare has begun, in the owner's words."""
    return outbox.draft(
        kind="checkins/flare",
        dedupe_key=f"{flare_key(membership.owner_id, began_at)}{membership.pk}",
        recipient=membership.member,
        owner=membership.owner,
        params={"membership": membership.pk, "began_at": began_at.isoformat()},
        not_before=not_before,
    )
