"""Looks for check-ins that did not come and takes the next step of every open silence.

Safe to run at any time, any number of times, on any number of workers: rows are claimed with SKIP LOCKED, and
what a batch writes (the silence, its ladder, the messages, the next time to look) is one transaction.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import models, transaction

from checkins import messages, schedule
from checkins.models import Claim, Plan, Silence, SilenceStep, Step
from networks.models import Membership
from outbox import services as outbox
from outbox.models import Heartbeat, Message

logger = logging.getLogger(__name__)

BATCH = 500
# A step taken later than this was late because we were down.
LATE = dt.timedelta(minutes=5)
# How far a row that fails is pushed out of the way of the others.
PUSH = dt.timedelta(minutes=5)
# How many nudges a "keep in touch" silence gets before it rests.
GENTLE_NUDGES = 3

Row = TypeVar("Row", bound=models.Model)


def sweep(*, now: dt.datetime) -> tuple[int, int]:
    """Open every silence that is due and take every step that is due. Gives how many of each."""
    opened = _drain(lambda: _batch(_claim_plans, open_silences, _push_plan, now))
    stepped = _drain(lambda: _batch(_claim_silences, _advance, _push_silence, now))
    Heartbeat.beat("sweep_silences", now=now)
    return opened, stepped


def _drain(batch: Callable[[], int]) -> int:
    total = 0
    while (done := batch()) > 0:
        total += done
        if done < BATCH:
            break
    return total


def _batch(
    claim: Callable[[dt.datetime, int], list[Row]],
    work: Callable[[list[Row], dt.datetime], object],
    push: Callable[[Row, dt.datetime], None],
    now: dt.datetime,
) -> int:
    """One batch in one transaction. If it fails, each row by itself; one that still fails is pushed away."""
    try:
        with transaction.atomic():
            rows = claim(now, BATCH)
            if rows:
                work(rows, now)
            return len(rows)
    except Exception:
        logger.exception("A batch failed; taking its rows one by one.")
    with transaction.atomic():
        rows = claim(now, BATCH)
        for row in rows:
            try:
                with transaction.atomic():
                    work([row], now)
            except Exception:
                logger.exception("%s failed and is pushed forward.", row)
                push(row, now)
        return len(rows)


# Opening ----------------------------------------------------------------------------------------


def _claim_plans(now: dt.datetime, limit: int) -> list[Plan]:
    ids = list(
        Plan.objects.overdue(now).select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit]
    )
    plans = Plan.objects.filter(pk__in=ids).select_related("owner").order_by("deadline_at")
    return list(plans.prefetch_related(models.Prefetch("steps", Step.objects.select_related("membership"))))


def _push_plan(plan: Plan, now: dt.datetime) -> None:
    Plan.objects.filter(pk=plan.pk).update(deadline_at=now + PUSH)


def open_silences(plans: list[Plan], now: dt.datetime) -> list[Silence]:
    """Open a silence for each, freeze the ladder into it and write the nudge. In the caller's transaction."""
    ladders = [_ladder(plan) for plan in plans]
    silences = Silence.objects.bulk_create(
        Silence(plan=plan, due_at=_due(plan), opened_at=now, next_step_at=_first_wait(ladder, plan, now))
        for plan, ladder in zip(plans, ladders, strict=True)
    )
    steps = [_freeze(silence, ladder, now) for silence, ladder in zip(silences, ladders, strict=True)]
    SilenceStep.objects.bulk_create(step for ladder in steps for step in ladder)
    outbox.queue_all(
        messages.nudge(silence, ladder[0], now=now) for silence, ladder in zip(silences, steps, strict=True)
    )
    Plan.objects.filter(pk__in=[plan.pk for plan in plans]).update(next_due_at=None, deadline_at=None)
    return silences


def _ladder(plan: Plan) -> list[Step]:
    """The steps after the first nudge. Whether a supporter agrees is looked at when their step comes."""
    return gentle_nudges(plan) if plan.programme == Plan.Programme.KEEP_IN_TOUCH else list(plan.steps.all())


def gentle_nudges(plan: Plan) -> list[Step]:
    """Later nudges at the following occurrences, three in all; then we leave them be."""
    waits, due = [], _due(plan)
    for _nudge in range(GENTLE_NUDGES - 1):
        following = schedule.next_after(plan.rhythm, due + dt.timedelta(hours=20))
        waits.append(following - due)
        due = following
    return [Step(plan=plan, position=n, wait=wait, whom=Step.Whom.OWNER) for n, wait in enumerate(waits, 1)]


def _due(plan: Plan) -> dt.datetime:
    if plan.next_due_at is None:
        raise ValueError("only a plan that is due has a silence")
    return plan.next_due_at


