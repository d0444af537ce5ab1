"""What is shared, written down in the consent record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.utils import translation

from accounts.models import Consent, User
from networks import sharing
from networks.models import Invitation, Membership, Role


def record_change(
    membership: Membership, act: Consent.Act, shares: set[str], *, until_at: dt.datetime | None = None
) -> None:
    if shares:
        words = sharing.words_for_owner(shares, name=membership.tie.name)
        record(membership, act, sharing.in_order(shares), words, language(), until_at=until_at)


def record_given(membership: Membership, shares: set[str]) -> None:
    """A line for all that hold equally long."""
    for until_at, alike in _by_end(membership, shares):
        record_change(membership, Consent.Act.GIVEN, set(alike), until_at=until_at)


def _by_end(membership: Membership, shares: Iterable[str]) -> Iterator[tuple[dt.datetime | None, list[str]]]:
    """Those that hold until somebody changes them first."""
    ends = {share: membership.until_at(share) for share in shares}
    for until_at in sorted(set(ends.values()), key=lambda at: (at is not None, at)):
        yield until_at, [share for share, at in ends.items() if at == until_at]


def record_invited(membership: Membership, invitation: Invitation) -> None:
    """What was ticked in an invitation and holds when it is accepted, in the words that were read then."""
    lines = dict(zip(invitation.shares, invitation.share_words.split("\n"), strict=False))
    for until_at, alike in _by_end(membership, membership.shares):
        words = "\n".join(lines[share] for share in lines if share in alike)
        given = Consent.Act.GIVEN
        record(membership, given, alike, words, invitation.language, how=Consent.LINK, until_at=until_at)


def record(
    membership: Membership,
    act: Consent.Act,
    shares: Iterable[str],
    words: str,
    language: str,
    *,
    how: str = Consent.PAGE,
    until_at: dt.datetime | None = None,
) -> None:
    """The owner's word about a member."""
    _write(membership.owner, membership.member, act, shares, words, language, how, until_at)


def record_of_member(
    membership: Membership, act: Consent.Act, what: Iterable[str], words: str, language: str
) -> None:
    """The member's word to the owner."""
    _write(membership.member, membership.owner, act, what, words, language, Consent.PAGE)


def record_role(membership: Membership, act: Consent.Act) -> None:
    """Organising is agreed to by both, each to words of their own."""
    owners = sharing.organiser_for_owner(name=membership.tie.name)
    record(membership, act, [Role.ORGANISER], owners, language())
    members = sharing.organiser_for_member(name=membership.owner.called)
    record_of_member(membership, act, [Role.ORGANISER], members, language())


def _write(
    subject: User,
    grantee: User,
    act: Consent.Act,
    what: Iterable[str],
    words: str,
    language: str,
    how: str,
    until_at: dt.datetime | None = None,
) -> None:
    Consent.objects.create(
        subject=subject,
        grantee=grantee,
        purpose=Consent.Purpose.SHARE,
        act=act,
        categories=[str(one) for one in what],
        text=words,
        language=language,
        how=how,
        until_at=until_at,
    )


def language() -> str:
    return (translation.get_language() or "en")[:10]
