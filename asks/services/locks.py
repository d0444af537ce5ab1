"""Held until the transaction ends. Whatever changes an ask or one of its dates holds the ask, and only that."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from asks import audience, errors
from asks.models import Ask, Occurrence, Taking


def held_ask(pk: int) -> Ask:
    """Raises NoLongerAsked when it has just gone with its owner."""
    rows = Ask.objects.select_for_update(of=("self",), no_key=True).select_related("owner")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise errors.NoLongerAsked
    return found


def held(occurrence: Occurrence) -> Occurrence:
    """The date as it is now, with its ask held."""
    ask = held_ask(occurrence.ask_id)
    found = Occurrence.objects.get(pk=occurrence.pk)
    found.ask = ask
    return found


def managed(occurrence: Occurrence, *, by: User, now: dt.datetime) -> Occurrence:
    """The same for whoever may change it. Raises NotOrganiser, NoLongerAsked or OverAlready."""
    found = held(occurrence)
    if not audience.may_manage(found.ask.owner, by=by):
        raise errors.NotOrganiser
    if found.is_cancelled:
        raise errors.NoLongerAsked
    if found.is_over(now):
        raise errors.OverAlready
    return found


def standing(occurrence: Occurrence) -> Taking | None:
    """Who says yes to it now."""
    rows = Taking.objects.standing().filter(occurrence=occurrence)
    found = rows.select_related("membership__member", "membership__tie").first()
    if found:
        found.occurrence = occurrence
    return found


def count_change(occurrence: Occurrence, *, now: dt.datetime) -> None:
    """A calendar has to learn of what is changed here; the caller saves."""
    occurrence.sequence += 1
    occurrence.changed_at = now
