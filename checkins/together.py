"""What all silences of one owner have in common: it is one absence, whichever plan notices it.

Nobody is told twice of one absence, and who is on it is on it for the person, not for a plan. A rehearsal stands by
itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from checkins.models import Claim, Silence, SilenceStep, Step


def claims_over(silences: Collection[Silence]) -> dict[int, list[Claim]]:
    """The standing claims that hold the ladder of each silence, its own first. One query."""
    standing = Claim.objects.standing().filter(
        silence__closed_at=None, silence__plan__owner__in={silence.plan.owner_id for silence in silences}
    )
    by_owner: defaultdict[int, list[Claim]] = defaultdict(list)
    for claim in standing.select_related("silence__plan", "membership__member", "membership__owner").order_by(
        "pk"
    ):
        by_owner[claim.silence.plan.owner_id].append(claim)
    return {
        silence.pk: sorted(
            (claim for claim in by_owner[silence.plan.owner_id] if claim.silence.is_one_with(silence)),
            key=lambda claim: claim.silence_id != silence.pk,
        )
        for silence in silences
    }


def told(silences: Collection[Silence]) -> dict[int, list[SilenceStep]]:
    """For each silence the steps that told a supporter, in it or in one beside it. One query."""
    rows = SilenceStep.objects.filter(
        silence__closed_at=None,
        silence__plan__owner__in={silence.plan.owner_id for silence in silences},
        whom=Step.Whom.MEMBER,
        membership__isnull=False,
        taken_at__isnull=False,
    )
    by_owner: defaultdict[int, list[SilenceStep]] = defaultdict(list)
    for step in rows.select_related("silence__plan", "membership__member").order_by("taken_at", "pk"):
        by_owner[step.silence.plan.owner_id].append(step)
    return {
        silence.pk: [step for step in by_owner[silence.plan.owner_id] if step.silence.is_one_with(silence)]
        for silence in silences
    }
