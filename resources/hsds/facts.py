"""What our own columns say, as terms of the vocabulary of facts: HSDS has no columns for them.

`said` goes out, `heard` comes in, and they are each other's inverse. A value "no" with a term of access says that
it is known not to be there.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from resources import vocabulary
from resources.models import Location, Organization, Service

LACKING = "no"
# Columns with a value of their own: the link type they are filed under is the first half of the code.
VALUES = {
    "standing_minutes": "access:standing_minutes",
    "parking_metres": "access:parking_metres",
    "cancel_policy": "access:cancel_policy",
    "keywords": "about:keywords",
    "text_language": "about:text_language",
    "alert_until": "about:alert_until",
}
CHOICES = ("kind", "cost", "referral")
ZONE, SOURCE = "about:time_zone", "about:source"
# Every column of a service that travels this way.
COLUMNS = (*CHOICES, "delivery", "access", "access_lacking", *VALUES)


@dataclass(frozen=True)
class Fact:
    code: str
    value: str = ""
    label: str = ""

    @property
    def link_type(self) -> str:
        return self.code.split(":")[0]

    def key(self, of: uuid.UUID) -> uuid.UUID:
        return uuid.uuid5(of, f"{self.code}\n{self.value}")


def of_service(service: Service) -> Iterator[Fact]:
    for column in CHOICES:
        if chosen := getattr(service, column):
            yield Fact(f"{column}:{chosen}")
    yield from (Fact(f"delivery:{way}") for way in service.delivery)
    yield from (Fact(f"access:{there}") for there in service.access)
    yield from (Fact(f"access:{lacking}", LACKING) for lacking in service.access_lacking)
    for column, code in VALUES.items():
        if (value := getattr(service, column)) not in ("", None):
            yield Fact(code, str(value))
    yield from of_source(service)


def of_location(location: Location) -> Iterator[Fact]:
    if location.time_zone:
        yield Fact(ZONE, location.time_zone)
    yield from of_source(location)


def of_source(record: Service | Location | Organization) -> Iterator[Fact]:
    """Where it comes from, and on what terms."""
    if record.source:
        yield Fact(SOURCE, record.source.name, record.source.licence)


# The way back ---------------------------------------------------------------------------------


@cache
def codes_by_key() -> dict[uuid.UUID, str]:
    """Our fact terms by their id, which is the same in every installation."""
    found = next(
        each for each in vocabulary.starting_words()["taxonomies"] if each["slug"] == vocabulary.FACTS
    )
    return {vocabulary.term_key(vocabulary.FACTS, term["code"]): term["code"] for term in found["terms"]}


def heard(facts: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Cells of a service (or a place) from its facts, each a code and a value."""
    cells: dict[str, Any] = {column: [] for column in ("delivery", "access", "access_lacking")}
    columns = {code: column for column, code in VALUES.items()} | {ZONE: "time_zone"}
    for code, value in facts:
        column, _colon, choice = code.partition(":")
        if code in columns:
            cells[columns[code]] = value
        elif column == "access" and value == LACKING:
            cells["access_lacking"].append(choice)
        elif column in ("delivery", "access"):
            cells[column].append(choice)
        elif column in CHOICES:
            cells[column] = choice
    return {column: sorted(value) if isinstance(value, list) else value for column, value in cells.items()}