def _first_wait(ladder: list[Step], plan: Plan, now: dt.datetime) -> dt.datetime | None:
    """When the step after the nudge is due: by the plan, unless the nudge itself comes late."""
    if not ladder:
        return None
    return _on_time(plan.deadline_at, now) + ladder[0].wait


def _on_time(planned: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """The planned time if we kept it, else now: whoever is to answer gets the whole wait."""
    return planned if planned is not None and now - planned <= LATE else now


def _freeze(silence: Silence, ladder: list[Step], now: dt.datetime) -> list[SilenceStep]:
    nudge = SilenceStep(
        silence=silence, position=0, wait=silence.plan.grace, whom=Step.Whom.OWNER, taken_at=now
    )
    return [
        nudge,
        *(
            SilenceStep(
                silence=silence, position=n, wait=step.wait, whom=step.whom, membership=step.membership
            )
            for n, step in enumerate(ladder, 1)
        ),
    ]


# Stepping ---------------------------------------------------------------------------------------


def _claim_silences(now: dt.datetime, limit: int) -> list[Silence]:
    ids = list(
        Silence.objects.step_due(now).select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit]
    )
    silences = Silence.objects.filter(pk__in=ids).select_related("plan__owner").order_by("next_step_at")
    members = SilenceStep.objects.select_related("membership__member")
    return list(silences.prefetch_related(models.Prefetch("steps", members)))


def _push_silence(silence: Silence, now: dt.datetime) -> None:
    Silence.objects.filter(pk=silence.pk).update(next_step_at=now + PUSH)


def _advance(silences: list[Silence], now: dt.datetime) -> None:
    Claim.objects.standing().filter(silence__in=silences, lapses_at__lte=now).update(lapsed_at=now)
    drafts = [draft for silence in silences for draft in _take_step(silence, now)]
    outbox.queue_all(drafts)
    Silence.objects.bulk_update(silences, ["next_step_at"])
    steps = [step for silence in silences for step in silence.steps.all()]
    SilenceStep.objects.bulk_update(steps, ["taken_at", "passed_over_at", "why_passed_over"])


def _take_step(silence: Silence, now: dt.datetime) -> list[Message]:
    """Take the next step that still stands; pass over those that do not. Sets `next_step_at`."""
    waiting = [step for step in silence.steps.all() if step.taken_at is None and step.passed_over_at is None]
    for place, step in enumerate(waiting):
        if step.whom == Step.Whom.MEMBER and not messages.may_tell(step):
            step.passed_over_at, step.why_passed_over = now, SilenceStep.PassedOver.LEFT
            continue
        if step.whom == Step.Whom.MEMBER and (hold := _hold(silence, step, now)):
            silence.next_step_at, nudges = hold
            return nudges
        step.taken_at = now
        following = waiting[place + 1] if place + 1 < len(waiting) else None
        planned = _on_time(silence.next_step_at, now)
        silence.next_step_at = planned + following.wait if following else None
        return [messages.for_step(silence, step, now=now)]
    silence.next_step_at = None
    return []


def _hold(silence: Silence, step: SilenceStep, now: dt.datetime) -> tuple[dt.datetime, list[Message]] | None:
    """Nobody is alarmed because we were down: the owner hears first, and gets the whole wait to answer.

    When to look again, and what to send before; None when the first supporter may be told now.
    """
    if any(other.whom == Step.Whom.MEMBER and other.taken_at for other in silence.steps.all()):
        return None
    nudges = Message.objects.filter(dedupe_key__startswith=silence.key, recipient=silence.plan.owner)
    again = messages.nudge_again(silence, step, now=now)
    late = silence.next_step_at is not None and now - silence.next_step_at > LATE
    if late and not nudges.filter(dedupe_key=again.dedupe_key).exists():
        return now + step.wait, [again]
    until = _answerable_until(nudges.order_by("pk").last(), step, now)
    return (until, []) if until > now else None


def _answerable_until(nudge: Message | None, step: SilenceStep, now: dt.datetime) -> dt.datetime:
    """Until when the owner may still answer that nudge before anybody else is told."""
    if nudge is None:  # somebody cleared it away; that must not keep the supporter from hearing
        return now
    if nudge.sent_at:
        slack = min(LATE, step.wait / 2)
        over = nudge.sent_at + step.wait
        return over if over - slack > now else now
    if nudge.failed_at:
        return now
    if nudge.refused_at:
        # Their mailbox says no, perhaps because nobody empties it. That is not our outage.
        return nudge.refused_at + step.wait
    return now + min(step.wait, dt.timedelta(minutes=1))


def memberships_told(silence: Silence) -> Iterable[Membership]:
    """The supporters who were told in this silence."""
    told = silence.steps.filter(whom=Step.Whom.MEMBER, taken_at__isnull=False, membership__isnull=False)
    return [
        step.membership
        for step in told.select_related("membership__member", "membership__tie")
        if step.membership
    ]
