"""An invented directory as files, for the benchmark of the exchange: tables, or one full service a line.

Eight services a house; each has a place with an address, a phone, a time, a topic and the price as one of our facts.
In its second edition each service has a new description and each phone a new number; all else is as it was.
"""

from __future__ import annotations

import csv
import json
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

WORDS = (
    "tea",
    "talk",
    "walk",
    "rest",
    "pain",
    "garden",
    "sleep",
    "hands",
    "chair",
    "water",
    "music",
    "soup",
    "ride",
)
SPACE = uuid.UUID("1f3c8e52-2f3b-5b8e-9f3a-6d0a6b2a9f11")
HOUSEFUL = 8


def key(kind: str, number: int) -> str:
    return str(uuid.uuid5(SPACE, f"{kind}/{number}"))


def words(number: int, many: int) -> str:
    return " ".join(WORDS[(number * 7 + each * each) % len(WORDS)] for each in range(many))


def house(n: int) -> dict[str, Any]:
    name, about = f"House {n} {words(n, 2)}", words(n, 20)
    return {"id": key("o", n), "name": name, "description": about, "website": f"https://house{n}.example.org"}


def service(n: int, edition: int) -> dict[str, Any]:
    name = f"{words(n, 3)} {n}"
    about = {"description": words(n + edition, 60), "minimum_age": 18}
    return {"id": key("s", n), "name": name, "status": "active", **about}


def location(n: int) -> dict[str, Any]:
    where = {"latitude": 50 + n % 700 / 100, "longitude": n % 500 / 100 - 5}
    return {"id": key("l", n), "location_type": "physical", "name": f"Hall {n}", **where}


def address(n: int) -> dict[str, Any]:
    town = {"city": f"Town {n % 900}", "state_province": "Shire", "postal_code": f"AB{n % 99} 1CD"}
    return {"id": key("a", n), "address_1": f"{n} Quay", **town, "country": "GB", "address_type": "physical"}


def phone(n: int, edition: int) -> dict[str, Any]:
    return {"id": key("p", n), "number": f"01632 9{edition}{n % 10000:04}"}


def schedule(n: int) -> dict[str, Any]:
    times = {"opens_at": "09:00:00", "closes_at": "17:30:00"}
    return {"id": key("c", n), "freq": "WEEKLY", "byday": "MO,TH", **times}


def terms() -> tuple[str, str]:
    """A topic and a price, which every installation knows by these ids."""
    from resources import vocabulary  # noqa: PLC0415 - Django first

    topic = vocabulary.term_key(vocabulary.OURS, "library")
    return str(topic), str(vocabulary.term_key(vocabulary.FACTS, "cost:free"))


def attributes(n: int, known: tuple[str, str]) -> Iterator[dict[str, Any]]:
    for number, (term, link_type) in enumerate(zip(known, ("topic", "cost"), strict=True)):
        yield {"id": key("t", 2 * n + number), "taxonomy_term_id": term, "link_type": link_type}


def write_tables(folder: Path, services: int, edition: int) -> Path:
    every, known = range(services), terms()
    owned = [(n, {"organization_id": key("o", n // HOUSEFUL)}) for n in every]
    table(folder, "organizations", (house(n) for n in range(-(-services // HOUSEFUL))))
    table(folder, "locations", (location(n) | owner for n, owner in owned))
    table(folder, "services", (service(n, edition) | owner for n, owner in owned))
    both = ({"id": key("sl", n), "service_id": key("s", n), "location_id": key("l", n)} for n in every)
    table(folder, "service_at_location", both)
    table(folder, "addresses", (address(n) | {"location_id": key("l", n)} for n in every))
    table(folder, "phones", (phone(n, edition) | {"service_id": key("s", n)} for n in every))
    table(folder, "schedules", (schedule(n) | {"service_id": key("s", n)} for n in every))
    filed = (
        each | {"link_id": key("s", n), "link_entity": "service"}
        for n in every
        for each in attributes(n, known)
    )
    table(folder, "attributes", filed)
    return folder


def table(folder: Path, name: str, rows: Iterable[dict[str, Any]]) -> None:
    found = iter(rows)
    first = next(found)
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(first))
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(found)


def write_lines(path: Path, services: int, edition: int) -> Path:
    known = terms()
    with path.open("w", encoding="utf-8") as handle:
        for n in range(services):
            handle.write(json.dumps(full(n, edition, known)) + "\n")
    return path


def full(n: int, edition: int, known: tuple[str, str]) -> dict[str, Any]:
    place = {"id": key("sl", n), "location": location(n) | {"addresses": [address(n)]}}
    return service(n, edition) | {
        "organization": house(n // HOUSEFUL),
        "service_at_locations": [place],
        "phones": [phone(n, edition)],
        "schedules": [schedule(n)],
        "attributes": list(attributes(n, known)),
    }
