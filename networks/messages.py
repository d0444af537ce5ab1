"""The letters of this room. Words are made when they leave, from what is true then."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import one_line
from networks import sharing
from networks.models import Invitation, JoinRequest, Membership
from outbox import kinds, links
from outbox.models import Message


@kinds.register("networks/invitation", about=_("An invitation to your network"))
def invitation(message: Message) -> dict[str, Any] | None:
    """To somebody without an account, perhaps. Nothing when it was answered, withdrawn or sent anew."""
    found = (
        Invitation.objects.open(timezone.now())
        .filter(pk=message.params["invitation"], sent_count=message.params["sending"])
        .select_related("tie__owner")
        .first()
    )
    if found is None:
        return None
    owner = found.tie.owner.called
    return {
        "owner": owner,
        "name": one_line(found.tie.name),
        "note": found.note,
        "sees": sharing.words_for_member(found.shown, name=owner),
        "until": timezone.localdate(found.expires_at, found.tie.owner.zone),
        "link": links.absolute(reverse("invitation", args=[found.token()])),
    }


@kinds.register("networks/accepted", about=_("News: your invitation was accepted"))
def accepted(message: Message) -> dict[str, Any] | None:
    """To the owner. Nothing when the membership has ended meanwhile."""
    membership = (
        Membership.objects.active().select_related("tie").filter(pk=message.params["membership"]).first()
    )
    if membership is None:
        return None
    path = reverse("sharing", args=[membership.pk])
    return {
        "name": one_line(membership.tie.name),
        "elsewhere": message.params.get("elsewhere", False),
        "link": links.absolute(path),
    }


@kinds.register("networks/join_request", about=_("A question: somebody would like to join"))
def join_request(message: Message) -> dict[str, Any] | None:
    """To the owner. Nothing when it was answered or taken back."""
    waiting = JoinRequest.objects.waiting().select_related("member")
    found = waiting.filter(pk=message.params["request"]).first()
    if found is None:
        return None
    path = reverse("join_request", args=[found.pk])
    return {"name": found.member.called, "note": found.note, "link": links.absolute(path)}


@kinds.register("networks/approved", about=_("News: you have joined"))
def approved(message: Message) -> dict[str, Any] | None:
    """To whoever asked. Nothing when it has ended meanwhile."""
    memberships = Membership.objects.active().select_related("owner")
    membership = memberships.filter(pk=message.params["membership"]).first()
    if membership is None:
        return None
    owner = membership.owner.called
    return {
        "owner": owner,
        "sees": sharing.words_for_member(membership.shown, name=owner),
        "link": links.absolute(reverse("support")),
    }


@kinds.register("networks/organiser", about=_("A question: would you help to organise?"))
def organiser(message: Message) -> dict[str, Any] | None:
    """To a member. Nothing when the question was taken back, or they may not hear of anything new."""
    found = Membership.objects.active().filter(pk=message.params["membership"], limited_at=None)
    membership = found.filter(organiser_asked_at__isnull=False).select_related("owner").first()
    if membership is None:
        return None
    owner = membership.owner.called
    path = reverse("organise", args=[membership.pk])
    return {
        "owner": owner,
        "terms": sharing.organiser_for_member(name=owner),
        "link": links.absolute(path),
    }
