"""HSDS 1.1 and its ancestor, the Ohana tables, as rows of HSDS 3.1.

1.1 has physical_addresses, postal_addresses, regular_schedules, services_at_location, services_taxonomy and
holiday_schedules; Ohana has addresses, mail_addresses, a location of its own for each service, and lists in cells.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Protocol

from dateutil import parser

from resources.hsds.rows import Row
from resources.hsds.tables import BY_NAME, EXCEPTIONS, Table
from resources.hsds.unpacking import Files

Cells = dict[str, Any]


class Read(Protocol):
    def __call__(self, name: str, table: Table, *, needs_id: bool = True) -> Iterator[Row]: ...


MARKS = {
    *("regular_schedules.csv", "holiday_schedules.csv", "physical_addresses.csv", "postal_addresses.csv"),
    *("mail_addresses.csv", "services_at_location.csv", "services_taxonomy.csv", "taxonomy.csv"),
}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
YES = ("true", "t", "1", "yes", "y")
STATUS = {"active": "active", "inactive": "inactive", "defunct": "defunct"}
RENAMED = {
    "fees": "fees_description",
    "eligibility": "eligibility_description",
    "website": "url",
    "department": "description",
    "number_type": "type",
}


def is_older(names: Collection[str]) -> bool:
    return bool(MARKS & set(names))


def read(files: Files, rows_of: Read) -> Iterator[list[Row]]:
    """Parents first. A file that is not there, or not known, is passed over."""
    houses: dict[str, str] = {}
    for name, table, make in ORDER:
        if name not in files:
            continue
        of_terms = name == "taxonomy.csv"
        for row in rows_of(name, BY_NAME[table], needs_id=not of_terms):
            if of_terms:
                row.cells["id"] = row.cells.get("taxonomy_id") or row.cells.get("id") or ""
            settle(table, row.cells, houses)
            yield [
                Row(TABLES[of], row.where, cells, may_repeat=of == "taxonomy")
                for of, cells in make(row.cells)
            ]


def settle(table: str, cells: Cells, houses: dict[str, str]) -> None:
    """Ohana's services name their place, and the place its organisation. This map alone grows with the files."""
    if table == "location":
        houses[str(cells.get("id"))] = str(cells.get("organization_id") or "")
    elif table == "service" and not cells.get("organization_id"):
        cells["organization_id"] = houses.get(str(cells.get("location_id")), "")


TABLES = {**BY_NAME, "exception": EXCEPTIONS}
Made = Iterable[tuple[str, Cells]]


def organization(cells: Cells) -> Made:
    year = re.search(r"\d{4}", str(cells.get("date_incorporated") or cells.get("year_incorporated") or ""))
    website = cells.get("website") or cells.get("url")
    yield "organization", {**cells, "website": website, "year_incorporated": year[0] if year else ""}
    yield from listed("funding", cells, "funding_sources", "organization_id", "source")


def program(cells: Cells) -> Made:
    yield "program", cells


def location(cells: Cells) -> Made:
    virtual = str(cells.get("virtual", "")).lower() in YES
    yield (
        "location",
        {**cells, "location_type": "virtual" if virtual else "physical", "url": cells.get("website")},
    )
    yield from listed("language", cells, "languages", "location_id", "name")
    yield from listed("accessibility", cells, "accessibility", "location_id", "description")


def service(cells: Cells) -> Made:
    renamed = {RENAMED.get(name, name): value for name, value in cells.items()}
    audience, eligibility = cells.get("audience") or "", renamed.get("eligibility_description") or ""
    status = STATUS.get(str(cells.get("status") or "active").lower(), "inactive")
    yield (
        "service",
        {
            **renamed,
            "status": status,
            "eligibility_description": " ".join(filter(None, [audience, eligibility])),
            "keywords": str(cells.get("keywords") or "")[:500],
        },
    )
    if cells.get("location_id"):
        yield (
            "service_at_location",
            {
                "id": f"service {cells['id']}",
                "service_id": cells["id"],
                "location_id": cells["location_id"],
            },
        )
    yield from listed("service_area", cells, "service_areas", "service_id", "name")
    yield from listed("language", cells, "languages", "service_id", "name")
    yield from listed("funding", cells, "funding_sources", "service_id", "source")
    yield from listed("required_document", cells, "required_documents", "service_id", "document")
    for term in split(cells.get("taxonomy_ids")):
        yield "attribute", topic(f"{cells['id']} {term}", cells["id"], term)


def at_location(cells: Cells) -> Made:
    yield "service_at_location", cells


