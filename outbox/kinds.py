"""The kinds of message there are. Apps above register theirs when Django starts; the outbox knows none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from celery.exceptions import SoftTimeLimitExceeded
from django.utils.functional import Promise

if TYPE_CHECKING:
    from outbox.models import Message


class NotYet(Exception):
    """There is something to say, but something else has to be settled first. Raised or, for many, returned.

    `until` says when to look again; without it delivery looks again soon.
    """

    def __init__(self, until: dt.datetime | None = None) -> None:
        super().__init__(until)
        self.until = until


Context = dict[str, Any]
# What there is to say: what the template needs; None when there is nothing left to say.
Said = Context | None | NotYet
One = Callable[["Message"], Context | None]
Many = Callable[[list["Message"]], Sequence[Said | Exception]]


@dataclass(frozen=True)
class Kind:
    """`name` is also the name of its template: mail/NAME.txt."""

    name: str
    many: Many
    # Sent by the web process itself if the broker is away: somebody is waiting at a form for it.
    at_once: bool = False
    # `params` hold a secret (a code) and are wiped when the message has ended.
    secret: bool = False
    # Other messages depend on whether it arrived: the moment it is handed over is written down.
    watched: bool = False
    # Not urgent: a person gets at most one such message on a day of their own.
    gentle: bool = False
    # What the reader may stop with one click ("nudges"); "" for what cannot be stopped that way.
    unsubscribe: str = ""
    # That it did not go is the reader's own business (a break, as much as they wish for): nobody else sees it then.
    private: bool = False
    # What to call it on the page that lists what was sent, in words for whoever looks; may be lazy.
    about: str | Promise = ""

    def context(self, message: Message) -> Context | None:
        """What this one message says. Raises NotYet."""
        (said,) = self.many([message])
        if isinstance(said, Exception):
            raise said
        return said

    def contexts(self, messages: list[Message]) -> list[Said | Exception]:
        """What each of these says. One that cannot be worked out gives its exception and spoils no other."""
        try:
            return list(self._all(messages))
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            if len(messages) == 1:
                return [error]
        return [said for message in messages for said in self.contexts([message])]

    def _all(self, messages: list[Message]) -> Sequence[Said | Exception]:
        said = self.many(messages)
        if len(said) != len(messages):
            raise ValueError(f"{self.name} answered for {len(said)} of {len(messages)} messages")
        return said


_kinds: dict[str, Kind] = {}


class How(TypedDict, total=False):
    """What may be said of a kind when it is registered; `Kind` explains each."""

    at_once: bool
    secret: bool
    watched: bool
    gentle: bool
    unsubscribe: str
    private: bool
    about: str | Promise


def register(name: str, **how: Unpack[How]) -> Callable[[One], One]:
    """Make the decorated function the one that knows what a message of this kind says."""

    def keep(one: One) -> One:
        _kinds[name] = Kind(name, _each(one), **how)
        return one

    return keep


def register_many(name: str, **how: Unpack[How]) -> Callable[[Many], Many]:
    """The same for a function that answers for a whole list of messages, in their order, in few queries."""

    def keep(many: Many) -> Many:
        _kinds[name] = Kind(name, many, **how)
        return many

    return keep


def _each(one: One) -> Many:
    return lambda messages: [_said(one, message) for message in messages]


def _said(one: One, message: Message) -> Said | Exception:
    try:
        return one(message)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        return error


def private() -> list[str]:
    """The names of those kinds."""
    return [kind.name for kind in _kinds.values() if kind.private]


def of(name: str) -> Kind:
    """The kind of that name; an ordinary one that cannot be written if this version of the code has none."""
    return _kinds.get(name) or Kind(name, lambda messages: [get(name).context(m) for m in messages])


def get(name: str) -> Kind:
    """The kind of that name. Raises KeyError for a kind no installed app has."""
    return _kinds[name]
