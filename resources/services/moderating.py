"""What visitors say of a listing, read by a curator before anybody else; and what many of them say, without names."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from resources.errors import CannotDecide
from resources.models import Feedback, Service

# So few could be told apart by whoever knows them.
ENOUGH = 3
Because = Feedback.Because
# What a reason for staying away says of the access facts.
DOUBTS: dict[str, tuple[str, str | Promise]] = {
    Because.STAIRS: (
        "step_free",
        gettext_lazy("Several people were stopped by stairs. Is it really step-free?"),
    ),
    Because.TRANSPORT: (
        "parking",
        gettext_lazy("Several people could not get there. Is the way told well enough?"),
    ),
    Because.MONEY: ("", gettext_lazy("Several people could not pay for it. Is the cost right?")),
    Because.PAIN: (
        "lie_down",
        gettext_lazy("Several people were in too much pain. Can one lie down, or leave early?"),
    ),
    Because.NOT_WELCOME: ("", gettext_lazy("Several people did not feel welcome. Perhaps ring them.")),
}


@transaction.atomic
def read(*, feedback: Feedback, by: User, show: bool) -> None:
    """Its words may be shown, or stay with us. Raises CannotDecide for one's own."""
    held = Feedback.objects.select_for_update(of=("self",)).get(pk=feedback.pk)
    if held.said_by_id == by.pk:
        raise CannotDecide(_("You wrote this yourself. Somebody else has to read it."))
    if held.read_at:
        raise CannotDecide(_("Somebody has read this already."))
    held.read_at = timezone.now()
    held.read_by = by
    held.shown_at = held.read_at if show else None
    held.save(update_fields=["read_at", "read_by", "shown_at"])


def told(service: Service) -> dict[str, int]:
    """How many said why they could not come; only what enough people said to be nobody's."""
    said = Feedback.objects.filter(service=service).exclude(because=[]).values_list("because", flat=True)
    counted = Counter(reason for reasons in said for reason in reasons)
    return {reason: count for reason, count in counted.items() if count >= ENOUGH}


def doubts(service: Service) -> list[str]:
    """What curators should ask about, in words."""
    found = told(service)
    return [str(words) for reason, (_fact, words) in DOUBTS.items() if reason in found]
