"""A link that the owner hands around, and what those who open it ask. The owner decides about each."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction

from accounts import tokens
from accounts.models import User
from networks import errors, sharing
from networks.models import FORGET_AFTER, JoinRequest, Membership, ShareLink, Tie
from networks.services import locks, records
from networks.services.memberships import Ends
from outbox.services import queue

# How long a link can be used.
LINK_HOLDS = dt.timedelta(days=30)
A_DAY = dt.timedelta(days=1)
MOST_LINKS_A_DAY = 5
# What one person may ask in a day, and how many an owner may find waiting: nobody is flooded.
MOST_ASKED_A_DAY = 5
MOST_WAITING = 20


@transaction.atomic
def make_link(*, by: User, now: dt.datetime) -> ShareLink:
    """A new link; the one before stops working. Raises TooManyLinks."""
    locks.hold(by.pk)
    mine = ShareLink.objects.of(by)
    if mine.filter(created_at__gt=now - A_DAY).count() >= MOST_LINKS_A_DAY:
        raise errors.TooManyLinks
    mine.filter(revoked_at=None).update(revoked_at=now)
    link = ShareLink(owner=by, nonce=uuid.uuid4(), expires_at=now + LINK_HOLDS)
    link.token_hash = tokens.hash_of(link.token())
    link.save()
    return link


@transaction.atomic
def revoke_links(*, by: User, now: dt.datetime) -> None:
    """No link of theirs works any more. What was asked before can still be answered."""
    ShareLink.objects.of(by).filter(revoked_at=None).update(revoked_at=now)


@transaction.atomic
def ask_to_join(*, link: ShareLink, by: User, note: str, now: dt.datetime) -> JoinRequest:
    """Asking twice is once. Raises OwnLink, LinkHasEnded, AlreadySupporting, AskedLately or TooManyAsked."""
    locks.hold(link.owner_id)
    if link.owner_id == by.pk:
        raise errors.OwnLink
    if not ShareLink.objects.live(now).filter(pk=link.pk).exists():
        raise errors.LinkHasEnded
    if Membership.objects.of(link.owner).supported_by(by).exists():
        raise errors.AlreadySupporting
    before = JoinRequest.objects.to(link.owner).by(by)
    # Turned down or not yet answered: asking again says the same, so that nobody learns which by trying.
    standing = before.filter(approved_at=None, taken_back_at=None).order_by("-pk").first()
    if standing:
        return standing
    _refuse_too_much(
        link, before.filter(asked_at__gt=now - FORGET_AFTER).exclude(approved_at__isnull=False), by, now
    )
    made = JoinRequest.objects.create(link=link, owner=link.owner, member=by, note=note, asked_at=now)
    _write_to_owner(made)
    return made


def _refuse_too_much(link: ShareLink, lately: Iterable[JoinRequest], by: User, now: dt.datetime) -> None:
    if list(lately):
        raise errors.AskedLately
    asked = JoinRequest.objects.by(by).filter(asked_at__gt=now - A_DAY).count()
    if asked >= MOST_ASKED_A_DAY or JoinRequest.objects.to(link.owner).waiting().count() >= MOST_WAITING:
        raise errors.TooManyAsked


@transaction.atomic
def approve(
    *,
    request: JoinRequest,
    by: User,
    shares: Iterable[str],
    now: dt.datetime,
    tie: Tie | None = None,
    ends: Ends | None = None,
    **new: str,
) -> Membership:
    """They join, as somebody who is in the circles already (`tie`) or as somebody new (`name`, `circle`).

    Raises RequestHasEnded, AlreadyJoined, or GoneTie.
    """
    locks.hold(by.pk)
    waiting = _held(request, by=by)
    tie = locks.locked(tie, by=by) if tie else Tie.objects.create(owner=by, **new)
    if tie.memberships.active().exists() or Membership.objects.of(by).supported_by(waiting.member).exists():
        raise errors.AlreadyJoined
    tie.invitations.unanswered().update(withdrawn_at=now)
    membership = Membership(tie=tie, owner=by, member=waiting.member)
    membership.set_shares({share.value: (ends or {}).get(share.value) for share in sharing.in_order(shares)})
    membership.save()
    waiting.approved_at, waiting.membership = now, membership
    waiting.save(update_fields=["approved_at", "membership"])
    records.record_given(membership, set(membership.shares))
    _write_to_member(membership)
    return membership


@transaction.atomic
def turn_down(*, request: JoinRequest, by: User, now: dt.datetime) -> None:
    """Nobody is told; whoever asked sees that it is not answered. Raises RequestHasEnded."""
    waiting = _held(request, by=by)
    waiting.declined_at = now
    waiting.save(update_fields=["declined_at"])


@transaction.atomic
def take_back(*, owner: User, by: User, now: dt.datetime) -> None:
    """Whoever asked does not ask any more; it looks the same whether they had been turned down or not."""
    mine = JoinRequest.objects.to(owner).by(by).filter(approved_at=None, taken_back_at=None)
    mine.update(taken_back_at=now, declined_at=None)


def _held(request: JoinRequest, *, by: User) -> JoinRequest:
    rows = JoinRequest.objects.to(by).waiting().select_for_update(of=("self",)).select_related("member")
    waiting = rows.filter(pk=request.pk).first()
    if waiting is None:
        raise errors.RequestHasEnded
    return waiting


def _write_to_owner(request: JoinRequest) -> None:
    queue(
        kind="networks/join_request",
        dedupe_key=f"networks/join_request:{request.pk}",
        recipient=request.owner,
        owner=request.owner,
        params={"request": request.pk},
    )


def _write_to_member(membership: Membership) -> None:
    queue(
        kind="networks/approved",
        dedupe_key=f"networks/approved:{membership.pk}",
        recipient=membership.member,
        owner=membership.owner,
        params={"membership": membership.pk},
    )
