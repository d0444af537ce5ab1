"""One line of the page "What we sent for you"."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from outbox import kinds, states
from outbox.models import Message


@dataclass(frozen=True)
class Line:
    """What it was about, who it was for, what became of it."""

    about: str | Promise
    to: str
    state: states.State

    @classmethod
    def of(cls, message: Message, *, looker: User, now: dt.datetime) -> Line:
        return cls(
            about=kinds.of(message.kind).about or _("A message"),
            to=_reader(message, looker),
            state=states.of(message, now=now, looker_id=looker.pk),
        )


def _reader(message: Message, looker: User) -> str:
    """By name, or by the address the looker typed themselves. Never an address from somebody's account."""
    if message.recipient is None:
        return message.address
    if message.recipient == looker:
        return _("you")
    return message.recipient.name or _("somebody in your network")
