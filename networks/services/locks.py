"""Held until the transaction ends: the owner before a tie, always, so that nobody waits for each other."""

from __future__ import annotations

from accounts.models import User
from networks import errors
from networks.models import Tie


def hold(owner_pk: int) -> None:
    """One at a time for whatever counts over all ties of an owner. Always before a tie: no deadlock.

    Raises GoneNow when they have just left for good.
    """
    if not User.objects.select_for_update(no_key=True).filter(pk=owner_pk).first():
        raise errors.GoneNow


def locked(tie: Tie, *, by: User, removed_too: bool = False) -> Tie:
    """The tie, held until the transaction ends: changes around one person happen one after another."""
    theirs = Tie.objects.ever_of(by) if removed_too else Tie.objects.of(by)
    held = theirs.select_for_update(of=("self",)).select_related("owner").filter(pk=tie.pk).first()
    if held is None:
        raise errors.GoneTie
    return held
