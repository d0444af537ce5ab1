"""What is shared, in sentences: one set for the owner, one for the person who will see it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from networks.models import Share


def sentence_for_owner(share: Share, *, name: str) -> str:
    """What ticking this box lets `name` see, said to the owner."""
    return {
        Share.WORD: _("%(name)s sees how you are, in one word: good, so-so or hard. No numbers."),
        Share.CHECKINS: _("%(name)s sees that you checked in, and when. Not what you wrote."),
        Share.PAIN: _("%(name)s sees the pain score you give, from 0 to 10."),
        Share.MOOD: _("%(name)s sees the word you choose for your mood."),
        Share.ENERGY: _("%(name)s sees how much energy you say you have: very little, some or enough."),
        Share.NOTES: _("%(name)s reads the notes you write with a check-in."),
        Share.PLANS: _("%(name)s sees when your check-ins are due, and when you rest or pause."),
        Share.ASKS: _("%(name)s sees what you ask for, and may say yes."),
        Share.NAMES: _("%(name)s sees the names of the people in your circles. Nothing else about them."),
    }[share] % {"name": name}


def sentence_for_member(share: Share, *, name: str) -> str:
    """The same, said to the person who will see it; `name` is the owner's."""
    return {
        Share.WORD: _("You see how %(name)s is, in one word."),
        Share.CHECKINS: _("You see that %(name)s checked in, and when."),
        Share.PAIN: _("You see the pain score %(name)s gives, from 0 to 10."),
        Share.MOOD: _("You see the word %(name)s chooses for their mood."),
        Share.ENERGY: _("You see how much energy %(name)s says they have."),
        Share.NOTES: _("You read the notes %(name)s writes with a check-in."),
        Share.PLANS: _("You see when check-ins of %(name)s are due, and when they rest or pause."),
        Share.ASKS: _("You see what %(name)s asks for, and may say yes."),
        Share.NAMES: _("You see the names of the people in %(name)s’s circles. Nothing else about them."),
    }[share] % {"name": name}


def organiser_for_owner(*, name: str) -> str:
    """What it means to make `name` an organiser, said to the owner."""
    return _(
        "%(name)s may make, change and cancel asks for you, and sees them. "
        "Nothing else changes in what they see, and they cannot change what others see."
    ) % {"name": name}


def organiser_for_member(*, name: str) -> str:
    """The same, said to the person who is asked; `name` is the owner's."""
    return _(
        "You may make, change and cancel asks for %(name)s, and you see them. "
        "You see nothing else that you did not see before. You can stop at any time, without a reason."
    ) % {"name": name}


def in_order(shares: Iterable[str]) -> list[Share]:
    """Known shares, each once, in the order the pages show them."""
    wanted = set(shares)
    return [share for share in Share if share.value in wanted]


def short_words_for_owner(shares: Iterable[str]) -> list[str]:
    """The same in a few words each, to be listed after "sees"; said to the owner."""
    words = {
        Share.WORD: _("how you are, in a word"),
        Share.CHECKINS: _("your check-ins"),
        Share.PAIN: _("your pain score"),
        Share.MOOD: _("your mood"),
        Share.ENERGY: _("your energy"),
        Share.NOTES: _("your notes"),
        Share.PLANS: _("when your check-ins are due"),
        Share.ASKS: _("what you ask for"),
        Share.NAMES: _("the names in your network"),
    }
    return [words[share] for share in in_order(shares)]


def short_words_for_member(shares: Iterable[str]) -> list[str]:
    """The same said to the person who sees it, to be listed after "Shares with you:"."""
    words = {
        Share.WORD: _("how they are, in a word"),
        Share.CHECKINS: _("check-ins"),
        Share.PAIN: _("pain score"),
        Share.MOOD: _("mood"),
        Share.ENERGY: _("energy"),
        Share.NOTES: _("notes"),
        Share.PLANS: _("when check-ins are due"),
        Share.ASKS: _("asks"),
        Share.NAMES: _("names in their circles"),
    }
    return [words[share] for share in in_order(shares)]


def words_for_owner(shares: Iterable[str], *, name: str) -> str:
    """The exact words for the consent record, a line each."""
    return "\n".join(sentence_for_owner(share, name=name) for share in in_order(shares))


def words_for_member(shares: Iterable[str], *, name: str) -> list[str]:
    return [sentence_for_member(share, name=name) for share in in_order(shares)]
