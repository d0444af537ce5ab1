"""Words for a moment in which words are hard to find. Ours, short, and written to be changed. Pure.

None of them begs pardon: who has been ill need not. Each asking has its easy no built in. Where something is to be
filled in there is a gap of dots.
"""

from __future__ import annotations

from urllib.parse import quote

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from networks.models import OwnWords, Tie

Occasion = OwnWords.Occasion


class Effort(models.TextChoices):
    """How much energy there is for writing, and for what comes back."""

    LOW = "low", gettext_lazy("Hardly any energy")
    SOME = "some", gettext_lazy("Some energy")
    MORE = "more", gettext_lazy("More energy")


OPENERS: dict[tuple[str, str], str | Promise] = {
    (Occasion.HELLO, Effort.LOW): gettext_lazy("I thought of you today.\nNo need to answer."),
    (Occasion.HELLO, Effort.SOME): gettext_lazy(
        "It has been quiet on my side, and I thought of you today.\nHow are you these days?"
    ),
    (Occasion.HELLO, Effort.MORE): gettext_lazy(
        "I thought of you today and would love to hear how you are.\n"
        "Shall we talk for ten minutes this week, whenever it suits you?"
    ),
    (Occasion.BAD_DAY, Effort.LOW): gettext_lazy(
        "Today is a hard day, and it has nothing to do with you.\nI’ll write when it eases."
    ),
    (Occasion.BAD_DAY, Effort.SOME): gettext_lazy(
        "Today my body is loud, so I’m slow and short with words.\n"
        "It helps to know that you are there. You need not do anything."
    ),
    (Occasion.BAD_DAY, Effort.MORE): gettext_lazy(
        "Today is one of my harder days. Messages are fine, calls are too much.\n"
        "What helps most is something ordinary: tell me about your day."
    ),
    (Occasion.ASK, Effort.LOW): gettext_lazy(
        "Could you help me with something small this week?\nNo is a fine answer."
    ),
    (Occasion.ASK, Effort.SOME): gettext_lazy(
        "Could you help me with … on …? It takes about …\n"
        "If it doesn’t suit you, just say no, and I’ll ask somebody else."
    ),
    (Occasion.ASK, Effort.MORE): gettext_lazy(
        "May I ask you for something? I’d like help with … on …, for about … It would take a weight off me.\n"
        "Say yes only if it is easy for you. No is a fine answer, and so is a smaller piece of it."
    ),
    (Occasion.DECLINE, Effort.LOW): gettext_lazy("Thank you for asking me. This time I can’t."),
    (Occasion.DECLINE, Effort.SOME): gettext_lazy(
        "Thank you for thinking of me. This time I can’t, my body needs the rest.\nPlease ask me again."
    ),
    (Occasion.DECLINE, Effort.MORE): gettext_lazy(
        "Thank you for thinking of me, it means a lot. This one is too much for me.\n"
        "A short call instead would be lovely. And please ask me again."
    ),
    (Occasion.CANCEL, Effort.LOW): gettext_lazy("I can’t make it after all. It’s my body, not you."),
    (Occasion.CANCEL, Effort.SOME): gettext_lazy(
        "I can’t make it after all. It’s my body, not you.\nShall we find another day?"
    ),
    (Occasion.CANCEL, Effort.MORE): gettext_lazy(
        "I was looking forward to it, and I can’t make it after all. It’s my body, not you.\n"
        "Would ten minutes on the phone do instead, or another day next week?"
    ),
}


def opener(occasion: str, effort: str, *, name: str = "") -> str:
    """Ready to send: a greeting, with their name where it is known, and the words."""
    greeting = _("Hello %(name)s,") % {"name": name} if name else _("Hello,")
    return f"{greeting}\n{OPENERS[occasion, effort]}"


def mail_prefix(tie: Tie | None) -> str:
    """What a link into a mail program begins with; the words follow, encoded (RFC 6068)."""
    return f"mailto:{quote(tie.email, safe='@') if tie else ''}?body="


def text_prefix(tie: Tie | None) -> str:
    """The same for a message on a phone (RFC 5724). `?&` is understood by every kind of phone."""
    return f"sms:{quote(tie.dial, safe='+') if tie else ''}?&body="


def encoded(text: str, *, turn: str) -> str:
    """For the end of such a link; `turn` is what ends a line there."""
    return quote(turn.join(text.splitlines()), safe="")
