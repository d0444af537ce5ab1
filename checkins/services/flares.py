"""Flare mode: one tap, and everything gets softer for a while."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from checkins import errors, messages
from checkins.models import Silence, Wishes
from checkins.services import locks
from checkins.services.checking_in import check_in
from networks.models import Membership
from outbox import services as outbox

# How long it can be undone without a trace. Nobody is written to before, nor while an undoing at the last moment is
# still being written down.
UNDO = dt.timedelta(seconds=10)
LAST_MOMENT = dt.timedelta(seconds=5)


@transaction.atomic
def begin_flare(*, owner: User, until: dt.datetime, now: dt.datetime) -> Wishes:
    """Longer grace for every plan, and the chosen supporters hear in the owner's words. Ends by itself.

    In a flare it only moves the end. Whoever has a silence open is there, so this is their check-in.
    """
    wishes = _held(owner)
    if not wishes.in_a_flare(now):
        wishes.flare_began_at = now
        _write_to_chosen(wishes, owner, now)
    wishes.flare_until = until
    wishes.save(update_fields=["flare_began_at", "flare_until"])
    _soften(owner, until, now)
    if Silence.objects.open().real().filter(plan__owner=owner).exists():
        check_in(owner=owner, now=now, form_key=uuid.uuid4())
    return wishes


def _write_to_chosen(wishes: Wishes, owner: User, now: dt.datetime) -> None:
    here = Membership.objects.of(owner).filter(limited_at=None)
    chosen = here.filter(pk__in=wishes.flare_tells.values("pk"))
    outbox.queue_all(
        messages.flare(membership, began_at=now, not_before=now + UNDO + LAST_MOMENT)
        for membership in chosen.select_related("member", "owner")
    )


@transaction.atomic
def undo_flare(*, owner: User, now: dt.datetime) -> None:
    """As if it had never been. Raises TooLateToUndo after ten seconds; then it can only be ended."""
    wishes = _held(owner)
    if wishes.flare_began_at is None:
        return
    if now - wishes.flare_began_at > UNDO:
        raise errors.TooLateToUndo(_("It has begun. You can end it whenever you like."))
    outbox.forget(key_prefix=messages.flare_key(owner.pk, wishes.flare_began_at))
    wishes.flare_began_at = wishes.flare_until = None
    wishes.save(update_fields=["flare_began_at", "flare_until"])
    _soften(owner, None, now)


@transaction.atomic
def end_flare(*, owner: User, now: dt.datetime) -> None:
    """Back to the usual, at once. Nobody is written to about it."""
    wishes = _held(owner)
    if not wishes.in_a_flare(now):
        return
    if wishes.flare_began_at:
        outbox.cancel(key_prefix=messages.flare_key(owner.pk, wishes.flare_began_at))
    wishes.flare_until = now
    wishes.save(update_fields=["flare_until"])
    _soften(owner, None, now)


def _held(owner: User) -> Wishes:
    locks.person(owner)
    return Wishes.objects.get_or_create(owner=owner)[0]


def _soften(owner: User, until: dt.datetime | None, now: dt.datetime) -> None:
    """Lengthen the grace, or give back the usual one; never so that it is already over."""
    for plan in locks.plans(owner):
        plan.softened_until = until
        before = plan.deadline_at
        plan.look_ahead(plan.next_due_at)
        if plan.deadline_at and before and plan.deadline_at <= now < before:
            plan.deadline_at = before
        plan.save(update_fields=["softened_until", "next_due_at", "deadline_at"])
