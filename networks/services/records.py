"""What is shared, written down in the consent record."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import translation

from accounts.models import Consent
from networks import sharing
from networks.models import Membership


def record_change(membership: Membership, act: Consent.Act, shares: set[str]) -> None:
    if shares:
        words = sharing.words_for_owner(shares, name=membership.tie.name)
        record(membership, act, sharing.in_order(shares), words, language())


def record(
    membership: Membership, act: Consent.Act, shares: Iterable[str], words: str, language: str
) -> None:
    Consent.objects.create(
        subject=membership.owner,
        grantee=membership.member,
        purpose=Consent.Purpose.SHARE,
        act=act,
        categories=[str(share) for share in shares],
        text=words,
        language=language,
    )


def language() -> str:
    return (translation.get_language() or "en")[:10]
