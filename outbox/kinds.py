"""The kinds of message there are. Apps above register theirs when Django starts; the outbox knows none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outbox.models import Message

# Given the message, what its templates need; None when there is nothing left to say.
Context = Callable[["Message"], dict[str, Any] | None]


@dataclass(frozen=True)
class Kind:
    """`name` is also the folder of its three templates: mail/NAME/subject.txt, text.txt, html.html."""

    name: str
    context: Context
    # Sent by the web process itself if the broker is away: somebody is waiting at a form for it.
    at_once: bool = False
    # `params` hold a secret (a code) and are wiped when the message has ended.
    secret: bool = False
    # Other messages depend on whether it arrived: the moment it is handed over is written down.
    watched: bool = False


class NotYet(Exception):
    """Raised by a context: there is something to say, but another message has to be settled first."""


_kinds: dict[str, Kind] = {}


def register(
    name: str, *, at_once: bool = False, secret: bool = False, watched: bool = False
) -> Callable[[Context], Context]:
    """Make the decorated function the one that knows what messages of this kind say."""

    def keep(context: Context) -> Context:
        _kinds[name] = Kind(name, context, at_once, secret, watched)
        return context

    return keep


def of(name: str) -> Kind:
    """The kind of that name; an ordinary one that cannot be written if this version of the code has none."""
    return _kinds.get(name) or Kind(name, lambda message: get(message.kind).context(message))


def get(name: str) -> Kind:
    """The kind of that name. Raises KeyError for a kind no installed app has."""
    return _kinds[name]
