"""Who of a file may be somebody who is in the network already: same address, same number, or the same name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

# National and international ways of writing one number differ before its last nine digits.
_TELLING = 9


class Someone(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def email(self) -> str: ...


@dataclass(frozen=True)
class Likeness:
    """To whom, and by what. `place` is the place in what was compared with."""

    place: int
    why: str


def likenesses(found: Sequence[Someone], known: Sequence[Someone]) -> list[Likeness | None]:
    """For each of `found` the first of `known` that they may be."""
    index = _index(known)
    return [_like(one, index) for one in found]


def earlier(found: Sequence[Someone]) -> list[bool]:
    """For each of `found` whether the same file had them before."""
    seen: set[tuple[str, str]] = set()
    told = []
    for one in found:
        marks = _marks(one)
        told.append(any(mark in seen for mark in marks))
        seen.update(marks)
    return told


def _index(known: Iterable[Someone]) -> dict[tuple[str, str], int]:
    index: dict[tuple[str, str], int] = {}
    for place, one in enumerate(known):
        for mark in _marks(one):
            index.setdefault(mark, place)
    return index


def _like(one: Someone, index: dict[tuple[str, str], int]) -> Likeness | None:
    words = {"email": _("the same e-mail address"), "phone": _("the same number"), "name": _("the same name")}
    for mark in _marks(one):
        if mark in index:
            return Likeness(index[mark], words[mark[0]])
    return None


def _marks(one: Someone) -> list[tuple[str, str]]:
    """What somebody can be known by, the surest first."""
    marks = [("email", one.email.casefold()), ("phone", digits(one.phone)), ("name", folded(one.name))]
    return [mark for mark in marks if mark[1]]


def digits(phone: str) -> str:
    plain = "".join(str(unicodedata.decimal(sign)) for sign in phone if sign.isdecimal())
    return plain[-_TELLING:]


def folded(name: str) -> str:
    """Without accents, capitals and signs, so that "Tía Ángeles" is "tia angeles"."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in kept).split())
