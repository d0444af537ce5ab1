"""A supporter answers: on it, heard from them, could not reach them, cannot now."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from checkins import closing, errors, messages, stepping, together
from checkins.models import Claim, Silence, SilenceStep
from checkins.services import locks
from networks.models import Membership
from outbox import services as outbox

# How long a claim holds the ladder without a report.
CLAIM_HOLDS = dt.timedelta(hours=2)
PRACTICE_HOLDS = dt.timedelta(minutes=12)


@transaction.atomic
def claim(*, silence: Silence, membership: Membership, now: dt.datetime) -> Claim:
    """ "I'm on it": the ladder waits, and the others who were told hear so. Saying it twice is saying it once.

    Raises SilenceIsOver, NotOnThisLadder, or SomebodyElseIsOnIt.
    """
    silence = _locked(silence, membership)
    standing = _standing(silence)
    if standing is not None:
        if standing.membership_id == membership.pk:
            return standing
        raise errors.SomebodyElseIsOnIt(_("Another supporter is already on it. Thank you for being there."))
    lapses_at = now + (PRACTICE_HOLDS if silence.is_practice else CLAIM_HOLDS)
    made = Claim.objects.create(
        silence=silence,
        membership=membership,
        claimed_at=now,
        lapses_at=lapses_at,
        resumes_at=max(lapses_at, silence.next_step_at or lapses_at),
    )
    silence.next_step_at = made.lapses_at - stepping.time_to_answer(made)
    silence.save(update_fields=["next_step_at"])
    outbox.queue_all(messages.on_it(made, _told(silence), now=now))
    return made


@transaction.atomic
def report(*, silence: Silence, membership: Membership, outcome: str, now: dt.datetime) -> None:
    """How it went. "They're okay" ends the silence; the other two let the ladder go on at once.

    Raises SilenceIsOver or NotOnThisLadder.
    """
    silence = _locked(silence, membership)
    if outcome != Claim.Report.OKAY and _said_so(silence, membership):
        return
    mine = silence.claims.standing().filter(membership=membership).first()
    had_claimed = mine is not None
    mine = mine or Claim(silence=silence, membership=membership, claimed_at=now, lapses_at=now)
    mine.reported_at, mine.report = now, outcome
    mine.save()
    if outcome == Claim.Report.OKAY:
        heard_from = Silence.Ending.HEARD_FROM
        closing.close(silence, by=membership.member, now=now, ending=heard_from, heard=membership)
        if not silence.is_practice:  # whoever is okay is so in every plan
            closing.close_all(owner=silence.owner, by=membership.member, now=now, ending=heard_from)
    elif _standing(silence) is None:
        _go_on(silence, mine, now, tell=had_claimed)


def _go_on(silence: Silence, claim: Claim, now: dt.datetime, *, tell: bool) -> None:
    """The ladder goes on, and so do those that waited beside it; who heard of the claim hears that it has ended."""
    beside = _all_of(silence)
    held = Q(pk=silence.pk) | Q(next_step_at=claim.lapses_at) if tell else Q(pk=silence.pk)
    beside.filter(held).update(next_step_at=now)
    for one in beside:
        outbox.hurry(key_prefix=one.key)
    if tell:
        outbox.queue_all(messages.nobody_on_it(claim, _told(silence), now=now))


def _all_of(silence: Silence) -> QuerySet[Silence]:
    """Every open silence about the same absence."""
    if silence.is_practice:
        return Silence.objects.filter(pk=silence.pk)
    return Silence.objects.open().real().filter(plan__owner=silence.owner)


def _standing(silence: Silence) -> Claim | None:
    """The claim that holds its ladder, in it or beside it."""
    return next(iter(together.claims_over([silence])[silence.pk]), None)


def _told(silence: Silence) -> list[SilenceStep]:
    return together.told([silence])[silence.pk]


def _said_so(silence: Silence, membership: Membership) -> bool:
    """Whether they reported already that it was in vain, and have not taken it on again since."""
    mine = silence.claims.filter(membership=membership)
    in_vain = mine.filter(report__in=[Claim.Report.NO_ANSWER, Claim.Report.CANNOT])
    return in_vain.exists() and not mine.standing().exists()


def _locked(silence: Silence, membership: Membership) -> Silence:
    """The silence, locked. Plans are locked before silences everywhere, so nobody waits in a ring."""
    locks.plans(silence.owner)
    rows = Silence.objects.select_for_update(of=("self",), no_key=True).select_related("plan__owner")
    found = rows.get(pk=silence.pk)
    if found.closed_at is not None:
        raise errors.SilenceIsOver(_("It is over. Thank you for being there."))
    told = found.steps.filter(membership=membership, taken_at__isnull=False, membership__ended_at=None)
    if not told.exists():
        raise errors.NotOnThisLadder(_("You have not been asked about this one."))
    return found
