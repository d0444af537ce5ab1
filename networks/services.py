"""What can be done to a network. Every verb is one transaction and says who does it in `by`."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Max, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone, translation

from accounts.models import Consent, User
from networks import errors, sharing
from networks.models import (
    FORGET_AFTER,
    MOST_SENDS,
    OPEN_FOR,
    Invitation,
    Membership,
    MembershipQuerySet,
    Tie,
    Touch,
)
from outbox.services import queue

# Nobody can use invitations to write to somebody again and again, or to many people at once.
MOST_A_DAY = 20


# Ties ------------------------------------------------------------------------------------------


@transaction.atomic
def add_tie(*, by: User, name: str, circle: str, form_key: uuid.UUID | None = None, **details: Any) -> Tie:
    """Put somebody in `by`'s network. The same form sent twice is one tie."""
    tie, _created = Tie.objects.get_or_create(
        owner=by, form_key=form_key or uuid.uuid4(), defaults={"name": name, "circle": circle, **details}
    )
    return tie


@transaction.atomic
def edit_tie(*, tie: Tie, by: User, **details: Any) -> Tie:
    """Change what the owner wrote about somebody, or move them to another circle."""
    _locked(tie, by=by)
    for field, value in details.items():
        setattr(tie, field, value)
    tie.save(update_fields=list(details))
    return tie


@transaction.atomic
def remove_tie(*, tie: Tie, by: User) -> None:
    """Take somebody out: what they could see ends now, an unanswered invitation is withdrawn, nobody is told.

    Their name stays beside the owner's own past check-ins; how to reach them is wiped. Removing twice is once.
    """
    now = timezone.now()
    if _locked(tie, by=by, removed_too=True).removed_at:
        return
    for membership in tie.memberships.active():
        end_membership(membership=membership, by=by)
    tie.invitations.unanswered().update(withdrawn_at=now)
    tie.invitations.update(note="")
    wiped = {"relationship": "", "supports": [], "phone": "", "email": ""}
    Tie.objects.filter(pk=tie.pk).update(removed_at=now, **wiped)


@transaction.atomic
def log_touch(
    *, tie: Tie, by: User, at: dt.datetime, how: str = "", form_key: uuid.UUID | None = None
) -> Touch:
    """Note one real contact at `at`. Logging an older one never makes the tie look colder.

    `form_key` sent twice for the same tie is one touch; one key may log several ties.
    """
    details = {"happened_at": at, "how": how, "logged_by": by}
    touch, created = (
        Touch.objects.get_or_create(tie=tie, form_key=form_key, defaults=details)
        if form_key
        else (Touch.objects.create(tie=tie, **details), True)
    )
    if created:
        # PostgreSQL's GREATEST passes over NULL, so a first contact needs no case of its own.
        Tie.objects.filter(pk=tie.pk).update(last_touch_at=Greatest(F("last_touch_at"), at))
        tie.refresh_from_db(fields=["last_touch_at"])
    return touch


@transaction.atomic
def undo_touch(*, touch: Touch, by: User) -> None:
    """Take back a contact that `by` logged by mistake."""
    if touch.logged_by_id != by.pk:
        raise errors.NotYours
    tie = Tie.objects.select_for_update().get(pk=touch.tie_id)
    touch.delete()
    tie.last_touch_at = tie.touches.aggregate(latest=Max("happened_at"))["latest"]
    tie.save(update_fields=["last_touch_at"])


# Invitations -----------------------------------------------------------------------------------


@transaction.atomic
def invite(
    *,
    tie: Tie,
    by: User,
    email: str,
    shares: Iterable[str] = (),
    note: str = "",
    form_key: uuid.UUID | None = None,
) -> Invitation:
    """Ask somebody to join. The letter is on its way when this returns and the transaction commits.

    Raises a DomainError when this address may not be asked (now): see `_refuse_if_unwelcome`.
    """
    now, email, chosen = timezone.now(), email.strip().lower(), sharing.in_order(shares)
    _hold(by.pk)
    tie = _locked(tie, by=by)
    again = tie.invitations.filter(form_key=form_key).first() if form_key else None
    if again:
        return again
    tie.invitations.unanswered().filter(expires_at__lte=now).update(withdrawn_at=now)
    _refuse_if_unwelcome(tie, by=by, email=email, now=now)
    invitation = Invitation(
        tie=tie,
        email=email,
        shares=[share.value for share in chosen],
        share_words=sharing.words_for_owner(chosen, name=tie.name),
        language=_language(),
        note=note,
        last_sent_at=now,
        expires_at=now + OPEN_FOR,
        form_key=form_key or uuid.uuid4(),
    )
    invitation.token_hash = Invitation.hash_of(invitation.token())
    invitation.save()
    _send(invitation)
    return invitation


@transaction.atomic
def resend(*, invitation: Invitation, by: User, seen: int) -> Invitation:
    """Send the same link once more and give it its whole time again.

    `seen` is how often it had been sent when the person pressed the button: pressing twice sends once.
    """
    _hold(by.pk)
    tie, now = _locked(invitation.tie, by=by), timezone.now()
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
    invitation.token_hash = Invitation.hash_of(invitation.token())
    invitation.save(update_fields=["sent_count", "last_sent_at", "expires_at", "token_hash"])
    _send(invitation)
    return invitation


