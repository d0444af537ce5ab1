"""What pages show of asks. Reads, changes nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from asks import cost, wording
from asks.models import Ask, Gift, Occurrence, OccurrenceQuerySet, Offer, Taking
from networks.models import Look, Membership, Share

SHOWN_GIFTS = 5
# Of an ask that repeats a list shows the next dates; the others are on the page of the ask.
SHOWN_DATES = 2
# How long after it a date is shown so that somebody can be thanked.
TO_THANK = dt.timedelta(days=14)
# How long before a date that nobody has said yes to its owner is shown what else could be done.
NEAR = dt.timedelta(days=2)


@dataclass(frozen=True)
class Row:
    """One date as one reader sees it. `taker` is empty where it is nobody, or not the reader's to know."""

    occurrence: Occurrence
    title: str
    who: str
    when: str
    lasts: str
    rhythm: str
    taken: bool
    mine: bool
    taker: str
    # Open, and soon past: something else may be done.
    near: bool = False

    @property
    def ask(self) -> Ask:
        return self.occurrence.ask

    @property
    def thanked(self) -> bool:
        standing = self.occurrence.standing_taking()
        return standing is not None and standing.thanked_at is not None


@dataclass(frozen=True)
class ForMember:
    """What a supporter's page shows: what they said yes to, what is open, what somebody else has taken on."""

    promised: list[Row] = field(default_factory=list)
    open: list[Row] = field(default_factory=list)
    taken: list[Row] = field(default_factory=list)
    # The memberships it is seen by, where there is something of the owner's.
    through: list[Membership] = field(default_factory=list)

    @property
    def looked_at(self) -> list[tuple[Membership, list[str]]]:
        """For the owners' list of who looked."""
        return [(membership, [Look.ASK]) for membership in self.through]

    @property
    def anything(self) -> bool:
        return bool(self.promised or self.open or self.taken)


@dataclass(frozen=True)
class ForOwner:
    """`over` was done by somebody; on `passed` nobody was free."""

    waiting: list[Row]
    taken: list[Row]
    over: list[Row]
    passed: list[Row]

    @property
    def soon(self) -> list[Row]:
        """What is to be seen at once; `later` may be folded."""
        return [*self.waiting, *self.taken][:SHOWN_DATES]

    @property
    def later(self) -> list[Row]:
        return [*self.waiting, *self.taken][SHOWN_DATES:]


# The member's side --------------------------------------------------------------------------------


def open_for(member: User, *, now: dt.datetime, memberships: Iterable[Membership] | None = None) -> ForMember:
    """Across everybody they support; the same number of queries however much there is.

    What they said yes to is there on a break, too. `memberships`: all of theirs, where they are loaded already.
    """
    mine = Membership.objects.supported_by(member)
    shown = Occurrence.objects.shown_to(mine).as_asked(mine)
    promised = Taking.objects.standing().still_shown().by(member).filter(occurrence=OuterRef("pk"))
    rows = Occurrence.objects.standing().ahead(now).filter(Q(pk__in=shown.values("pk")) | Exists(promised))
    by_owner = {one.owner_id: one for one in (mine if memberships is None else memberships)}
    naming = {pk: one for pk, one in by_owner.items() if one.shows(Share.NAMES)}
    found = ForMember()
    for occurrence in _with_all(rows.in_order()):
        through = by_owner[occurrence.ask.owner_id]
        if through not in found.through:
            found.through.append(through)
        row = row_for_member(occurrence, member, naming.get(occurrence.ask.owner_id), now=now)
        (found.promised if row.mine else found.taken if row.taken else found.open).append(row)
    return replace(found, open=next_dates(found.open), taken=next_dates(found.taken))


def next_dates(rows: list[Row]) -> list[Row]:
    """The first few of each ask; `rows` are in the order of time."""
    counts: Counter[int] = Counter()
    kept = []
    for row in rows:
        counts[row.ask.pk] += 1
        if counts[row.ask.pk] <= SHOWN_DATES:
            kept.append(row)
    return kept


