"""What is shared, in sentences: one set for the owner, one for the person who will see it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from networks.models import Share


def sentence_for_owner(share: Share, *, name: str) -> str:
    """What ticking this box lets `name` see, said to the owner."""
    return {
        Share.CHECKINS: _("%(name)s sees that you checked in, and when. Not what you wrote."),
        Share.PAIN: _("%(name)s sees the pain score you give, from 0 to 10."),
        Share.MOOD: _("%(name)s sees the word you choose for your mood."),
    }[share] % {"name": name}


def sentence_for_member(share: Share, *, name: str) -> str:
    """The same, said to the person who will see it; `name` is the owner's."""
    return {
        Share.CHECKINS: _("You see that %(name)s checked in, and when."),
        Share.PAIN: _("You see the pain score %(name)s gives, from 0 to 10."),
        Share.MOOD: _("You see the word %(name)s chooses for their mood."),
    }[share] % {"name": name}


def in_order(shares: Iterable[str]) -> list[Share]:
    """Known shares, each once, in the order the pages show them."""
    wanted = set(shares)
    return [share for share in Share if share.value in wanted]


def words_for_owner(shares: Iterable[str], *, name: str) -> str:
    """The exact words for the consent record, a line each."""
    return "\n".join(sentence_for_owner(share, name=name) for share in in_order(shares))


def words_for_member(shares: Iterable[str], *, name: str) -> list[str]:
    return [sentence_for_member(share, name=name) for share in in_order(shares)]
