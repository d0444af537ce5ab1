"""Organisers: asked by the owner, with their own yes. They may manage asks for the owner, and nothing else."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import Consent, User
from networks import errors
from networks.models import Membership, Role
from networks.services import records
from networks.services.memberships import end_role, held_by_member, held_by_owner
from outbox.services import queue


@transaction.atomic
def ask_to_organise(*, membership: Membership, by: User, now: dt.datetime) -> None:
    """Would they manage asks for the owner? Nothing changes before they say yes. Asking twice is once.

    Raises LimitedNow: who sees less cannot act in the owner's name.
    """
    locked = held_by_owner(membership, by=by)
    if locked.role == Role.ORGANISER or locked.organiser_asked_at:
        return
    if locked.limited_at:
        raise errors.LimitedNow
    locked.organiser_asked_at = now
    locked.save(update_fields=["organiser_asked_at"])
    queue(
        kind="networks/organiser",
        dedupe_key=f"networks/organiser:{locked.pk}:{now:%Y%m%d%H%M%S%f}",
        recipient=locked.member,
        owner=locked.owner,
        params={"membership": locked.pk},
    )


@transaction.atomic
def agree_to_organise(*, membership: Membership, by: User) -> None:
    """The member's yes. Raises NotAskedAnyMore when the question was taken back."""
    locked = held_by_member(membership, by=by)
    if locked.role == Role.ORGANISER:
        return
    if not locked.organiser_asked_at:
        raise errors.NotAskedAnyMore
    locked.role, locked.organiser_asked_at = Role.ORGANISER, None
    locked.save(update_fields=["role", "organiser_asked_at"])
    records.record_role(locked, Consent.Act.GIVEN)


@transaction.atomic
def stop_organising(*, membership: Membership, by: User) -> None:
    """Either side: the role, or the question, ends at once; nobody is told. Ending twice is once."""
    held = held_by_owner if by.pk == membership.owner_id else held_by_member
    end_role(held(membership, by=by))