def other_dates(occurrence: Occurrence, membership: Membership, *, now: dt.datetime) -> list[Row]:
    """The further dates of an ask that repeats which are open to them."""
    if not occurrence.ask.repeats:
        return []
    theirs = Membership.objects.filter(pk=membership.pk)
    rows = Occurrence.objects.shown_to(theirs).as_asked(theirs).open(now)
    rows = rows.filter(ask=occurrence.ask).exclude(pk=occurrence.pk)
    return [row_for_member(one, membership.member, None, now=now) for one in _with_all(rows.in_order())]


def row_for_member(
    occurrence: Occurrence, member: User, naming: Membership | None, *, now: dt.datetime
) -> Row:
    """`naming`: their membership, where the owner shares names with them."""
    standing = occurrence.standing_taking()
    mine = standing is not None and standing.membership.member_id == member.pk
    named = standing and naming and not mine and naming.shows_of(Share.NAMES, standing.taken_at)
    taker = standing.membership.tie.name if standing and named else ""
    return _row(occurrence, name=occurrence.ask.owner.called, mine=mine, taker=taker, now=now)


# The owner's side, and an organiser's ---------------------------------------------------------------


def for_owner(asks: Iterable[Ask], *, reader: User, now: dt.datetime) -> ForOwner:
    """The dates of these asks that are still to come, and those that were lately."""
    recent = Occurrence.objects.standing().filter(ask__in=asks).ahead(now - TO_THANK)
    rows = [row_for_owner(one, reader, now=now) for one in _with_all(recent.in_order())]
    ahead = [row for row in rows if not row.occurrence.is_over(now)]
    behind = [row for row in reversed(rows) if row.occurrence.is_over(now)]
    return ForOwner(
        waiting=[row for row in ahead if not row.taken],
        taken=[row for row in ahead if row.taken],
        over=[row for row in behind if row.taken],
        passed=[row for row in behind if not row.taken],
    )


def near_today(found: ForOwner, owner: User, *, now: dt.datetime) -> list[Row]:
    """What comes today and tomorrow, for a day of little energy: what takes least of it first."""
    today = now.astimezone(owner.zone).date()
    days = (today, today + dt.timedelta(days=1))
    rows = {row.occurrence: row for row in [*found.waiting, *found.taken] if row.occurrence.passes_on in days}
    return [rows[occurrence] for occurrence in cost.least_first(rows)]


def row_for_owner(occurrence: Occurrence, reader: User, *, now: dt.datetime) -> Row:
    """An organiser learns that somebody said yes; who, only the owner does."""
    standing = occurrence.standing_taking()
    is_owner = reader.pk == occurrence.ask.owner_id
    taker = standing.membership.tie.name if standing and is_owner else ""
    mine = standing is not None and standing.membership.member_id == reader.pk
    row = _row(occurrence, name="", mine=mine, taker=taker, now=now)
    near = now < occurrence.passes_at <= now + NEAR and occurrence.has_waited(now)
    return replace(row, near=near and standing is None)


def offers_of_all(members: Iterable[Membership]) -> list[Offer]:
    """What these members offered, the newest first; each comes with its offer."""
    found = [one.offer for one in members if hasattr(one, "offer") and one.offer.needs]
    return sorted(found, key=lambda offer: offer.offered_at, reverse=True)


def offers_of(owner: User, need: str) -> list[Offer]:
    """Who offered just that, before anybody asked."""
    members = Membership.objects.of(owner).select_related("tie", "offer")
    return [offer for offer in offers_of_all(members) if need in offer.needs]


def gifts_of(owner: User) -> list[Gift]:
    rows = Gift.objects.filter(owner=owner).select_related("tie")
    return list(rows.order_by("-given_on", "-pk")[:SHOWN_GIFTS])


def _with_all(rows: OccurrenceQuerySet) -> OccurrenceQuerySet:
    return rows.select_related("ask__owner", "ask__made_by").with_standing()


def _row(occurrence: Occurrence, *, name: str, mine: bool, taker: str, now: dt.datetime) -> Row:
    ask = occurrence.ask
    return Row(
        occurrence=occurrence,
        title=wording.title(ask, name=name) if name else str(ask.get_need_display()),
        who=wording.for_owner(ask),
        when=wording.when(occurrence, now=now),
        lasts=wording.lasts(ask.minutes),
        rhythm=wording.rhythm(ask),
        taken=occurrence.standing_taking() is not None,
        mine=mine,
        taker=taker,
    )
