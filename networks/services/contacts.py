"""Many ties at once, from an address book that the owner looked through."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from networks.contacts.card import Contact
from networks.models import NetworkWishes, Tie, TieMove
from networks.services import locks


@transaction.atomic
def import_ties(*, by: User, contacts: Sequence[tuple[int, Contact]], key: uuid.UUID) -> int:
    """Put those into `by`'s network who are not there yet, and say how many were new.

    Each comes with its place in the file: with `key` that makes each one's own key, so that a file sent twice, or once
    more with others ticked, never makes two of one.
    """
    locks.hold(by.pk)
    keys = {uuid.uuid5(key, str(place)): contact for place, contact in contacts}
    there = set(Tie.objects.ever_of(by).filter(form_key__in=keys).values_list("form_key", flat=True))
    new = [_tie(by, key, contact) for key, contact in keys.items() if key not in there]
    Tie.objects.bulk_create(new)
    now = timezone.now()
    TieMove.objects.bulk_create(TieMove(tie=tie, circle_after=tie.circle, moved_at=now) for tie in new)
    if new:
        NetworkWishes.look_soon(by, now)
    return len(new)


def _tie(by: User, form_key: uuid.UUID, contact: Contact) -> Tie:
    return Tie(owner=by, form_key=form_key, **asdict(contact) | {"supports": list(contact.supports)})
