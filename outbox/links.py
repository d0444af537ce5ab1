"""Links in mail: a task has no request to ask for its host."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from outbox import kinds
from outbox.models import Message

_SALT = "outbox.unsubscribe"


@dataclass(frozen=True)
class Stop:
    """What the link in a letter stops: which messages, to whom, on which channel."""

    person_id: int
    channel: str
    what: str


def absolute(path: str) -> str:
    """The full address of a path on this site."""
    return f"{settings.SITE_URL}{path}"


def unsubscribe(message: Message) -> str:
    """Where its reader stops messages like this with one click; "" for what cannot be stopped that way."""
    what = kinds.of(message.kind).unsubscribe
    if not what or message.recipient_id is None:
        return ""
    token = signing.dumps([message.recipient_id, message.channel, what], salt=_SALT)
    return absolute(_pattern() + token + "/")


@functools.cache
def _pattern() -> str:
    """What the path begins with; asked for once, as every reminder needs it."""
    return reverse("unsubscribe", args=["x"]).removesuffix("x/")


def read_unsubscribe(token: str) -> Stop | None:
    """What such a link stops; None for a token that is not ours. It holds for as long as the letter is kept."""
    try:
        person_id, channel, what = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Stop(person_id, channel, what)
