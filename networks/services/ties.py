"""What an owner does with the people in their circles, and the contacts they log."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import User
from networks import errors
from networks.models import Tie, Touch
from networks.services import locks
from networks.services.memberships import end_membership


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
    locks.locked(tie, by=by)
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
    if locks.locked(tie, by=by, removed_too=True).removed_at:
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
