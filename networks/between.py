"""What passes between an owner and a member: the latest word of each side, and that they talked. Only reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import times
from accounts.models import User
from networks.forms import CapForm
from networks.models import SIGNAL_STAYS, Membership, MembershipQuerySet, Share, Signal, Tie, Touch


@dataclass(frozen=True)
class Words:
    """What each side said last, as one of them sees it. Whoever said nothing lately has None."""

    theirs: Signal | None = None
    mine: Signal | None = None


def words(memberships: Sequence[Membership], *, reader: User, now: dt.datetime) -> dict[int, Words]:
    """By membership, in one query. `reader` is one side of each of them."""
    rows = Signal.objects.fresh(now).reaching_members().filter(membership__in=[one.pk for one in memberships])
    theirs = {row.membership_id: row for row in rows if row.by_id != reader.pk}
    mine = {row.membership_id: row for row in rows if row.by_id == reader.pk}
    return {one.pk: Words(theirs.get(one.pk), mine.get(one.pk)) for one in memberships}


# More than these at once would be a list to work through.
MOST_HEARD = 3


@dataclass(frozen=True)
class Heard:
    """A member's word to the owner, as their own pages say it."""

    tie: Tie
    sentence: str
    said_at: dt.datetime


def heard(memberships: Sequence[Membership], *, owner: User, now: dt.datetime) -> list[Heard]:
    """The newest words of members to their owner, in one query; none at all where nobody joined."""
    said = words(memberships, reader=owner, now=now) if memberships else {}
    found = [
        Heard(one.tie, _sentence(one, word), word.sent_at)
        for one in memberships
        if (word := said[one.pk].theirs)
    ]
    return sorted(found, key=lambda one: one.said_at, reverse=True)[:MOST_HEARD]


def _sentence(membership: Membership, word: Signal) -> str:
    return {
        Signal.Kind.THINKING: _("%(name)s was thinking of you"),
        Signal.Kind.CANT_TALK: _("%(name)s could not talk, and wanted you to know"),
        Signal.Kind.HUGGED: _("%(name)s read your words, and sent a hug"),
    }[Signal.Kind(word.kind)] % {"name": membership.tie.name}


@dataclass(frozen=True)
class Side:
    """What the member's page says of one owner beside what they share."""

    words: Words
    talked: bool
    cap: CapForm | None


def with_side(memberships: MembershipQuerySet, *, member: User, now: dt.datetime) -> MembershipQuerySet:
    """Bring what `side` needs, in the same query as the memberships of this member."""
    fresh = Q(signals__sent_at__gt=now - SIGNAL_STAYS)
    # As in `reaching_members`.
    reaches = Q(limited_at=None) | Q(signals__sent_at__lte=F("limited_at"))
    words = {
        "theirs": FilteredRelation("signals", condition=fresh & Q(signals__by=F("owner")) & reaches),
        "mine": FilteredRelation("signals", condition=fresh & Q(signals__by=member)),
    }
    talked = {"talked": Exists(talked_today(member, now=now).filter(tie=OuterRef("tie")))}
    return memberships.annotate(**words, **talked).select_related(*words)


def side(membership: Membership) -> Side:
    """Of one that was loaded `with_side`; where nothing was said lately Django leaves the name out."""
    said = Words(getattr(membership, "theirs", None), getattr(membership, "mine", None))
    return Side(said, membership.talked, _cap(membership))


def _cap(membership: Membership) -> CapForm | None:
    """Only for whoever may be asked."""
    if not membership.shows(Share.ASKS):
        return None
    return CapForm(initial={"at_most": membership.weekly_cap}, auto_id=f"most-{membership.pk}-%s")


def talked_today(member: User, *, now: dt.datetime) -> QuerySet[Touch]:
    """What this member said today, by their own calendar, of being in touch with others' ties."""
    today = times.midnight(now, member.zone)
    return Touch.objects.filter(logged_by=member, happened_at__gte=today).exclude(tie__owner=member)
