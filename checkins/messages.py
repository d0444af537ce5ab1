"""What we say about check-ins. Alerts carry no pain, mood, diagnosis or place, ever."""

from __future__ import annotations

import datetime as dt
from typing import Any

from checkins import links
from checkins.models import Silence, SilenceStep, Step
from networks.models import Membership
from outbox import kinds
from outbox import services as outbox
from outbox.links import absolute
from outbox.models import Message

# Writing ----------------------------------------------------------------------------------------


def nudge(silence: Silence, step: SilenceStep, *, now: dt.datetime) -> Message:
    """A draft: the owner is asked how they are."""
    return outbox.draft(
        kind="checkins/nudge",
        dedupe_key=step.message_key,
        recipient=silence.owner,
        params={"silence": silence.pk},
        not_before=now,
    )


def nudge_again(silence: Silence, *, now: dt.datetime) -> Message:
    """A draft: once more to the owner, because we were too late to go on."""
    return outbox.draft(
        kind="checkins/nudge",
        dedupe_key=f"{silence.key}again:{int(now.timestamp())}",
        recipient=silence.owner,
        params={"silence": silence.pk},
        not_before=now,
    )


def step(silence: Silence, step: SilenceStep, *, now: dt.datetime) -> Message:
    """A draft of what this step says, to whom it says it."""
    if step.whom == Step.Whom.OWNER or step.membership is None:
        return nudge(silence, step, now=now)
    return outbox.draft(
        kind="checkins/alert",
        dedupe_key=step.message_key,
        recipient=step.membership.member,
        params={"step": step.pk},
        not_before=now,
    )


def all_clear(silence: Silence, membership: Membership) -> Message:
    """A draft: it is over, to somebody who was told."""
    return outbox.draft(
        kind="checkins/all_clear",
        dedupe_key=f"all-clear:{silence.pk}:{membership.pk}",
        recipient=membership.member,
        params={"silence": silence.pk, "membership": membership.pk},
    )


def ladder_request(step: Step) -> None:
    """Ask a supporter whether they would be told."""
    if step.membership is None or step.asked_at is None:
        return
    outbox.queue(
        kind="checkins/ladder_request",
        dedupe_key=f"ladder:{step.pk}:{int(step.asked_at.timestamp())}",
        recipient=step.membership.member,
        params={"step": step.pk},
    )


# Sending ----------------------------------------------------------------------------------------


def may_tell(step: SilenceStep) -> bool:
    """Whether this supporter still is one and still agrees to be told."""
    membership = step.membership
    if membership is None or membership.ended_at is not None:
        return False
    return Step.objects.filter(
        plan=step.silence.plan_id, membership=membership, agreed_at__isnull=False
    ).exists()


def _silence(pk: int) -> Silence | None:
    return Silence.objects.select_related("plan__owner").filter(pk=pk).first()


@kinds.register("checkins/nudge")
def nudge_context(message: Message) -> dict[str, Any] | None:
    silence = _silence(message.params["silence"])
    if silence is None or silence.closed_at:
        return None
    ahead = silence.steps.filter(taken_at=None, passed_over_at=None, whom=Step.Whom.MEMBER)
    coming = ahead.select_related("membership__tie").first()
    return {
        "due_at": silence.due_at,
        "link": links.check_in_link(silence),
        "settings_link": absolute("/"),
        "next_name": coming.membership.tie.name if coming and coming.membership else "",
        "next_at": _told_at(silence, coming) if coming else None,
    }


def _told_at(silence: Silence, coming: SilenceStep) -> dt.datetime | None:
    """When that step comes, if nothing is heard: the next step's time and the waits in between."""
    if silence.next_step_at is None:
        return None
    between = silence.steps.filter(taken_at=None, passed_over_at=None, position__lte=coming.position)
    return silence.next_step_at + sum((s.wait for s in list(between)[1:]), dt.timedelta())


@kinds.register("checkins/alert")
def alert_context(message: Message) -> dict[str, Any] | None:
    step = (
        SilenceStep.objects.select_related("silence__plan__owner", "membership")
        .filter(pk=message.params["step"])
        .first()
    )
    if step is None or step.silence.closed_at or not may_tell(step):
        return None
    return {
        "owner": step.silence.owner,
        "due_at": step.silence.due_at,
        "link": links.alert_link(step),
    }


@kinds.register("checkins/all_clear")
def all_clear_context(message: Message) -> dict[str, Any] | None:
    silence = _silence(message.params["silence"])
    membership = Membership.objects.filter(pk=message.params["membership"], ended_at=None).first()
    if silence is None or silence.closed_at is None or membership is None:
        return None
    if not _was_told(silence, membership):
        return None
    return {"owner": silence.owner, "ending": silence.ending}


def _was_told(silence: Silence, membership: Membership) -> bool:
    """Whether the alert may have reached them: not if it was taken back before anybody tried to send it."""
    step = silence.steps.filter(membership=membership).first()
    return step is None or Message.objects.filter(dedupe_key=step.message_key, attempts__gt=0).exists()


@kinds.register("checkins/ladder_request")
def ladder_request_context(message: Message) -> dict[str, Any] | None:
    step = Step.objects.select_related("plan__owner", "membership").filter(pk=message.params["step"]).first()
    if step is None or step.agreed_at or step.declined_at or step.membership is None:
        return None
    if step.membership.ended_at:
        return None
    return {"owner": step.plan.owner, "link": absolute(f"/safety/{step.pk}/")}
