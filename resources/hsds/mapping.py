"""A plain table of anybody's, one listing a row, with a mapping that says which column is what.

The mapping is TOML or JSON. Under the name of an HSDS table stands, for each of its fields, where it comes from:

    id = "Ref"                                    # or a list; left out: made from name and address
    [organization]
    name = "Provider"
    [service]
    name = "Title"
    description = ["About", "More"]               # several columns, one paragraph each
    kind = { value = "group" }                    # always the same
    cost = { column = "Price", map = { "0" = "free" }, default = "paid" }
    [address]
    address_1 = "Street"
    city = "Town"
    country = { value = "GB" }
    [phone]
    number = "Telephone"

Tables that may be named: organization, location, service, address, phone, schedule, cost_option, language,
service_area, required_document. A location is made where there is an address; it joins the service by itself.
An example to try is in docs/mapping.md.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from resources.hsds.rows import Row
from resources.hsds.tables import BY_NAME
from resources.hsds.unpacking import Unreadable

OF_SERVICE = ("phone", "schedule", "cost_option", "language", "service_area", "required_document")
KNOWN = ("organization", "location", "service", "address", *OF_SERVICE)


@dataclass(frozen=True)
class Mapping:
    tables: dict[str, dict[str, Any]]
    key: list[str]

    def rows(self, row: Row) -> list[Row]:
        """The rows of one listing, parents first. Those that hold nothing are left out."""
        key = self.key_of(row.cells)
        house = self.said("organization", row.cells)
        house_key = "organization " + digest([house.get("name", "")])
        made = [("organization", house | {"id": house_key})]
        made += self.place(row.cells, key, house_key)
        made.append(("service", self.said("service", row.cells) | {"id": key, "organization_id": house_key}))
        if len(made) > 2:
            made.append(
                ("service_at_location", {"id": f"at {key}", "service_id": key, "location_id": f"place {key}"})
            )
            made.append(
                (
                    "address",
                    self.said("address", row.cells) | {"id": f"address {key}", "location_id": f"place {key}"},
                )
            )
        for table in OF_SERVICE:
            if cells := self.said(table, row.cells):
                made.append((table, cells | {"id": f"{table} {key}", "service_id": key}))
        repeats = ("organization",)
        return [Row(BY_NAME[name], row.where, cells, may_repeat=name in repeats) for name, cells in made]

    def place(self, cells: dict[str, Any], key: str, house: str) -> list[tuple[str, dict[str, Any]]]:
        if not self.said("address", cells).get("address_1"):
            return []
        said = {"location_type": "physical"} | self.said("location", cells)
        return [("location", said | {"id": f"place {key}", "organization_id": house})]

    def key_of(self, cells: dict[str, Any]) -> str:
        if self.key:
            return " ".join(str(cells.get(column, "")).strip() for column in self.key).strip()
        said = [self.said("service", cells).get("name", ""), *self.said("address", cells).values()]
        return digest(said)

    def said(self, table: str, cells: dict[str, Any]) -> dict[str, str]:
        """What the row says for one table; nothing where it says nothing but what is always said."""
        wanted = self.tables.get(table, {})
        found = {field: value(source, cells) for field, source in wanted.items()}
        spoken = any(found[field] and not always(source) for field, source in wanted.items())
        return {field: text for field, text in found.items() if text} if spoken else {}


def value(source: Any, cells: dict[str, Any]) -> str:
    if isinstance(source, str):
        return str(cells.get(source, "")).strip()
    if isinstance(source, list):
        return "\n\n".join(filter(None, (value(each, cells) for each in source)))
    if "value" in source:
        return str(source["value"])
    said = value(source["column"], cells)
    return str(source.get("map", {}).get(said, source.get("default", said)))


def always(source: Any) -> bool:
    return isinstance(source, dict) and "value" in source


def digest(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).casefold().encode("utf-8", "replace")).hexdigest()[:32]


def load(path: Path) -> Mapping:
    """Raises Unreadable with what is wrong with the mapping."""
    try:
        return parse(path.read_bytes(), is_json=path.suffix.lower() == ".json")
    except OSError as error:
        raise Unreadable(str(error)) from error


def parse(content: bytes, *, is_json: bool) -> Mapping:
    try:
        text = content.decode("utf-8-sig")
        found: Any = json.loads(text) if is_json else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("The mapping cannot be read: %(why)s") % {"why": error}) from error
    if not isinstance(found, dict):
        raise Unreadable(_("The mapping should name tables and their fields."))
    key = found.pop("id", [])
    check(found)
    return Mapping(found, [key] if isinstance(key, str) else [str(each) for each in key])


def check(found: dict[str, Any]) -> None:
    for table, fields in found.items():
        if table not in KNOWN or not isinstance(fields, dict):
            raise Unreadable(_("The mapping names “%(name)s”, which is no table.") % {"name": table})
        known = {*BY_NAME[table].columns, *BY_NAME[table].own}
        for field, source in fields.items():
            if field not in known:
                where = {"name": f"{table}.{field}"}
                raise Unreadable(_("The mapping names “%(name)s”, which is no field.") % where)
            if not sound(source):
                raise Unreadable(_("The mapping does not say where “%(name)s” comes from.") % {"name": field})
    if not {"organization", "service"} <= set(found):
        raise Unreadable(_("The mapping has to say where the organization and the service are."))


def sound(source: Any) -> bool:
    if isinstance(source, list):
        return bool(source) and all(isinstance(each, str) for each in source)
    if isinstance(source, dict):
        return "value" in source or (
            isinstance(source.get("column"), str) and isinstance(source.get("map", {}), dict)
        )
    return isinstance(source, str)