@transaction.atomic
def withdraw(*, invitation: Invitation, by: User) -> None:
    """Make the link useless. Nobody is told. Withdrawing twice is once."""
    _locked(invitation.tie, by=by)
    Invitation.objects.unanswered().filter(pk=invitation.pk).update(withdrawn_at=timezone.now())
    invitation.refresh_from_db()
    if not invitation.withdrawn_at:
        raise errors.NotOpen


@transaction.atomic
def accept(*, invitation: Invitation, by: User) -> Membership:
    """Join. The database decides between two who press at the same moment; accepting twice is once.

    Raises OwnInvitation, NotOpen or AlreadySupporting.
    """
    # The owner too: one person may be answering two invitations of theirs at this moment.
    _hold(invitation.tie.owner_id)
    held = Tie.objects.select_for_update(of=("self",), no_key=True).select_related("owner")
    tie = held.get(pk=invitation.tie_id)
    if tie.owner_id == by.pk:
        raise errors.OwnInvitation
    now = timezone.now()
    claimed = Invitation.objects.open(now).filter(pk=invitation.pk)
    if not claimed.update(accepted_at=now, accepted_by=by):
        return _joined_before(invitation, by=by)
    if Membership.objects.of(tie.owner).supported_by(by).exists():
        raise errors.AlreadySupporting
    invitation.refresh_from_db()
    membership = Membership.objects.create(tie=tie, owner=tie.owner, member=by, shares=invitation.shares)
    if invitation.shares:
        _record(membership, Consent.Act.GIVEN, invitation.shares, invitation.share_words, invitation.language)
    key = f"networks/accepted:{membership.pk}"
    queue(
        kind="networks/accepted",
        dedupe_key=key,
        recipient=tie.owner,
        owner=tie.owner,
        params={"membership": membership.pk},
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


# Memberships -----------------------------------------------------------------------------------


@transaction.atomic
def change_shares(*, membership: Membership, shares: Iterable[str], by: User) -> Membership:
    """Set what a member may see, from this moment. Only the owner can. The member is not told."""
    locked = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    if locked.owner_id != by.pk:
        raise errors.NotYours
    if locked.ended_at:
        raise errors.NoLongerJoined
    before, after = set(locked.shares), set(shares)
    locked.shares = [share.value for share in sharing.in_order(after)]
    locked.save(update_fields=["shares"])
    _record_change(locked, Consent.Act.GIVEN, after - before)
    _record_change(locked, Consent.Act.WITHDRAWN, before - after)
    return locked


@transaction.atomic
def end_membership(*, membership: Membership, by: User) -> None:
    """Either side ends it at once; the other is not told. Ending twice is once."""
    locked = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    if by.pk not in (locked.owner_id, locked.member_id):
        raise errors.NotYours
    if locked.ended_at:
        return
    locked.ended_at, locked.ended_by = timezone.now(), by
    locked.save(update_fields=["ended_at", "ended_by"])
    _record_change(locked, Consent.Act.WITHDRAWN, set(locked.shares))


def take_break(*, by: User, now: dt.datetime, only: Membership | None = None) -> None:
    """`by`, a member, is told of nothing until they go on: in this network, or in every one they joined.

    Needs no reason, and nobody is written to. Taking one twice is taking it once.
    """
    _joined(by, only).filter(paused_at=None).update(paused_at=now)


def end_break(*, by: User, only: Membership | None = None) -> None:
    """`by` may be told again, in this network or in every one they joined."""
    _joined(by, only).update(paused_at=None)


# Pieces ----------------------------------------------------------------------------------------


def _joined(by: User, only: Membership | None) -> MembershipQuerySet:
    mine = Membership.objects.supported_by(by)
    return mine if only is None else mine.filter(pk=only.pk)


def _hold(owner_pk: int) -> None:
    """One at a time for whatever counts over all ties of an owner. Always before a tie: no deadlock."""
    User.objects.select_for_update(no_key=True).get(pk=owner_pk)


def _locked(tie: Tie, *, by: User, removed_too: bool = False) -> Tie:
    """The tie, held until the transaction ends: changes around one person happen one after another."""
    theirs = Tie.objects.ever_of(by) if removed_too else Tie.objects.of(by)
    held = theirs.select_for_update(of=("self",)).select_related("owner").filter(pk=tie.pk).first()
    if held is None:
        raise errors.GoneTie
    return held


def _refuse_if_unwelcome(tie: Tie, *, by: User, email: str, now: dt.datetime) -> None:
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


def _record_change(membership: Membership, act: Consent.Act, shares: set[str]) -> None:
    if shares:
        words = sharing.words_for_owner(shares, name=membership.tie.name)
        _record(membership, act, sharing.in_order(shares), words, _language())


def _record(
    membership: Membership, act: Consent.Act, shares: Iterable[str], words: str, language: str
) -> None:
    Consent.objects.create(
        subject=membership.owner,
        grantee=membership.member,
        purpose=Consent.Purpose.SHARE,
        act=act,
        categories=[str(share) for share in shares],
        text=words,
        language=language,
    )


def _language() -> str:
    return (translation.get_language() or "en")[:10]
