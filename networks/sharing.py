"""What is shared, in sentences: one set for the owner, one for the person who will see it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


SHORT_FOR_OWNER = {
    Share.WORD: gettext_lazy("how you are, in a word"),
    Share.CHECKINS: gettext_lazy("your check-ins"),
    Share.PAIN: gettext_lazy("your pain score"),
    Share.MOOD: gettext_lazy("your mood"),
    Share.ENERGY: gettext_lazy("your energy"),
    Share.NOTES: gettext_lazy("your notes"),
    Share.PLANS: gettext_lazy("when your check-ins are due"),
    Share.ASKS: gettext_lazy("what you ask for"),
    Share.NAMES: gettext_lazy("the names in your network"),
}
SHORT_FOR_MEMBER = {
    Share.WORD: gettext_lazy("how they are, in a word"),
    Share.CHECKINS: gettext_lazy("check-ins"),
    Share.PAIN: gettext_lazy("pain score"),
    Share.MOOD: gettext_lazy("mood"),
    Share.ENERGY: gettext_lazy("energy"),
    Share.NOTES: gettext_lazy("notes"),
    Share.PLANS: gettext_lazy("when check-ins are due"),
    Share.ASKS: gettext_lazy("asks"),
    Share.NAMES: gettext_lazy("names in their circles"),
}


def short_words_for_owner(shares: Iterable[str]) -> list[str]:
    """The same in a few words each, to be listed after "sees"; said to the owner."""
    return [str(SHORT_FOR_OWNER[share]) for share in in_order(shares)]


def short_words_for_member(shares: Iterable[str]) -> list[str]:
    """The same said to the person who sees it, to be listed after "Shares with you:"."""
    return [str(SHORT_FOR_MEMBER[share]) for share in in_order(shares)]


def words_for_owner(shares: Iterable[str], *, name: str) -> str:
    """The exact words for the consent record, a line each."""
    return "\n".join(sentence_for_owner(share, name=name) for share in in_order(shares))


def words_for_member(shares: Iterable[str], *, name: str) -> list[str]:
    return [sentence_for_member(share, name=name) for share in in_order(shares)]
