"""Lets a ladder go on at once when what it waits for will not come.

A claim whose supporter has left, rests, or took back their word; an alert that no mailbox took.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import models, transaction
from django.db.models import Q

from checkins import together
from checkins.ladder import Reach, choose
from checkins.models import Claim, Silence, SilenceStep
from outbox.models import BrokenAddress, Message

# How long ago a mailbox said no for good: whoever is broken longer is passed over before they are told.
LATELY = dt.timedelta(days=1)


def loosen(*, now: dt.datetime) -> int:
    """Make the next step of such silences due; the sweep takes it. Safe to run at any time. Gives how many."""
    if not _may_wait_in_vain(now):
        return 0
    with transaction.atomic():
        in_vain = _abandoned(now) | Q(pk__in=list(_reached_nobody(now)))
        held = Silence.objects.open().filter(in_vain, next_step_at__gt=now)
        found = list(held.select_for_update(of=("self",), skip_locked=True, no_key=True).values_list("pk"))
        return Silence.objects.filter(pk__in=[pk for (pk,) in found]).update(next_step_at=now)


def _lately_broken(now: dt.datetime) -> models.QuerySet[BrokenAddress]:
    return BrokenAddress.objects.filter(found_at__gt=now - LATELY)


def _may_wait_in_vain(now: dt.datetime) -> bool:
    """Whether there is a claim or a broken mailbox at all: most sweeps find neither, and ask no more than this."""
    return Claim.objects.standing().filter(lapses_at__gt=now).exists() or _lately_broken(now).exists()


def _abandoned(now: dt.datetime) -> Q:
    """Silences that a claim holds, and those that wait beside them, though nobody is on it any more."""
    found = Q(pk__in=[])
    for claim in Claim.objects.abandoned(now).select_related("silence__plan"):
        found |= Q(pk=claim.silence_id)
        if not claim.silence.is_practice:
            owner = claim.silence.plan.owner_id
            found |= Q(plan__owner=owner, nature=Silence.Nature.REAL, next_step_at=claim.lapses_at)
    return found


# Alerts that came back ------------------------------------------------------------------------------


def _reached_nobody(now: dt.datetime) -> Iterator[int]:
    """Silences where everybody on the latest step is out of reach for good, and somebody else could hear now."""
    silences = _with_broken_mailboxes(now)
    if not silences:
        return
    claims = together.claims_over(silences)
    steps = [step for silence in silences for step in silence.steps.all()]
    reach = Reach.to(steps, plans={silence.plan_id for silence in silences})
    failed = _failed(steps)
    for silence in silences:
        latest = _latest(silence)
        in_vain = latest and all(step.message_key in failed for step in latest)
        if in_vain and not claims[silence.pk] and choose(silence.waiting(), now, reach, silence.plan_id).tell:
            yield silence.pk


def _with_broken_mailboxes(now: dt.datetime) -> list[Silence]:
    """Those that wait, and told somebody whose mailbox has lately said no."""
    broken = _lately_broken(now).values("address")
    told = SilenceStep.objects.filter(
        taken_at__isnull=False,
        membership__member__email__in=broken,
        silence__closed_at=None,
        silence__next_step_at__gt=now,
    )
    rows = Silence.objects.filter(pk__in=told.values("silence")).select_related("plan__owner")
    members = SilenceStep.objects.select_related("membership__member")
    return list(rows.prefetch_related(models.Prefetch("steps", members)))


def _failed(steps: list[SilenceStep]) -> set[str]:
    """The keys of the alerts that will never arrive."""
    keys = [step.message_key for step in steps if step.told_a_supporter]
    return set(
        Message.objects.filter(dedupe_key__in=keys, failed_at__isnull=False).values_list(
            "dedupe_key", flat=True
        )
    )


def _latest(silence: Silence) -> list[SilenceStep]:
    """Whoever was told last in it; nobody if one of them knows it from another plan, or the owner was asked since.

    Those two steps count with their own wait: the owner's last letter said when the next one hears.
    """
    knows = SilenceStep.PassedOver.TOLD
    counted = [step for step in silence.steps.all() if step.taken_at or step.why_passed_over == knows]
    at = max((at for step in counted if (at := step.taken_at or step.passed_over_at)), default=None)
    latest = [step for step in counted if at in (step.taken_at, step.passed_over_at)]
    return latest if all(step.told_a_supporter for step in latest) else []
