"""One line of the page "What we sent for you"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from outbox import kinds, states
from outbox.models import Message

# Says which of these messages were only practice, by their ids.
Which = Callable[[Sequence[Message]], set[int]]
_practice: list[Which] = []


def tells_practice(which: Which) -> Which:
    """Register one: an app above knows which of its messages are practice, the outbox does not."""
    _practice.append(which)
    return which


@dataclass(frozen=True)
class Line:
    """What it was about, who it was for, what became of it."""

    about: str | Promise
    to: str
    state: states.State
    practice: bool = False

    @classmethod
    def of_all(cls, messages: Sequence[Message], *, looker: User, now: dt.datetime) -> list[Line]:
        """In the order of the messages."""
        practice = {pk for which in _practice for pk in which(messages)}
        return [cls._of(message, looker, now, message.pk in practice) for message in messages]

    @classmethod
    def _of(cls, message: Message, looker: User, now: dt.datetime, practice: bool) -> Line:
        return cls(
            about=kinds.of(message.kind).about or _("A message"),
            to=_reader(message, looker),
            state=states.of(message, now=now, looker_id=looker.pk),
            practice=practice,
        )


def _reader(message: Message, looker: User) -> str:
    """By name, or by the address the looker typed themselves. Never an address from somebody's account."""
    if message.recipient is None:
        return message.address
    if message.recipient == looker:
        return _("you")
    return message.recipient.name or _("somebody in your network")
