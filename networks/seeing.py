"""Who can see what: every member with every share, and what was agreed to when. Reads, changes nothing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Consent, User
from networks import ending, sharing, telling
from networks.models import Membership, NetworkWishes
from networks.sharing_forms import SharesForm
from networks.telling import Telling
from networks.wished import Wished

# How long until "who can see what" is offered for another look.
LOOK_AGAIN = dt.timedelta(days=91)


@dataclass(frozen=True)
class Told:
    """What is shared, in the words that were agreed to, and since when."""

    words: str
    since: dt.datetime


@dataclass(frozen=True)
class Seer:
    """One member, what is ticked for them, how that came about, and whether they are told in a silence."""

    membership: Membership
    form: SharesForm
    told: list[Told]
    telling: Telling


def seers(owner: User, *, bound: SharesForm | None = None, of: Membership | None = None) -> list[Seer]:
    """Everybody who joined, by name. `bound` is the form of one of them (`of`) that was refused."""
    joined = list(Membership.objects.of(owner).select_related("tie").order_by("tie__name", "pk"))
    agreed, told = _told(owner, joined), telling.of(owner, joined)
    return [
        Seer(one, bound if bound and one == of else _form(one), agreed[one.member_id], told[one.pk])
        for one in joined
    ]


def _form(membership: Membership) -> SharesForm:
    """Its fields have names of their own, for there is one for each member on the page."""
    return SharesForm(membership=membership, auto_id=f"id_{membership.pk}_%s")


def _told(owner: User, joined: list[Membership]) -> defaultdict[int, list[Told]]:
    """For each member the latest yes to each thing they see."""
    given = Consent.objects.filter(subject=owner, purpose=Consent.Purpose.SHARE, act=Consent.Act.GIVEN)
    latest: dict[tuple[int | None, str], Told] = {}
    for row in given.filter(grantee__in=[one.member_id for one in joined]).order_by("pk"):
        for share, words in zip(row.categories, row.text.split("\n"), strict=False):
            latest[row.grantee_id, share] = Told(words, row.recorded_at)
    found: defaultdict[int, list[Told]] = defaultdict(list)
    for one in joined:
        shown = [latest.get((one.member_id, share.value)) for share in sharing.in_order(one.shown)]
        found[one.member_id] = [told for told in shown if told]
    return found


# Looking again every three months ---------------------------------------------------------------------


def wants_a_look(owner: User, wished: Wished, *, now: dt.datetime) -> bool:
    """Whether it is three months since they last went through it, and somebody sees something."""
    looked_at = max(owner.joined_at, wished.reviewed_at or owner.joined_at)
    return wished.shares and looked_at <= now - LOOK_AGAIN


def note_review(owner: User, *, now: dt.datetime) -> None:
    NetworkWishes.objects.update_or_create(owner=owner, defaults={"reviewed_at": now})


# The record -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One line of the record in words."""

    title: str
    by: str
    how: str
    row: Consent
    # Until when it holds, if it ends by itself; said of what is over, too.
    until: str = ""
    over: bool = False

    @property
    def was_let_go(self) -> bool:
        """Nobody took it back: it was not asked for any more."""
        row = self.row
        return row.purpose == Consent.Purpose.LADDER and row.act == Consent.Act.WITHDRAWN and not row.how


def record(owner: User) -> QuerySet[Consent]:
    """What they said themselves, and the word that others gave them; newest first.

    Not what others decided about sharing with them: that a share ended is those others' own.
    """
    given_to_them = Q(grantee=owner, purpose=Consent.Purpose.LADDER)
    rows = Consent.objects.filter(Q(subject=owner) | given_to_them).select_related("subject", "grantee")
    return rows.order_by("-recorded_at", "-pk")


def entries(owner: User, rows: Iterable[Consent]) -> list[Entry]:
    mine = Membership.objects.filter(owner=owner).select_related("tie").order_by("pk")
    names = {one.member_id: one.tie.name for one in mine}
    return [_entry(owner, row, names) for row in rows]


def _entry(owner: User, row: Consent, names: dict[int, str]) -> Entry:
    other = row.grantee if row.subject_id == owner.pk else row.subject
    name = names.get(other.pk, other.called) if other else _("somebody whose account is gone")
    by = _("you") if row.subject_id == owner.pk else name
    titles = {
        Consent.Purpose.STORE: _("Keeping what you write"),
        Consent.Purpose.SHARE: _("Sharing with %(name)s"),
        Consent.Purpose.LADDER: _("Being told in a silence: %(name)s"),
    }
    title = str(titles[Consent.Purpose(row.purpose)]) % {"name": name}
    return Entry(title, by, _how(row), row, *_until(owner, row))


def _until(owner: User, row: Consent) -> tuple[str, bool]:
    if row.until_at is None:
        return "", False
    now = timezone.now()
    return ending.said(row.until_at, now=now, zone=owner.zone), row.until_at <= now


def _how(row: Consent) -> str:
    """What is shared with somebody invited counts from their yes; it came by the link in the letter."""
    if row.how == Consent.LINK and row.purpose == Consent.Purpose.SHARE:
        return _("with their yes by the link in your letter")
    return {Consent.PAGE: _("on a page"), Consent.LINK: _("by a link in a letter")}.get(row.how, "")
