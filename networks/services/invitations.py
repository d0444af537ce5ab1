"""Asking somebody to join, and what they answer."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Case, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import tokens
from accounts.models import User
from networks import errors, sharing
from networks.models import (
    FORGET_AFTER,
    MOST_SENDS,
    OPEN_FOR,
    Invitation,
    Membership,
    Tie,
    TieKind,
)
from networks.services import locks, records
from networks.services.memberships import Ends
from outbox.services import queue

# Nobody can use invitations to write to somebody again and again, or to many people at once.
MOST_A_DAY = 20


@transaction.atomic
def invite(
    *,
    tie: Tie,
    by: User,
    email: str,
    shares: Iterable[str] = (),
    note: str = "",
    form_key: uuid.UUID | None = None,
    ends: Ends | None = None,
) -> Invitation:
    """Ask somebody to join. The letter is on its way when this returns and the transaction commits.

    `ends` says of some shares when they end by themselves, whenever the answer comes.
    Raises a DomainError when this address may not be asked (now): see `_refuse_if_unwelcome`.
    """
    now, email, chosen = timezone.now(), email.strip().lower(), sharing.in_order(shares)
    locks.hold(by.pk)
    tie = locks.locked(tie, by=by)
    again = tie.invitations.filter(form_key=form_key).first() if form_key else None
    if again:
        return again
    tie.invitations.unanswered().filter(expires_at__lte=now).update(withdrawn_at=now)
    _refuse_if_unwelcome(tie, by=by, email=email, now=now)
    invitation = Invitation(
        tie=tie,
        email=email,
        share_words=sharing.words_for_owner(chosen, name=tie.name),
        language=records.language(),
        note=note,
        last_sent_at=now,
        expires_at=now + OPEN_FOR,
        form_key=form_key or uuid.uuid4(),
    )
    invitation.set_shares({share.value: (ends or {}).get(share.value) for share in chosen})
    invitation.token_hash = tokens.hash_of(invitation.token())
    invitation.save()
    _send(invitation)
    return invitation


@transaction.atomic
def resend(*, invitation: Invitation, by: User, seen: int) -> Invitation:
    """Send the same link once more and give it its whole time again.

    `seen` is how often it had been sent when the person pressed the button: pressing twice sends once.
    """
    locks.hold(by.pk)
    tie, now = locks.locked(invitation.tie, by=by), timezone.now()
    invitation.refresh_from_db()
    if invitation.sent_count > seen:
        return invitation
    if not invitation.can_be_resent:
        raise errors.NotOpen
    if _letters(by, invitation.email, now) >= MOST_SENDS:
        raise errors.AskedEnough
    invitation.tie = tie
    invitation.sent_count += 1
    invitation.last_sent_at, invitation.expires_at = now, now + OPEN_FOR
    # Made again, because a new secret key makes another token.
    invitation.token_hash = tokens.hash_of(invitation.token())
    invitation.save(update_fields=["sent_count", "last_sent_at", "expires_at", "token_hash"])
    _send(invitation)
    return invitation


@transaction.atomic
def withdraw(*, invitation: Invitation, by: User) -> None:
    """Make the link useless. Nobody is told. Withdrawing twice is once."""
    locks.locked(invitation.tie, by=by)
    Invitation.objects.unanswered().filter(pk=invitation.pk).update(withdrawn_at=timezone.now())
    invitation.refresh_from_db()
    if not invitation.withdrawn_at:
        raise errors.NotOpen


@transaction.atomic
def accept(*, invitation: Invitation, by: User) -> Membership:
    """Join. The database decides between two who press at the same moment; accepting twice is once.

    The link works for another address, too; but then nothing is shared before the owner has looked who it is.
    Raises OwnInvitation, NotOpen or AlreadySupporting.
    """
    # The owner too: one person may be answering two invitations of theirs at this moment.
    locks.hold(invitation.tie.owner_id)
    held = Tie.objects.select_for_update(of=("self",), no_key=True).select_related("owner")
    tie = held.get(pk=invitation.tie_id)  # there, for its owner is held
    if tie.owner_id == by.pk:
        raise errors.OwnInvitation
    now = timezone.now()
    claimed = Invitation.objects.open(now).filter(pk=invitation.pk)
    if not claimed.update(accepted_at=now, accepted_by=by):
        return _joined_before(invitation, by=by)
    if Membership.objects.of(tie.owner).supported_by(by).exists():
        raise errors.AlreadySupporting
    invitation.refresh_from_db()
    elsewhere = by.email != invitation.email
    membership = Membership(tie=tie, owner=tie.owner, member=by)
    membership.set_shares(
        {share: invitation.until_at(share) for share in ([] if elsewhere else invitation.shown)}
    )
    membership.save()
    records.record_invited(membership, invitation)
    queue(
        kind="networks/accepted",
        dedupe_key=f"networks/accepted:{membership.pk}",
        recipient=tie.owner,
        owner=tie.owner,
        params={"membership": membership.pk, "elsewhere": elsewhere},
    )
    return membership


@transaction.atomic
def decline(*, invitation: Invitation, by: User | None = None) -> None:
    """Say no, with or without an account. Declining twice is once. No letter goes to anybody."""
    if by is not None and invitation.tie.owner_id == by.pk:
        raise errors.OwnInvitation
    now = timezone.now()
    Invitation.objects.open(now).filter(pk=invitation.pk).update(declined_at=now)
    invitation.refresh_from_db()
    if not invitation.declined_at:
        raise errors.NotOpen


def sweep_invitations(*, now: dt.datetime) -> int:
    """Forget address and words of everybody who was asked long ago and did not join; says how many.

    One that ran out ends for good: without an address it cannot be sent again.
    """
    old = Invitation.objects.forgettable(now)
    ended = Coalesce("withdrawn_at", Case(When(declined_at=None, then=Value(now))))
    return old.update(email="", note="", withdrawn_at=ended)


def _refuse_if_unwelcome(tie: Tie, *, by: User, email: str, now: dt.datetime) -> None:
    if tie.kind != TieKind.PERSON:
        raise errors.OnlyPeople
    if email == by.email:
        raise errors.OwnAddress
    if tie.memberships.active().exists():
        raise errors.AlreadyJoined
    mine = Invitation.objects.of(by)
    if tie.invitations.unanswered().exists() or mine.open(now).filter(email=email).exists():
        raise errors.AlreadyInvited
    # Only what the owner wrote is compared: they must not learn the address somebody joined with.
    if mine.filter(email=email, accepted_at__isnull=False, tie__memberships__ended_at=None).exclude(
        tie__memberships=None
    ):
        raise errors.AlreadyJoined
    _refuse_if_too_much(by=by, email=email, now=now)


def _refuse_if_too_much(*, by: User, email: str, now: dt.datetime) -> None:
    sent = Invitation.objects.filter(tie__owner=by)
    if sent.filter(email=email, declined_at__gt=now - FORGET_AFTER).exists():
        raise errors.SaidNo
    if _letters(by, email, now) >= MOST_SENDS:
        raise errors.AskedEnough
    if sent.filter(created_at__gt=now - dt.timedelta(days=1)).count() >= MOST_A_DAY:
        raise errors.TooManyToday


def _letters(by: User, email: str, now: dt.datetime) -> int:
    """How many letters this address had from this owner in the last month."""
    recent = Invitation.objects.filter(tie__owner=by, email=email, last_sent_at__gt=now - FORGET_AFTER)
    return recent.aggregate(sent=Sum("sent_count"))["sent"] or 0


def _send(invitation: Invitation) -> None:
    queue(
        kind="networks/invitation",
        dedupe_key=f"networks/invitation:{invitation.pk}:{invitation.sent_count}",
        address=invitation.email,
        owner=invitation.tie.owner,
        params={"invitation": invitation.pk, "sending": invitation.sent_count},
    )


def _joined_before(invitation: Invitation, *, by: User) -> Membership:
    """The membership this same person got from this invitation a moment ago."""
    mine = Membership.objects.supported_by(by).filter(tie__invitations=invitation)
    membership = mine.filter(tie__invitations__accepted_by=by).first()
    if membership is None:
        raise errors.NotOpen
    return membership
