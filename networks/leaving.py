"""What of a network somebody takes along who leaves, and how they go out of those of others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db.models import F, Q

from accounts import leaving
from accounts.models import User
from networks.models import (
    Invitation,
    JoinRequest,
    Membership,
    NetworkWishes,
    OwnWords,
    Signal,
    Tie,
    TieMove,
    Touch,
)
from networks.services.memberships import end_membership

Rows = Iterable[leaving.Row]
# Nobody's but the owner's.
PRIVATE = {"tie": ("helps", "hinders", "energy"), "touch": ("afterwards", "note")}


@leaving.packs
def people(person: User, private: bool) -> dict[str, Rows]:
    """Whom they know, and what they wrote about them."""
    hidden = {} if private else PRIVATE
    ties = Tie.objects.kept_by(person).order_by("pk")
    touches = Touch.objects.filter(tie__owner=person).order_by("pk")
    moves = TieMove.objects.filter(tie__owner=person).order_by("pk")
    words = OwnWords.objects.filter(owner=person).order_by("pk")
    return {
        "people": list(ties.values(*leaving.columns(Tie, "form_key", *hidden.get("tie", ())))),
        "contacts": list(
            touches.values(*leaving.columns(Touch, "form_key", *hidden.get("touch", ())), name=F("tie__name"))
        ),
        "circles-over-time": list(moves.values(*leaving.columns(TieMove), name=F("tie__name"))),
        "own-words": list(words.values(*leaving.columns(OwnWords, "form_key"))),
        "wishes-for-your-network": list(
            NetworkWishes.objects.filter(owner=person).values(*leaving.columns(NetworkWishes))
        ),
    }


@leaving.packs
def sharing(person: User, private: bool) -> dict[str, Rows]:
    """Whom they invited, who sees what."""
    del private
    invitations = Invitation.objects.filter(tie__owner=person).order_by("pk")
    members = Membership.objects.filter(owner=person).select_related("tie").order_by("pk")
    hidden = ("nonce", "token_hash", "form_key", "share_ends")
    columns = leaving.columns(Invitation, *hidden)
    sent = invitations.annotate(name=F("tie__name"))
    return {
        "invitations": [
            {name: getattr(one, name) for name in (*columns, "name")} | {"until": _untils(one)}
            for one in sent
        ],
        "who-sees-what": [_seen_by(one) for one in members],
    }


def _seen_by(membership: Membership) -> leaving.Row:
    columns = ("role", "limited_at", "created_at", "ended_at")
    return {
        "shares": membership.shares,
        "until": _untils(membership),
        **{name: getattr(membership, name) for name in columns},
        "name": membership.tie.name,
    }


def _untils(held: Membership | Invitation) -> dict[str, str]:
    ends = {share: held.until_at(share) for share in held.share_ends}
    return {share: at.isoformat() for share, at in ends.items() if at}


@leaving.packs
def supporting(person: User, private: bool) -> dict[str, Rows]:
    """What they said to the people they support: nothing of how those share with them."""
    del private
    mine = Membership.objects.filter(member=person).order_by("pk")
    asked = JoinRequest.objects.by(person).order_by("pk")
    said = Signal.objects.filter(by=person).order_by("pk")
    talked = Touch.objects.filter(logged_by=person).exclude(tie__owner=person).order_by("pk")
    return {
        "people-you-support": list(
            mine.values("weekly_cap", "paused_at", "created_at", name=F("owner__name"))
        ),
        "words-without-reply": list(said.values("kind", "sent_at")),
        "you-were-in-touch": list(talked.values("happened_at", name=F("tie__owner__name"))),
        "you-asked-to-join": list(asked.values("note", "asked_at", name=F("owner__name"))),
    }


@leaving.knows
def both_sides(person: User) -> Iterator[int]:
    """Those in their network with an account, and those in whose network they are."""
    pairs = Membership.objects.filter(Q(owner=person) | Q(member=person)).values_list("owner", "member")
    return (key for pair in pairs for key in pair)


@leaving.says
def leave_networks(person: User, now: dt.datetime) -> None:
    """Out of everybody's network, and everybody out of theirs: as when somebody leaves or is removed. No letters."""
    del now
    both = Membership.objects.active().filter(Q(owner=person) | Q(member=person))
    for membership in both.order_by("pk"):
        end_membership(membership=membership, by=person)
