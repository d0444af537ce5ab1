"""Contacts: one clock for a tie, whoever logs them and wherever."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts import times
from accounts.models import User
from networks import errors
from networks.models import Membership, NetworkWishes, Tie, Touch


@transaction.atomic
def log_touch(
    *,
    tie: Tie,
    by: User,
    at: dt.datetime,
    how: str = "",
    afterwards: str = "",
    note: str = "",
    form_key: uuid.UUID | None = None,
) -> Touch:
    """Note one real contact at `at`. Logging an older one never makes the tie look colder.

    `form_key` sent twice for the same tie is one touch; one key may log several ties.
    """
    details = {"happened_at": at, "how": how, "afterwards": afterwards, "note": note, "logged_by": by}
    touch, created = (
        Touch.objects.get_or_create(tie=tie, form_key=form_key, defaults=details)
        if form_key
        else (Touch.objects.create(tie=tie, **details), True)
    )
    if created:
        # PostgreSQL's GREATEST passes over NULL, so a first contact needs no case of its own.
        Tie.objects.filter(pk=tie.pk).update(last_touch_at=Greatest(F("last_touch_at"), at))
        tie.refresh_from_db(fields=["last_touch_at", "removed_at"])
    if created and tie.removed_at:
        # Removed while this was on its way: what is written of them goes, as it did then.
        Touch.objects.filter(pk=touch.pk).update(afterwards="", note="")
    return touch


@transaction.atomic
def log_touch_as_member(*, membership: Membership, by: User, at: dt.datetime) -> Touch:
    """ "We talked today", said by the other side: it counts as if the owner had logged it.

    Saying it again on the same day of theirs is saying it once. They never see what the owner logged.
    Raises NotYours, NoLongerJoined.
    """
    if membership.member_id != by.pk:
        raise errors.NotYours
    # Two taps wait for each other.
    tie = Tie.objects.select_for_update(no_key=True).filter(pk=membership.tie_id).first()
    if tie is None or not Membership.objects.active().filter(pk=membership.pk).exists():
        raise errors.NoLongerJoined
    today = by_member_on(membership=membership, by=by, day=at.astimezone(by.zone).date())
    return today or log_touch(tie=tie, by=by, at=at)


def by_member_on(*, membership: Membership, by: User, day: dt.date) -> Touch | None:
    """What this member said of that day on their calendar, and nothing that anybody else logged."""
    begins, ends = (times.instant(on, dt.time(), by.zone) for on in (day, day + dt.timedelta(days=1)))
    theirs = Touch.objects.filter(tie=membership.tie_id, logged_by=by, logged_at__gte=membership.created_at)
    return theirs.filter(happened_at__gte=begins, happened_at__lt=ends).order_by("pk").first()


@transaction.atomic
def tell_touch(
    *,
    touch: Touch,
    by: User,
    at: dt.datetime,
    to: Tie | None = None,
    how: str = "",
    afterwards: str = "",
    note: str = "",
) -> Touch:
    """Say more about a contact that is logged: the owner's second step, whenever they like.

    `to` is whom it was with, where a wrong name was tapped. With whom, when and how stay as the other side said it;
    how it felt and the note are the owner's alone. Raises NotYours, GoneTie, GoneTouch.
    """
    was, to = _both(touch.tie_id, to, by=by)
    _as_it_is(touch, was)
    touch.afterwards, touch.note = afterwards, note
    if touch.logged_by_id == by.pk:
        touch.happened_at, touch.how = at, how
        if to is not was:
            _move(touch, to)
    touch.save(update_fields=["afterwards", "note", "happened_at", "how", "tie", "form_key"])
    for tie in {was, to}:
        _set_clock(tie)
    return touch


def _both(tie_id: int, to: Tie | None, *, by: User) -> tuple[Tie, Tie]:
    """Whom it was logged for and whom it was with, held in one order whichever way it goes, so that nobody waits."""
    wanted = {tie_id, to.pk if to else tie_id}
    held = {tie.pk: tie for tie in Tie.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    if any(tie.owner_id != by.pk for tie in held.values()):
        raise errors.NotYours
    if any(tie.removed_at for tie in held.values()):
        raise errors.GoneTie
    return held[tie_id], held[to.pk if to else tie_id]


def _as_it_is(touch: Touch, tie: Tie) -> None:
    """Read it again, now that its tie is held. Raises GoneTouch when it is no longer a contact with them."""
    try:
        touch.refresh_from_db(from_queryset=Touch.objects.filter(tie=tie))
    except Touch.DoesNotExist:
        raise errors.GoneTouch from None


def _move(touch: Touch, to: Tie) -> None:
    """One check-in may have logged both with one key; the one that comes later needs none any more."""
    if to.touches.filter(form_key=touch.form_key).exists():
        touch.form_key = None
    touch.tie = to


@transaction.atomic
def undo_touch(*, touch: Touch, by: User) -> None:
    """Take back a contact that `by` logged by mistake. Twice is once. Raises NotYours, GoneTouch.

    Where the owner has written something about it, it stays theirs when the other side takes it back.
    """
    if touch.logged_by_id != by.pk:
        raise errors.NotYours
    tie = Tie.objects.select_for_update().get(pk=touch.tie_id)
    if not Touch.objects.filter(pk=touch.pk).exists():
        return
    _as_it_is(touch, tie)
    kept = Touch.objects.filter(pk=touch.pk).exclude(afterwards="", note="")
    if by.pk == tie.owner_id or not kept.update(logged_by=tie.owner_id):
        touch.delete()
    _set_clock(tie)


def _set_clock(tie: Tie) -> None:
    """By the latest contact there is. The tie must be held."""
    before, after = tie.last_touch_at, tie.touches.aggregate(latest=Max("happened_at"))["latest"]
    tie.last_touch_at = after
    tie.save(update_fields=["last_touch_at"])
    if before and (after is None or after < before):
        NetworkWishes.look_soon(tie.owner, timezone.now())
