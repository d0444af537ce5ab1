"""Tables of contacts (CSV) from Google, Outlook or anywhere: which column is which is told from its heading."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts import formulas
from networks.contacts.card import PHONE, Contact, Raw, Report, tidy

# Headings as `_bare` leaves them: lower case, letters and digits only. Earlier ones win.
HEADINGS = {
    "name": "name fullname displayname fileas anzeigename nom nomcomplet nombre",
    "first": "firstname givenname vorname prenom nombredepila",
    "middle": "middlename additionalname",
    "last": "lastname familyname surname nachname nomdefamille apellidos apellido",
    "nickname": "nickname spitzname surnom apodo",
    "organisation": "organizationname organization1name company organisation organization firma",
    "email": "email1value emailaddress email mail email1address primaryemail emailadresse adresseemail correo"
    " correoelectronico email2value email2address",
    "phone": "mobilephone mobile mobil handy phone1value phone telephone telefon tel phonenumber primaryphone"
    " telefono movil homephone phone2value businessphone",
    "relationship": "relationship relation",
    "circle": "circle",
    "kind": "tiekind",
    "supports": "supports",
    "ideal_days": "idealdays",
    "at_most_days": "atmostdays",
    "helps": "helps",
    "hinders": "hinders",
    "energy": "energy",
}
# Each with its number in the file.
Rows = list[tuple[int, list[str]]]
# Google's have about a hundred.
MOST_COLUMNS = 300
# Google writes several values into one cell like this.
_SEVERAL = " ::: "


def read(text: str, *, most: int) -> Report:
    rows, troubles = _rows(text)
    columns, rows = _columns(rows)
    if not columns:
        return Report((), tuple(troubles))
    contacts: list[Contact] = []
    for number, cells in rows:
        if len(contacts) == most:
            troubles.append(_("There are more rows than we read at once. Bring the rest in a second file."))
            break
        raw = _raw([formulas.freed(cell) for cell in cells[:MOST_COLUMNS]], columns)
        contact, trouble = tidy(raw, where=_("Row %(number)s") % {"number": number})
        troubles += trouble
        if contact:
            contacts.append(contact)
    return Report(tuple(contacts), tuple(troubles))


def _rows(text: str) -> tuple[Rows, list[str]]:
    """Rows with anything in them, with their line in the file; and why reading stopped, if it did."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    rows: Rows = []
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                rows.append((number, cells))
    except csv.Error:
        where = len(rows) + 1
        return rows, [
            _("From row %(number)s on the file could not be read. Is it a table?") % {"number": where}
        ]
    return rows, []


def _delimiter(text: str) -> str:
    heading = text.lstrip().partition("\n")[0]
    return max(",;\t", key=heading.count)


def _columns(rows: Rows) -> tuple[dict[str, list[int]], Rows]:
    """Which columns hold what, best first; and the rows that are contacts."""
    if not rows:
        return {}, []
    headings = [_bare(cell) for cell in rows[0][1][:MOST_COLUMNS]]
    places = {
        field: [headings.index(name) for name in names.split() if name in headings]
        for field, names in HEADINGS.items()
    }
    found = {field: at for field, at in places.items() if at}
    return (found, rows[1:]) if found else (_guessed(rows[0][1][:MOST_COLUMNS]), rows)


def _bare(heading: str) -> str:
    flat = unicodedata.normalize("NFKD", heading.casefold())
    return re.sub(r"[^a-z0-9]", "", flat)


def _guessed(cells: list[str]) -> dict[str, list[int]]:
    """No headings: an address has an @, a number has digits, and the first of the others is the name."""
    found: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        freed = formulas.freed(cell).strip()[:300]
        field = "email" if "@" in freed else "phone" if PHONE.match(freed) else "name"
        if freed:
            found.setdefault(field, []).append(place)
    return found if "email" in found or "phone" in found or len(cells) == 1 else {}


def _raw(cells: list[str], columns: dict[str, list[int]]) -> Raw:
    values = {field: _value(cells, places) for field, places in columns.items()}
    parts = [values.pop(part, "") for part in ("first", "middle", "last")]
    nickname = values.pop("nickname", "")
    name = values.get("name", "") or " ".join(part for part in parts if part) or nickname
    supports = tuple(values.pop("supports", "").split())
    return Raw(values | {"name": name}, supports=supports)


def _value(cells: list[str], places: list[int]) -> str:
    found: Iterator[str] = (cells[place].strip() for place in places if place < len(cells))
    return next((value.split(_SEVERAL)[0] for value in found if value), "")
