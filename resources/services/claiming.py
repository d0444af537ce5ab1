"""Somebody speaks for an organisation: told by them, made sure of by a curator, ended by either."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from outbox import services as outbox
from resources.errors import CannotClaim
from resources.models import Claim, Organization, Service

State = Claim.State
# More that wait at a time are no honest ones, and keep curators from the others.
MOST_ASKED = 10


@transaction.atomic
def claim(*, organization: Organization, by: User, affiliation: str, reach_us: str) -> Claim:
    """Ask to speak for it. Asked twice, it is one claim."""
    open_ = Claim.objects.filter(
        organization=organization, claimed_by=by, state__in=[State.ASKED, State.CONFIRMED]
    )
    if found := open_.first():
        return found
    if Claim.objects.filter(claimed_by=by, state=State.ASKED).count() >= MOST_ASKED:
        raise CannotClaim(_("You have asked for ten already. A curator looks at those first."))
    try:
        with transaction.atomic():
            return Claim.objects.create(
                organization=organization, claimed_by=by, affiliation=affiliation, reach_us=reach_us
            )
    except IntegrityError:
        return open_.get()


@transaction.atomic
def decide_claim(*, claim: Claim, by: User, confirm: bool, reason: str = "") -> Claim:
    """Say whether they do. Raises CannotClaim when it is decided, is the curator's own, or a no lacks a reason."""
    held = Claim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if held.state != State.ASKED:
        raise CannotClaim(_("Somebody has decided this already."))
    if held.claimed_by_id == by.pk:
        raise CannotClaim(_("This is your own. Somebody else has to look at it."))
    if not confirm and not reason.strip():
        raise CannotClaim(_("Say why, in words they can read."))
    held.state = State.CONFIRMED if confirm else State.DENIED
    held.decided_at, held.decided_by, held.reason = timezone.now(), by, reason.strip()
    held.save()
    outbox.queue(
        kind="resources/claim_decided",
        dedupe_key=f"resources/claim_decided:{held.pk}",
        recipient=held.claimed_by,
        params={"claim": held.pk},
    )
    return held


def end_claim(*, claim: Claim, by: User) -> bool:
    """They speak for it no longer, or ask no longer. What they proposed stays."""
    open_ = Claim.objects.filter(pk=claim.pk, state__in=[State.ASKED, State.CONFIRMED])
    return bool(open_.update(state=State.ENDED, ended_at=timezone.now(), ended_by=by))


def confirmed_for(person: User) -> QuerySet[Claim]:
    found = Claim.objects.filter(claimed_by=person, state=State.CONFIRMED)
    return found.select_related("organization").order_by("organization__name", "pk")


def own_listings(person: User) -> QuerySet[Service]:
    """The public listings of organisations they speak for."""
    houses = confirmed_for(person).values("organization")
    found = Service.objects.published().filter(organization__in=houses)
    return found.select_related("organization", "verification").order_by("organization__name", "name", "pk")
