"""What an owner does with the people in their circles. Whoever comes, goes or changes circles leaves a `TieMove`."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from networks import errors
from networks.models import NetworkWishes, Tie, TieMove
from networks.services import locks
from networks.services.memberships import end_membership

# What a removed tie no longer says: all but its name.
WIPED: dict[str, Any] = {
    **{"relationship": "", "supports": [], "phone": "", "email": ""},
    **{"helps": "", "hinders": "", "energy": "", "ideal_days": None, "at_most_days": None},
}


@transaction.atomic
def add_tie(*, by: User, name: str, circle: str, form_key: uuid.UUID | None = None, **details: Any) -> Tie:
    """Put somebody in `by`'s network. The same form sent twice is one tie."""
    tie, created = Tie.objects.get_or_create(
        owner=by, form_key=form_key or uuid.uuid4(), defaults={"name": name, "circle": circle, **details}
    )
    if created:
        now = timezone.now()
        _moved(tie, before="", after=circle, now=now)
        NetworkWishes.look_soon(by, now)
    return tie


@transaction.atomic
def edit_tie(*, tie: Tie, by: User, **details: Any) -> Tie:
    """Change what the owner wrote about somebody, or move them to another circle."""
    held, now = locks.locked(tie, by=by), timezone.now()
    if any(held_days != details.get(name, held_days) for name, held_days in _rhythm(held).items()):
        details["rhythm_set_at"] = now
        NetworkWishes.look_soon(by, now)
    for field, value in details.items():
        setattr(tie, field, value)
    tie.save(update_fields=list(details))
    if "circle" in details:
        _moved(tie, before=held.circle, after=tie.circle, now=now)
    return tie


def _rhythm(tie: Tie) -> dict[str, int | None]:
    return {"ideal_days": tie.ideal_days, "at_most_days": tie.at_most_days}


@transaction.atomic
def archive_tie(*, tie: Tie, by: User) -> Tie:
    """Let somebody go for now: out of circles, list and picture, with all that was written, until brought back.

    What a member sees stays as it is, and nobody is told. Doing it twice is doing it once.
    """
    held = locks.locked(tie, by=by, removed_too=True)
    if held.removed_at:
        raise errors.GoneTie
    if held.archived_at is None:
        now = timezone.now()
        Tie.objects.filter(pk=tie.pk).update(archived_at=now)
        _moved(held, before=held.circle, after="", now=now)
    tie.refresh_from_db(fields=["archived_at"])
    return tie


@transaction.atomic
def restore_tie(*, tie: Tie, by: User) -> Tie:
    """Bring somebody back to the circle they stood in. Doing it twice is doing it once."""
    held = locks.locked(tie, by=by, removed_too=True)
    if held.removed_at:
        raise errors.GoneTie
    if held.archived_at:
        now = timezone.now()
        Tie.objects.filter(pk=tie.pk).update(archived_at=None)
        _moved(held, before="", after=held.circle, now=now)
        NetworkWishes.look_soon(by, now)
    tie.refresh_from_db(fields=["archived_at"])
    return tie


@transaction.atomic
def remove_tie(*, tie: Tie, by: User) -> None:
    """Take somebody out: what they could see ends now, an unanswered invitation is withdrawn, nobody is told.

    Their name stays beside the owner's own past check-ins; how to reach them and everything that was written
    about them is wiped. Removing twice is once.
    """
    now, held = timezone.now(), locks.locked(tie, by=by, removed_too=True)
    if held.removed_at:
        return
    for membership in tie.memberships.active():
        end_membership(membership=membership, by=by)
    tie.invitations.unanswered().update(withdrawn_at=now)
    tie.invitations.update(note="")
    tie.touches.update(note="", afterwards="")
    Tie.objects.filter(pk=tie.pk).update(removed_at=now, **WIPED)
    if held.archived_at is None:
        _moved(held, before=held.circle, after="", now=now)


def _moved(tie: Tie, *, before: str, after: str, now: dt.datetime) -> None:
    if before != after:
        TieMove.objects.create(tie=tie, circle_before=before, circle_after=after, moved_at=now)
