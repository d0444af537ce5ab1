"""Signed links in letters: one date of an ask and one member. A GET shows a page; only a POST acts."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

from asks import audience
from asks.models import Occurrence
from networks.models import Membership
from outbox.links import absolute

_SALT = "asks.answer"


@dataclass(frozen=True)
class Answer:
    """What such a link speaks of."""

    occurrence: Occurrence
    membership: Membership


def token_for(occurrence: Occurrence, membership: Membership) -> str:
    return signing.dumps([occurrence.pk, membership.pk], salt=_SALT)


def answer_link(occurrence: Occurrence, membership: Membership) -> str:
    """Where this member says yes or hands back: good while they may see it, without signing in."""
    return absolute(reverse("ask_by_mail", args=[token_for(occurrence, membership)]))


def entry_link(occurrence: Occurrence, membership: Membership) -> str:
    """The entry for their calendar."""
    return absolute(reverse("ask_entry_by_mail", args=[token_for(occurrence, membership)]))


def owner_link(occurrence: Occurrence) -> str:
    return absolute(reverse("ask", args=[occurrence.ask_id]))


def read(token: str) -> Answer | None:
    """What a link speaks of; None for one we did not make, or whose reader may not see it any more."""
    try:
        occurrence_pk, membership_pk = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    occurrence = (
        Occurrence.objects.select_related("ask__owner").with_standing().filter(pk=occurrence_pk).first()
    )
    memberships = Membership.objects.active().select_related("member", "tie")
    membership = memberships.filter(pk=membership_pk, member__is_active=True).first()
    if occurrence is None or membership is None:
        return None
    return Answer(occurrence, membership) if audience.opens_to(occurrence, membership) else None
