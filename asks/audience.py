"""Who may see an ask, and who is told of it. `Membership.shows_of` decides; nothing else does."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from accounts.models import User
from asks.models import Ask, Occurrence, OccurrenceQuerySet, Taking
from networks.models import Membership, MembershipQuerySet, Role, Share

A_WEEK = dt.timedelta(days=7)


def may_see(occurrence: Occurrence, membership: Membership) -> bool:
    """Whether this member may see that date of an ask now, as it is."""
    return _as_asked(occurrence, membership).seen_by(membership).exists()


def was_asked(occurrence: Occurrence, membership: Membership) -> bool:
    """Whether they were asked and may know of it, whatever became of it."""
    return Occurrence.objects.seen_by(membership).filter(pk=occurrence.pk).exists()


def is_off_for(occurrence: Occurrence, membership: Membership) -> bool:
    """Whether it is cancelled, as far as this member may know."""
    return not _as_asked(occurrence, membership).standing().exists()


def _as_asked(occurrence: Occurrence, membership: Membership) -> OccurrenceQuerySet:
    only_theirs = Membership.objects.filter(pk=membership.pk)
    return Occurrence.objects.filter(pk=occurrence.pk).as_asked(only_theirs)


def opens_to(occurrence: Occurrence, membership: Membership) -> bool:
    """Whether its page opens to them: what they said yes to does on a break, too, while asks are shared at all."""
    if was_asked(occurrence, membership):
        return True
    mine = Taking.objects.standing().still_shown().filter(membership=membership)
    return mine.filter(occurrence=occurrence).exists()


def those_who_see(owner: User) -> MembershipQuerySet:
    """The members with whom an owner shares what they ask for."""
    return Membership.objects.of(owner).showing(Share.ASKS)


def to_tell(occurrence: Occurrence) -> list[Membership]:
    """Whom a letter about it goes to: who may see it and is not on a break, without whoever made it.

    Caps are looked at when the letter leaves.
    """
    ask = occurrence.ask
    rows = those_who_see(ask.owner).filter(paused_at=None, member__is_active=True).exclude(member=ask.made_by)
    since = max(occurrence.made_at, ask.widened_at or occurrence.made_at)
    rows = rows.filter(Q(limited_at=None) | Q(limited_at__gte=since))
    if ask.to == Ask.To.CHOSEN:
        rows = rows.filter(asks_for_them=ask)
    return list(rows.select_related("member").order_by("pk"))


def is_at_cap(membership: Membership, *, now: dt.datetime) -> bool:
    """Whether they have said yes as often in the last seven days as they wish to in a week."""
    if membership.weekly_cap is None:
        return False
    week = Taking.objects.standing().filter(membership=membership, taken_at__gt=now - A_WEEK)
    return week.count() >= membership.weekly_cap


def may_manage(owner: User, *, by: User) -> bool:
    """Whether they may make and change what this owner asks for: the owner, or an organiser of theirs."""
    return owner == by or organised_by(by).filter(owner=owner).exists()


def organised_by(person: User) -> MembershipQuerySet:
    """The networks where this person is organiser."""
    return Membership.objects.supported_by(person).filter(role=Role.ORGANISER)
