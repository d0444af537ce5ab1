"""datapackage.json: what the tables hold, in the words of the Tabular Data Package standard. Made from the shapes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any, Literal, get_args, get_origin

from resources.hsds import shapes
from resources.hsds.shapes import Shape

TYPES: dict[type, dict[str, str]] = {
    uuid.UUID: {"type": "string", "format": "uuid"},
    dt.datetime: {"type": "datetime"},
    dt.date: {"type": "date"},
    dt.time: {"type": "time"},
    float: {"type": "number"},
    int: {"type": "number"},
}
POINTS = {shape.name_of for shape in shapes.TABLES}


def package(tables: Collection[type[Shape]], *, strict: bool) -> dict[str, Any]:
    """For the tables that have rows; a file without rows is left out, and so is what points to it.

    `strict`: no cell that must not be empty is. A curators' copy keeps what is not finished yet.
    """
    names = {table.name_of for table in tables}
    return {
        "name": "human_services_data",
        "title": "Supportnet directory",
        "description": "Human Services Data Specification, an Open Referral resource, licensed CC BY-SA 4.0.",
        "profile": "tabular-data-package",
        "version": shapes.VERSION,
        "homepage": "http://docs.openreferral.org",
        "resources": [resource(table, names, strict=strict) for table in tables],
    }


def resource(table: type[Shape], names: set[str], *, strict: bool) -> dict[str, Any]:
    needed = set(shapes.needed(table)) if strict else {"id"}
    schema: dict[str, Any] = {
        "primaryKey": "id",
        "fields": [field(table, name, required=name in needed) for name in shapes.columns(table)],
    }
    if links := [key(name, names) for name in shapes.columns(table) if target(name) in names]:
        schema["foreignKeys"] = links
    return {
        "name": table.name_of,
        "path": table.file,
        "format": "csv",
        "mediatype": "text/csv",
        "profile": "tabular-data-resource",
        "schema": schema,
    }


def field(table: type[Shape], name: str, *, required: bool) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if required else {}
    constraints |= {"unique": True} if name == "id" else {}
    kinds = parts(table.model_fields[name].annotation)
    choices = [choice for kind in kinds if get_origin(kind) is Literal for choice in get_args(kind)]
    if choices:
        constraints["enum"] = choices
    described = next((TYPES[kind] for kind in kinds if kind in TYPES), {"type": "string"})
    return {"name": name, **described, "constraints": constraints}


def parts(kind: Any) -> list[Any]:
    """The types a field may have, without its being left out."""
    if get_origin(kind) is Literal or not get_args(kind):
        return [kind]
    return [part for each in get_args(kind) for part in parts(each) if part is not type(None)]


def target(name: str) -> str:
    """The table a column points into."""
    special = {"parent_organization_id": "organization", "parent_id": "taxonomy_term"}
    found = special.get(name, name.removesuffix("_id"))
    return found if name.endswith("_id") and found in POINTS else ""


def key(name: str, names: set[str]) -> dict[str, Any]:
    return {"fields": name, "reference": {"resource": target(name), "fields": "id"}}
