"""Contact cards of phones (vCard 2.1, 3.0, 4.0): cut into cards, freed of photos, each read by vobject."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import vobject
from django.utils.translation import gettext as _

from networks.contacts.card import Contact, Raw, Report, tidy

OURS = "X-SUPPORTNET-"
# A line longer than this is no name and no number.
LONGEST_LINE = 8000
# What comes after so many names and numbers of one person is passed over.
MOST_LINES = 200
_PROPERTY = re.compile(r"^(?:[\w-]+\.)?([A-Za-z-]+)[;:]")
_WANTED = {"VERSION", "FN", "N", "NICKNAME", "ORG", "TEL", "EMAIL", "KIND"}
_KINDS = {"group": "group", "org": "group", "location": "place"}
_OWN_FIELDS = ("relationship", "circle", "kind", "helps", "hinders", "energy", "ideal_days", "at_most_days")


def read(text: str, *, most: int) -> Report:
    contacts: list[Contact] = []
    troubles: list[str] = []
    for number, card in enumerate(_cards(text), start=1):
        if number > most:
            troubles.append(_("There are more cards than we read at once. Bring the rest in a second file."))
            break
        contact, trouble = _read_one(card, where=_("Card %(number)s") % {"number": number})
        troubles += trouble
        if contact:
            contacts.append(contact)
    return Report(tuple(contacts), tuple(troubles))


def _cards(text: str) -> Iterator[list[str]]:
    """The lines of each card. One that is never closed ends where the next begins, or with the file."""
    lines: list[str] | None = None
    for line in text.split("\n"):
        mark = line.strip().upper()
        if mark in ("BEGIN:VCARD", "END:VCARD") and lines is not None:
            yield lines
        if mark in ("BEGIN:VCARD", "END:VCARD"):
            lines = [] if mark.startswith("BEGIN") else None
        elif lines is not None:
            lines.append(line)
    if lines is not None:
        yield lines


def _read_one(lines: list[str], *, where: str) -> tuple[Contact | None, list[str]]:
    wanted = islice(filter(_is_wanted, _unfolded(lines)), MOST_LINES)
    try:
        card = vobject.readOne("\r\n".join(["BEGIN:VCARD", *wanted, "END:VCARD", ""]), allowQP=True)
        raw = _raw(card.contents)
    except (
        Exception
    ):  # another's parser, and strangers' files: whatever it is, this card is told and left out
        return None, [_("%(where)s could not be read, so it was left out.") % {"where": where}]
    return tidy(raw, where=where)


def _unfolded(lines: list[str]) -> Iterator[str]:
    """Long lines are folded: by a blank at the beginning of the next, or "=" at the end in quoted-printable."""
    whole = ""
    for line in lines:
        if whole.endswith("=") and _is_quoted(whole):
            whole = whole[:-1] + line.lstrip(" \t")
        elif line[:1] in (" ", "\t"):
            whole += line[1:]
        else:
            yield whole
            whole = line
        # What is longer is not wanted; it only must not grow for ever.
        whole = whole[: LONGEST_LINE + 1]
    yield whole


def _is_quoted(line: str) -> bool:
    return "QUOTED-PRINTABLE" in line.partition(":")[0].upper()


def _is_wanted(line: str) -> bool:
    found = _PROPERTY.match(line)
    if not found or len(line) > LONGEST_LINE:
        return False
    name = found[1].upper()
    return name in _WANTED or name.startswith(OURS)


def _raw(contents: dict[str, list[Any]]) -> Raw:
    own = {field: _own(contents, field) for field in _OWN_FIELDS}
    raw = Raw(own, supports=tuple(_own(contents, "supports").split()))
    raw.values["name"] = _first(contents, "fn", str) or _name(contents) or _first(contents, "nickname", str)
    raw.values["organisation"] = _first(contents, "org", lambda value: str(value[0]) if value else "")
    raw.values["phone"] = _best(contents.get("tel", []), "tel:")
    raw.values["email"] = _best(contents.get("email", []), "mailto:")
    raw.values["kind"] = own["kind"] or _KINDS.get(_first(contents, "kind", str).lower(), "")
    if raw.values["name"] and raw.values["name"] == raw.values["organisation"]:
        raw.values["kind"] = raw.values["kind"] or "group"
    return raw


def _own(contents: dict[str, list[Any]], field: str) -> str:
    return _first(contents, f"{OURS}{field}".lower().replace("_", "-"), str)


def _first(contents: dict[str, list[Any]], name: str, words: Callable[[Any], str]) -> str:
    """The first one that says anything."""
    found = (words(line.value) for line in contents.get(name, []))
    return next((value for value in found if value.strip()), "")


def _name(contents: dict[str, list[Any]]) -> str:
    for line in contents.get("n", []):
        parts = (line.value.given, line.value.additional, line.value.family)
        words = " ".join(" ".join(part) if isinstance(part, list) else str(part) for part in parts)
        if words.strip():
            return words
    return ""


def _best(lines: list[Any], scheme: str) -> str:
    """Of several numbers the one marked as preferred, else a mobile one, else the first."""
    ranked = sorted((line for line in lines if str(line.value).strip()), key=_rank)
    value = str(ranked[0].value).strip() if ranked else ""
    return value[len(scheme) :] if value.lower().startswith(scheme) else value


def _rank(line: Any) -> int:
    marks = [*line.singletonparams, *(mark for marks in line.params.values() for mark in marks)]
    words = {word.strip().upper() for mark in marks for word in str(mark).split(",")}
    if "PREF" in words or "PREF" in line.params:
        return 0
    return 1 if "CELL" in words else 2
