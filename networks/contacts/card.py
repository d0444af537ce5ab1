"""One contact of a file, tidied so that it could be a tie, and what is told about the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.forms import TURNS
from accounts.models import one_line
from networks.models import Circle, Energy, Support, TieKind

PHONE = re.compile(r"^[\d\s()+./#*-]*\d[\d\s()+./#*-]*$")
# Control characters that a text of several lines may not have; PostgreSQL refuses the first of them.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Contact:
    """What a tie would be made of. Everything but the name may be empty."""

    name: str
    kind: str = TieKind.PERSON.value
    circle: str = ""
    relationship: str = ""
    supports: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    ideal_days: int | None = None
    at_most_days: int | None = None
    helps: str = ""
    hinders: str = ""
    energy: str = ""


@dataclass(frozen=True)
class Report:
    """What a file held: contacts, and sentences about what was left out."""

    contacts: tuple[Contact, ...] = ()
    troubles: tuple[str, ...] = ()

    def and_also(self, trouble: str) -> Report:
        return replace(self, troubles=(*self.troubles, trouble))


@dataclass
class Raw:
    """What a reader found for one contact, as it stood in the file. Keys are the fields of `Contact`."""

    values: dict[str, str] = field(default_factory=dict)
    supports: tuple[str, ...] = ()

    def get(self, key: str) -> str:
        return self.values.get(key, "")


def tidy(raw: Raw, *, where: str) -> tuple[Contact | None, list[str]]:
    """The contact as a tie can hold it, and sentences about what had to be left out. `where`: "Row 3"."""
    troubles: list[str] = []
    email, phone = _email(raw, where, troubles), _phone(raw, where, troubles)
    name = line(raw.get("name"), 80) or line(raw.get("organisation"), 80) or email.partition("@")[0][:80]
    if not name:
        return None, [_("%(where)s has no name, so it was left out.") % {"where": where}]
    ideal, at_most = _days(raw.get("ideal_days")), _days(raw.get("at_most_days"))
    contact = Contact(
        name=name,
        kind=_known(raw.get("kind"), TieKind.values) or _guessed_kind(raw),
        circle=_known(raw.get("circle"), Circle.values),
        relationship=line(raw.get("relationship"), 60),
        supports=_supports(raw.supports),
        phone=phone,
        email=email,
        ideal_days=ideal,
        at_most_days=None if ideal and at_most and at_most < ideal else at_most,
        helps=text(raw.get("helps")),
        hinders=text(raw.get("hinders")),
        energy=_known(raw.get("energy"), Energy.values),
    )
    return contact, troubles


def line(value: str, most: int) -> str:
    """One line of plain text, as a form would keep it."""
    return one_line(TURNS.sub("", _CONTROLS.sub(" ", value)))[:most].strip()


def text(value: str) -> str:
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    return TURNS.sub("", _CONTROLS.sub(" ", plain)).strip()[:1000].strip()


def _email(raw: Raw, where: str, troubles: list[str]) -> str:
    email = line(raw.get("email"), 300)
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError:
        email = ""
    if not email or len(email) > 254:
        troubles.append(_("%(where)s: the e-mail address is not one, so it was left out.") % {"where": where})
        return ""
    return email


def _phone(raw: Raw, where: str, troubles: list[str]) -> str:
    phone = line(raw.get("phone"), 300)
    if not phone or (PHONE.match(phone) and len(phone) <= 40):
        return phone
    troubles.append(_("%(where)s: the phone number is not one, so it was left out.") % {"where": where})
    return ""


def _guessed_kind(raw: Raw) -> str:
    """An entry with nothing but an organisation's name is a group more often than a person."""
    nobody = not line(raw.get("name"), 80)
    return TieKind.GROUP.value if nobody and line(raw.get("organisation"), 80) else TieKind.PERSON.value


def _known(value: str, known: Iterable[str]) -> str:
    return value if value in set(known) else ""


def _supports(values: Iterable[str]) -> tuple[str, ...]:
    chosen = set(values)
    return tuple(support.value for support in Support if support.value in chosen)


def _days(value: str) -> int | None:
    """Between one day and a year, else nothing."""
    if not (value.isascii() and value.isdecimal() and len(value) <= 3):
        return None
    days = int(value)
    return days if 1 <= days <= 366 else None
