"""What the directory's letters need to know, from what is true when they leave. None: nothing is left to say."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox import kinds
from outbox.kinds import Context
from outbox.links import absolute
from outbox.models import Message
from resources import clock, links
from resources.models import ChangeRequest, Claim, Service
from resources.services import clockwork


@kinds.register(
    "resources/still_right", about=_("A question to an organisation: is your listing still right?")
)
def still_right(message: Message) -> Context | None:
    """Not when somebody has checked it since, it is public no more, or the address is theirs no longer."""
    service = (
        Service.objects.published()
        .select_related("organization", "verification")
        .filter(pk=message.params["service"], verification=message.params["verification"])
        .first()
    )
    if service is None or clockwork.address_of(service) != message.address.lower():
        return None
    return {
        "name": service.name,
        "organization": service.organization.name,
        "checked_on": service.verification.verified_at.date() if service.verification else None,
        "due_on": service.stale_at.date() if service.stale_at else None,
        "overdue": clock.check_first(service, now=timezone.now()),
        "link": links.still_right(service),
        "page": absolute(service.get_absolute_url()),
    }


@kinds.register("resources/decided", about=_("News: what became of what you told us about a listing"))
def decided(message: Message) -> Context | None:
    request = ChangeRequest.objects.select_related("service").filter(pk=message.params["request"]).first()
    if request is None or request.decided_at is None or request.decision == request.Decision.WITHDRAWN:
        return None
    service = request.service
    public = bool(service and service.published_at)
    return {
        "name": service.name if service else "",
        "refused": request.decision == request.Decision.REFUSED,
        "edited": request.decision == request.Decision.EDITED,
        "addition": request.kind == request.Kind.ADDITION,
        "problem": request.kind == request.Kind.PROBLEM,
        "reason": request.reason,
        "sent_on": _day(request.created_at),
        "page": absolute(service.get_absolute_url()) if service and public else "",
    }


def _day(when: dt.datetime) -> dt.date:
    return timezone.localdate(when)


@kinds.register(
    "resources/claim_decided", about=_("News: whether you speak for an organisation in the directory")
)
def claim_decided(message: Message) -> Context | None:
    claim = Claim.objects.select_related("organization").filter(pk=message.params["claim"]).first()
    if claim is None or claim.state not in (Claim.State.CONFIRMED, Claim.State.DENIED):
        return None
    return {
        "organization": claim.organization.name,
        "confirmed": claim.state == Claim.State.CONFIRMED,
        "reason": claim.reason,
        "link": absolute(reverse("my_listings")),
    }
