"""Whoever speaks for an organisation does not decide on its listings: somebody else looks."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from resources.errors import OwnListing
from resources.models import Claim, Service

# Whoever was found not to speak for it, or does no longer, is a curator like the others.
OPEN = (Claim.State.ASKED, Claim.State.CONFIRMED)


def speaks_for(service: Service, person: User | None) -> bool:
    """Whether they speak for its organisation, or say that they do."""
    if person is None:
        return False
    own = Claim.objects.filter(claimed_by=person, state__in=OPEN)
    return own.filter(organization=service.organization_id).exists()


def refuse_if_own_is_public(service: Service, person: User | None) -> None:
    """A change here may show on any page of that organisation. Raises OwnListing."""
    house = Service.objects.published().filter(organization=service.organization_id)
    if speaks_for(service, person) and house.exists():
        refuse_if_own(service, person)


def refuse_if_own(service: Service, person: User | None) -> None:
    """Raises OwnListing."""
    if speaks_for(service, person):
        raise OwnListing(
            _("You speak for this organisation. Propose it on its page, and another curator looks at it.")
        )
