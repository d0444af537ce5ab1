"""The official schemas of HSDS 3.1. SUPPORTNET_HSDS_SCHEMAS names their folder; the project holds none of them."""

import functools
import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

NESTED = {"organization": ("services", "service"), "service_at_location": ("service", "service")}


def folder() -> Path:
    place = os.environ.get("SUPPORTNET_HSDS_SCHEMAS", "")
    if not place:
        pytest.skip("SUPPORTNET_HSDS_SCHEMAS is not set: it names the folder with the standard's own schemas")
    return Path(place) / "schema"


@functools.cache
def validator(kind: str) -> Draft202012Validator:
    """Strict: a property the standard does not know is refused, as the official checks do."""
    found = {path.name: absolute(json.loads(path.read_text("utf-8"))) for path in folder().glob("*.json")}
    found["organization.json"]["properties"]["services"] = {
        "type": "array",
        "items": {"$ref": "urn:hsds:service.json"},
    }
    found["service_at_location.json"]["properties"]["service"] = {"$ref": "urn:hsds:service.json"}
    for schema in found.values():
        schema["additionalProperties"] = False
    registry = Registry().with_resources(
        (f"urn:hsds:{name}", Resource.from_contents(schema, default_specification=DRAFT202012))
        for name, schema in found.items()
    )
    return Draft202012Validator(found[f"{kind}.json"], registry=registry, format_checker=FormatChecker())


def absolute(node):
    if isinstance(node, dict):
        return {
            key: f"urn:hsds:{value}" if key == "$ref" and str(value).endswith(".json") else absolute(value)
            for key, value in node.items()
        }
    return [absolute(each) for each in node] if isinstance(node, list) else node


def complaints(kind: str, document) -> list[str]:
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in validator(kind).iter_errors(document)
    ] + nothings(document)


def nothings(node, path="") -> list[str]:
    """Nulls, and empty lists and texts that are not required."""
    if isinstance(node, dict):
        return [each for key, value in node.items() for each in nothings(value, f"{path}/{key}")]
    if isinstance(node, list):
        empty = [] if node else [f"{path}: an empty list"]
        return empty + [each for n, value in enumerate(node) for each in nothings(value, f"{path}/{n}")]
    return [f"{path}: null"] if node is None else []
