"""Contacts: one clock for a tie, whoever logs them and wherever."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import User
from networks import errors
from networks.models import Membership, Tie, Touch


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
        tie.refresh_from_db(fields=["last_touch_at"])
    return touch


@transaction.atomic
def log_touch_as_member(*, membership: Membership, by: User, at: dt.datetime) -> Touch:
    """ "We talked today", said by the other side: it counts as if the owner had logged it.

    Saying it again on the same day of theirs is saying it once. They never see what the owner logged.
    Raises NotYours, NoLongerJoined.
    """
    if membership.member_id != by.pk:
        raise errors.NotYours
    tie = Tie.objects.select_for_update(no_key=True).get(pk=membership.tie_id)  # two taps wait for each other
    if not Membership.objects.active().filter(pk=membership.pk).exists():
        raise errors.NoLongerJoined
    today = by_member_on(membership=membership, by=by, day=at.astimezone(by.zone).date())
    return today or log_touch(tie=tie, by=by, at=at)


def by_member_on(*, membership: Membership, by: User, day: dt.date) -> Touch | None:
    """What this member said of that day on their calendar, and nothing that anybody else logged."""
    begins = timezone.make_aware(dt.datetime.combine(day, dt.time()), by.zone)
    ends = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()), by.zone)
    theirs = Touch.objects.filter(tie=membership.tie_id, logged_by=by, logged_at__gte=membership.created_at)
    return theirs.filter(happened_at__gte=begins, happened_at__lt=ends).order_by("pk").first()


@transaction.atomic
def tell_touch(
    *, touch: Touch, by: User, at: dt.datetime, how: str = "", afterwards: str = "", note: str = ""
) -> Touch:
    """Say more about a contact that is logged: the owner's second step, whenever they like.

    When and how stay as the other side said it; how it felt and the note are the owner's alone.
    """
    tie = Tie.objects.select_for_update().get(pk=touch.tie_id)
    if tie.owner_id != by.pk:
        raise errors.NotYours
    touch.afterwards, touch.note = afterwards, note
    if touch.logged_by_id == by.pk:
        touch.happened_at, touch.how = at, how
    touch.save(update_fields=["afterwards", "note", "happened_at", "how"])
    _set_clock(tie)
    return touch


@transaction.atomic
def undo_touch(*, touch: Touch, by: User) -> None:
    """Take back a contact that `by` logged by mistake.

    Where the owner has written something about it, it stays theirs when the other side takes it back.
    """
    if touch.logged_by_id != by.pk:
        raise errors.NotYours
    tie = Tie.objects.select_for_update().get(pk=touch.tie_id)
    kept = Touch.objects.filter(pk=touch.pk).exclude(afterwards="", note="")
    if by.pk == tie.owner_id or not kept.update(logged_by=tie.owner_id):
        touch.delete()
    _set_clock(tie)


def _set_clock(tie: Tie) -> None:
    """By the latest contact there is. The tie must be held."""
    tie.last_touch_at = tie.touches.aggregate(latest=Max("happened_at"))["latest"]
    tie.save(update_fields=["last_touch_at"])
