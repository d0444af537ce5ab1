"""What happens between choosing a file and saying yes: the found contacts travel in the page, signed, and come back.

Nothing is kept here. A row for an hour would have to be deleted by somebody, and would outlive that in backups; and the
people in an address book agreed to nothing. So their owner's own browser holds them, in a field that only this person
can use, for an hour, unchanged. What is ticked travels beside it, three digits a contact.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.core import signing

from accounts.models import User
from networks.contacts.card import Contact
from networks.models import Circle, TieKind

OPEN_FOR = dt.timedelta(hours=1)
_SALT = "networks.contacts"
_CIRCLES, _KINDS = list(Circle.values), list(TieKind.values)
_PICKS = re.compile(r"(?:[01][012][012])*")


@dataclass(frozen=True)
class Bundle:
    """The contacts of one file, and the key that makes sending them twice once."""

    key: uuid.UUID
    contacts: tuple[Contact, ...]


@dataclass(frozen=True)
class Pick:
    """What the owner wants for one contact."""

    take: bool
    circle: str
    kind: str


def sealed(bundle: Bundle, *, by: User) -> str:
    contacts = [{name: value for name, value in asdict(one).items() if value} for one in bundle.contacts]
    content = {"by": by.pk, "key": str(bundle.key), "contacts": contacts}
    return signing.dumps(content, salt=_SALT, compress=True)


def unsealed(sent: str, *, by: User) -> Bundle | None:
    """Nothing, if it is not ours, somebody else's, changed, or older than an hour."""
    try:
        content = signing.loads(sent, salt=_SALT, max_age=OPEN_FOR)
    except signing.BadSignature:
        return None
    if content["by"] != by.pk:
        return None
    contacts = (Contact(**one | {"supports": tuple(one.get("supports", ()))}) for one in content["contacts"])
    return Bundle(uuid.UUID(content["key"]), tuple(contacts))


def written(picks: Iterable[Pick]) -> str:
    return "".join(
        f"{int(pick.take)}{_CIRCLES.index(pick.circle)}{_KINDS.index(pick.kind)}" for pick in picks
    )


def read(sent: str, *, contacts: int) -> list[Pick] | None:
    """What `written` wrote for as many contacts; nothing if it is anything else."""
    if len(sent) != 3 * contacts or not _PICKS.fullmatch(sent):
        return None
    return [
        Pick(sent[at] == "1", _CIRCLES[int(sent[at + 1])], _KINDS[int(sent[at + 2])])
        for at in range(0, len(sent), 3)
    ]