def address(kind: str) -> Callable[[Cells], Made]:
    def make(cells: Cells) -> Made:
        street = cells.get("address_1") or cells.get("address")
        key = cells["id"] if kind == "physical" else f"{kind} {cells['id']}"
        yield "address", {**cells, "id": key, "address_1": street, "address_type": kind}

    return make


def phone(cells: Cells) -> Made:
    renamed = {RENAMED.get(name, name): value for name, value in cells.items()}
    prefix = str(cells.get("country_prefix") or "")
    yield "phone", {**renamed, "number": f"{prefix} {cells.get('number') or ''}".strip()}


def schedule(cells: Cells) -> Made:
    day = str(cells.get("weekday") or "").strip()
    code = DAYS[int(day) - 1] if day.isdigit() and 0 < int(day) < 8 else day[:2].upper()
    yield (
        "schedule",
        {**cells, "freq": "WEEKLY" if code in DAYS else "", "byday": code if code in DAYS else ""},
    )


def holiday(cells: Cells) -> Made:
    closed = str(cells.get("closed") or "").lower() in YES
    hours = {name: "" if closed else cells.get(name) for name in ("opens_at", "closes_at")}
    days = {"starts_on": day(cells.get("start_date")), "ends_on": day(cells.get("end_date"))}
    yield "exception", {**cells, **days, **hours, "id": f"holiday {cells['id']}", "reason": ""}


def day(said: Any) -> str:
    """ "12/24/2015" and "January 01, 2016" as 3.1 writes them; what is no day stays as it was said."""
    try:
        found = parser.parse(str(said or ""), default=dt.datetime(1, 1, 1), yearfirst=False)
    except (ValueError, OverflowError):
        return str(said or "")
    return found.date().isoformat()


def term(cells: Cells) -> Made:
    yield "taxonomy", {"id": "terms", "name": "Terms of the source", "description": "As the source has them."}
    parent = cells.get("parent_id")
    name = cells.get("name") or cells["id"]
    yield (
        "taxonomy_term",
        {
            "id": cells["id"],
            "code": cells["id"],
            "name": name,
            "description": name,
            "parent_id": parent,
            "taxonomy_id": "terms",
        },
    )


def filed(cells: Cells) -> Made:
    found = str(cells.get("taxonomy_id") or cells.get("taxonomy_term_id") or "")
    yield "attribute", topic(str(cells["id"]), str(cells.get("service_id") or ""), found)


def topic(key: str, of: str, found: str) -> Cells:
    return {"id": f"topic {key}", "service_id": of, "taxonomy_term_id": found, "link_type": "topic"}


def eligibility(cells: Cells) -> Made:
    yield (
        "required_document",
        {"id": f"document {cells['id']}", **{k: v for k, v in cells.items() if k != "id"}},
    )


def split(said: Any) -> list[str]:
    return [part.strip() for part in re.split(r"[,;|]", str(said or "")) if part.strip()]


def listed(table: str, cells: Cells, column: str, parent: str, target: str) -> Made:
    """A row for each word of a list in a cell, with an id that stays."""
    for word in dict.fromkeys(split(cells.get(column))):
        key = f"{parent} {cells['id']} {column} {word}"[:200]
        yield table, {"id": key, parent: cells["id"], target: word}


def same(table: str) -> Callable[[Cells], Made]:
    return lambda cells: [(table, cells)]


ORDER: tuple[tuple[str, str, Callable[[Cells], Made]], ...] = (
    ("taxonomy.csv", "taxonomy_term", term),
    ("organizations.csv", "organization", organization),
    ("programs.csv", "program", program),
    ("locations.csv", "location", location),
    ("services.csv", "service", service),
    ("services_at_location.csv", "service_at_location", at_location),
    ("physical_addresses.csv", "address", address("physical")),
    ("addresses.csv", "address", address("physical")),
    ("postal_addresses.csv", "address", address("postal")),
    ("mail_addresses.csv", "address", address("postal")),
    ("phones.csv", "phone", phone),
    ("regular_schedules.csv", "schedule", schedule),
    ("holiday_schedules.csv", "schedule", holiday),
    ("services_taxonomy.csv", "attribute", filed),
    ("languages.csv", "language", same("language")),
    ("service_areas.csv", "service_area", same("service_area")),
    ("required_documents.csv", "required_document", eligibility),
    ("funding.csv", "funding", same("funding")),
    ("accessibility_for_disabilities.csv", "accessibility", same("accessibility")),
)
