"""The ladder as a drill: to real inboxes, in minutes, every letter marked as practice."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from checkins import closing, errors, messages, sweep
from checkins.models import Plan, Silence, Step, Wishes
from checkins.services import locks
from outbox import services as outbox

# The waits of a rehearsal: before a nudge, and before or after a supporter.
QUICK = dt.timedelta(minutes=1)
TO_ANSWER = dt.timedelta(minutes=10)


@transaction.atomic
def rehearse(*, plan: Plan, now: dt.datetime) -> Silence:
    """Run the whole ladder now, with short waits. The plan itself goes on watching.

    Raises PlanHasEnded, NobodyAgreed, AlreadyRehearsing, or NotDuringASilence.
    """
    plan = locks.running(plan)
    prefetch_related_objects([plan], "steps__membership")
    if plan.programme != Plan.Programme.SAFETY or plan.tells_nobody():
        raise errors.NobodyAgreed(_("Nobody has agreed to be told yet, so there is nothing to rehearse."))
    if plan.silences.open().real().exists():
        raise errors.NotDuringASilence(_("A check-in is being missed right now. Check in first."))
    if plan.silences.open().rehearsals().exists():
        raise errors.AlreadyRehearsing(_("A rehearsal is running already. You can stop it."))
    wishes = Wishes.of(plan.owner)
    silence = Silence.objects.create(
        plan=plan,
        nature=Silence.Nature.REHEARSAL,
        due_at=now,
        opened_at=now,
        next_step_at=now + QUICK,
        helps=wishes.helps,
        does_not_help=wishes.does_not_help,
    )
    _freeze_quickened(silence, now)
    return silence


def _freeze_quickened(silence: Silence, now: dt.datetime) -> None:
    nudge = silence.steps.create(position=0, wait=QUICK, whom=Step.Whom.OWNER, taken_at=now)
    sweep.freeze(silence)
    silence.steps.filter(taken_at=None).update(wait=QUICK)
    told = silence.steps.filter(whom=Step.Whom.MEMBER).order_by("position").values_list("position", flat=True)
    silence.steps.filter(position__gt=told[0]).update(wait=TO_ANSWER)
    outbox.queue_all([messages.nudge(silence, nudge, now=now)])


@transaction.atomic
def end_rehearsal(*, plan: Plan, now: dt.datetime) -> None:
    """Stop it. Whoever was told in practice hears that it is over. Raises PlanHasEnded."""
    plan = locks.running(plan)
    for silence in plan.silences.open().rehearsals().select_for_update(no_key=True):
        silence.plan = plan
        closing.close(silence, by=plan.owner, now=now, ending=Silence.Ending.RAN_THROUGH)


@transaction.atomic
def fall_due(*, plan: Plan, now: dt.datetime, wait: dt.timedelta) -> Silence:
    """Let a check-in be missed right now, with `wait` between this silence's steps. The plan stays as it is."""
    plan = locks.running(plan)
    closing.set_aside(plan, by=plan.owner, now=now)
    plan.next_due_at, plan.deadline_at = now - plan.grace, now
    plan.save(update_fields=["next_due_at", "deadline_at"])
    sweep.open_silences(now=now, only=[plan.pk])
    silence = plan.silences.open().real().select_related("plan__owner").get()
    silence.steps.filter(taken_at=None).update(wait=wait)
    silence.next_step_at = now + wait
    silence.save(update_fields=["next_step_at"])
    return silence
