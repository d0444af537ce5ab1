"""What we say about check-ins. Alerts carry no pain, mood, diagnosis or place, ever."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone

from checkins import links
from checkins.models import Silence, SilenceStep, Step
from networks.models import Membership
from outbox import kinds
from outbox import services as outbox
from outbox.links import absolute
from outbox.models import Message

# Letters that ask the same person to be told, within one day.
MOST_QUESTIONS = 3

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


def nudge_again(silence: Silence, step: SilenceStep, *, now: dt.datetime) -> Message:
    """A draft: once more to the owner, because we were too late for `step`. Once for each step."""
    return outbox.draft(
        kind="checkins/nudge",
        dedupe_key=f"{silence.key}again:{step.position}",
        recipient=silence.owner,
        params={"silence": silence.pk},
        not_before=now,
    )


def for_step(silence: Silence, step: SilenceStep, *, now: dt.datetime) -> Message:
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
    """Ask a supporter whether they would be told. Past three letters in a day the question waits on their page."""
    if step.membership is None or step.asked_at is None:
        return
    before = Message.objects.filter(dedupe_key__startswith=f"ladder:{step.membership.pk}:")
    if before.filter(not_before__gt=step.asked_at - dt.timedelta(days=1)).count() >= MOST_QUESTIONS:
        return
    outbox.queue(
        kind="checkins/ladder_request",
        dedupe_key=f"ladder:{step.membership.pk}:{step.asked_at:%Y%m%d%H%M%S%f}",
        not_before=step.asked_at,
        recipient=step.membership.member,
        params={"membership": step.membership.pk},
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
    coming = next((step for step in ahead.select_related("membership__tie") if may_tell(step)), None)
    return {
        "due_at": silence.due_at,
        "link": links.check_in_link(silence),
        "once_more": not message.dedupe_key.endswith(":0"),
        "settings_link": absolute("/"),
        "next_name": coming.membership.tie.name if coming and coming.membership else "",
        "next_at": _told_at(silence, coming) if coming else None,
    }


def _told_at(silence: Silence, coming: SilenceStep) -> dt.datetime | None:
    """When that step comes at the earliest, if nothing is heard: never sooner than its whole wait from now."""
    if silence.next_step_at is None:
        return None
    between = silence.steps.filter(taken_at=None, passed_over_at=None, position__lte=coming.position)
    planned = silence.next_step_at + sum((s.wait for s in list(between)[1:]), dt.timedelta())
    return max(planned, timezone.now() + coming.wait)


@kinds.register("checkins/alert", watched=True)
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
    """Whether the alert may have reached them. Raises NotYet while it is on its way: the end comes after it."""
    keys = [step.message_key for step in silence.steps.filter(membership=membership)]
    alerts = list(Message.objects.filter(kind="checkins/alert", dedupe_key__in=keys))
    if any(alert.is_on_its_way(timezone.now()) for alert in alerts):
        raise kinds.NotYet
    return any(alert.may_have_arrived for alert in alerts)


@kinds.register("checkins/ladder_request")
def ladder_request_context(message: Message) -> dict[str, Any] | None:
    asked = Step.objects.filter(membership=message.params["membership"], membership__ended_at=None)
    open_ones = asked.filter(agreed_at=None, declined_at=None, plan__ended_at=None)
    step = open_ones.select_related("plan__owner").first()
    if step is None:
        return None
    return {"owner": step.plan.owner, "link": absolute(reverse("ladder_request", args=[step.pk]))}
