"""What those who joined may see, breaks, and how a membership ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from accounts.models import Consent, User
from networks import errors, kept, sharing
from networks.models import Membership, MembershipQuerySet, Role
from networks.services import records

Ends = Mapping[str, dt.datetime | None]
# No end at all: what was not shared before had none.
NEW = object()
# How many one sweep tidies; the next one goes on.
A_BATCH = 500


@transaction.atomic
def change_shares(
    *,
    membership: Membership,
    shares: Iterable[str],
    by: User,
    ends: Ends | None = None,
    seen: Iterable[str] | None = None,
) -> Membership:
    """Set what a member may see, from this moment. Only the owner can. The member is not told.

    `ends` says of some when they end by themselves, or, with None, that they do not; others keep the end they have.
    `seen` is what was ticked on the page: what was taken back or ended since is not given again by saving it.
    """
    locked = held_by_owner(membership, by=by)
    before = {share: locked.until_at(share) for share in locked.shown}
    wanted = before | dict(ends or {})
    chosen = _chosen(set(shares), before, None if seen is None else set(seen))
    after = {share.value: wanted.get(share.value) for share in sharing.in_order(chosen)}
    locked.set_shares(after)
    gone = before.keys() - after.keys()
    if gone:
        locked.narrowed_at = timezone.now()
    locked.save(update_fields=[*Membership.SHARING, "narrowed_at"])
    records.record_given(locked, {share for share, at in after.items() if before.get(share, NEW) != at})
    records.record_change(locked, Consent.Act.WITHDRAWN, set(gone))
    return locked


def _chosen(ticked: set[str], now: Iterable[str], seen: set[str] | None) -> set[str]:
    """Of a page that was open for a while only what was changed on it counts."""
    return ticked if seen is None else (set(now) - (seen - ticked)) | (ticked - seen)


def sweep_share_ends(*, now: dt.datetime) -> int:
    """Tidy away what has come to its end, so that what hangs on it is put right; says for how many members.

    They see it no more from the moment itself; the record said until when. Safe to run at any time and side by side.
    """
    due = Membership.objects.with_an_end_behind(now).order_by("next_end_at").values_list("pk", flat=True)
    return sum(_tidied(pk, now) for pk in list(due[:A_BATCH]))


@transaction.atomic
def _tidied(pk: int, now: dt.datetime) -> bool:
    locked = Membership.objects.with_an_end_behind(now).select_for_update(of=("self",)).filter(pk=pk).first()
    if locked is None:
        return False  # another sweep, or the owner, was here first
    locked.set_shares({share: locked.until_at(share) for share in locked.shown})
    locked.narrowed_at = now
    locked.save(update_fields=[*Membership.SHARING, "narrowed_at"])
    return True


@transaction.atomic
def end_membership(*, membership: Membership, by: User) -> None:
    """Either side ends it at once; the other is not told. Ending twice is once."""
    rows = Membership.objects.select_for_update(of=("self",)).select_related("owner", "member", "tie")
    locked = rows.filter(pk=membership.pk).first()
    if locked is None:
        return  # the other side has just left for good, and it went with them
    if by.pk not in (locked.owner_id, locked.member_id):
        raise errors.NotYours
    if locked.ended_at:
        return
    end_role(locked)
    locked.ended_at = locked.narrowed_at = timezone.now()
    locked.ended_by = by
    view, locked.limited_at, locked.kept_view = locked.kept_view, None, None
    locked.save(update_fields=["ended_at", "ended_by", "narrowed_at", "limited_at", "kept_view"])
    kept.let_go(locked, view or {})
    records.record_change(locked, Consent.Act.WITHDRAWN, set(locked.shown))


@transaction.atomic
def limit(*, membership: Membership, by: User, now: dt.datetime, no_organiser: bool = False) -> None:
    """From now on the member sees nothing new, and nothing tells them so. Limiting twice is once.

    Who organises acts in the owner's name and so cannot see less: with `no_organiser` that ends, too, without
    it StillOrganises is raised. A question whether they would is taken back.
    """
    locked = held_by_owner(membership, by=by)
    if locked.limited_at:
        return
    if locked.role == Role.ORGANISER and not no_organiser:
        raise errors.StillOrganises
    end_role(locked)
    locked.kept_view = kept.view_of(locked, now)
    locked.limited_at = now
    locked.save(update_fields=["limited_at", "kept_view"])


def end_role(locked: Membership) -> None:
    """They do not organise any more and are not asked to; who agreed to what is on record. Nobody is told."""
    was, locked.role, locked.organiser_asked_at = locked.role, Role.SUPPORTER, None
    locked.save(update_fields=["role", "organiser_asked_at"])
    if was == Role.ORGANISER:
        records.record_role(locked, Consent.Act.WITHDRAWN)


@transaction.atomic
def end_limit(*, membership: Membership, by: User) -> None:
    """The member sees again what is shared with them, the time between included."""
    locked = held_by_owner(membership, by=by)
    view, locked.limited_at, locked.kept_view = locked.kept_view, None, None
    locked.save(update_fields=["limited_at", "kept_view"])
    kept.let_go(locked, view or {})


def take_break(*, by: User, now: dt.datetime, only: Membership | None = None) -> None:
    """`by`, a member, is told of nothing until they go on: in this network, or in every one they joined.

    Needs no reason, and nobody is written to. Taking one twice is taking it once.
    """
    _joined(by, only).filter(paused_at=None).update(paused_at=now)


def end_break(*, by: User, only: Membership | None = None) -> None:
    """`by` may be told again, in this network or in every one they joined."""
    _joined(by, only).update(paused_at=None)


def held_by_owner(membership: Membership, *, by: User) -> Membership:
    """Locked until the transaction ends, for its owner alone. Raises NotYours or NoLongerJoined."""
    return _held(membership, by=by, side="owner_id")


def held_by_member(membership: Membership, *, by: User) -> Membership:
    """The same for the member."""
    return _held(membership, by=by, side="member_id")


def _held(membership: Membership, *, by: User, side: str) -> Membership:
    held = Membership.objects.select_for_update(of=("self",)).select_related("owner", "member", "tie")
    locked = held.filter(pk=membership.pk).first()
    if locked is None:
        raise errors.NoLongerJoined
    if getattr(locked, side) != by.pk:
        raise errors.NotYours
    if locked.ended_at:
        raise errors.NoLongerJoined
    return locked


def _joined(by: User, only: Membership | None) -> MembershipQuerySet:
    mine = Membership.objects.supported_by(by)
    return mine if only is None else mine.filter(pk=only.pk)
