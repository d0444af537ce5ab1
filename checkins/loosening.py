"""Lets a ladder go on at once when what it waits for will not come.

A claim whose supporter has left, rests, or took back their word; an alert that no mailbox took.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from checkins.models import Claim, Silence


def loosen(*, now: dt.datetime) -> int:
    """Make the next step of such silences due; the sweep takes it. Safe to run at any time. Gives how many."""
    with transaction.atomic():
        held = Silence.objects.open().filter(_abandoned(now), next_step_at__gt=now)
        found = list(held.select_for_update(of=("self",), skip_locked=True, no_key=True).values_list("pk"))
        return Silence.objects.filter(pk__in=[pk for (pk,) in found]).update(next_step_at=now)


def _abandoned(now: dt.datetime) -> Q:
    """Silences that a claim holds, and those that wait beside them, though nobody is on it any more."""
    found = Q(pk__in=[])
    for claim in Claim.objects.abandoned(now).select_related("silence__plan"):
        found |= Q(pk=claim.silence_id)
        if not claim.silence.is_practice:
            owner = claim.silence.plan.owner_id
            found |= Q(plan__owner=owner, nature=Silence.Nature.REAL, next_step_at=claim.lapses_at)
    return found
