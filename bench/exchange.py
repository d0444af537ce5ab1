"""How long a large directory takes to come in, and how much memory: `python -m bench.exchange --services 100000`.

It writes an invented directory as HSDS 3.1 tables into a folder of its own, imports it into the database of the
environment (give it one that may be thrown away), a second time unchanged, and prints seconds and the peak of memory.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportnet.settings")
WORDS = [
    *("tea", "talk", "walk", "rest", "pain", "garden", "sleep", "hands", "chair", "water", "music"),
    "soup",
    "ride",
]
SPACE = uuid.UUID("1f3c8e52-2f3b-5b8e-9f3a-6d0a6b2a9f11")


def key(*parts: Any) -> str:
    return str(uuid.uuid5(SPACE, "/".join(map(str, parts))))


def words(number: int, many: int) -> str:
    return " ".join(WORDS[(number * 7 + each * each) % len(WORDS)] for each in range(many))


def write(folder: Path, services: int) -> None:
    houses = max(1, services // 8)
    table(
        folder,
        "organizations",
        ["id", "name", "description", "website"],
        (
            [key("o", n), f"House {n} {words(n, 2)}", words(n, 20), f"https://house{n}.example.org"]
            for n in range(houses)
        ),
    )
    table(
        folder,
        "locations",
        ["id", "organization_id", "location_type", "name", "latitude", "longitude"],
        (
            [
                key("l", n),
                key("o", n % houses),
                "physical",
                f"Hall {n}",
                50 + n % 700 / 100,
                n % 500 / 100 - 5,
            ]
            for n in range(services)
        ),
    )
    table(
        folder,
        "services",
        ["id", "organization_id", "name", "status", "description", "minimum_age"],
        (
            [key("s", n), key("o", n % houses), f"{words(n, 3)} {n}", "active", words(n, 60), 18]
            for n in range(services)
        ),
    )
    table(
        folder,
        "service_at_location",
        ["id", "service_id", "location_id"],
        ([key("sl", n), key("s", n), key("l", n)] for n in range(services)),
    )
    address = [
        "id",
        "location_id",
        "address_1",
        "city",
        "state_province",
        "postal_code",
        "country",
        "address_type",
    ]
    table(
        folder,
        "addresses",
        address,
        (
            [
                key("a", n),
                key("l", n),
                f"{n} Quay",
                f"Town {n % 900}",
                "Shire",
                f"AB{n % 99} 1CD",
                "GB",
                "physical",
            ]
            for n in range(services)
        ),
    )
    table(
        folder,
        "phones",
        ["id", "service_id", "number"],
        ([key("p", n), key("s", n), f"01632 96{n % 10000:04}"] for n in range(services)),
    )
    table(
        folder,
        "schedules",
        ["id", "service_id", "freq", "byday", "opens_at", "closes_at"],
        ([key("c", n), key("s", n), "WEEKLY", "MO,TH", "09:00:00", "17:30:00"] for n in range(services)),
    )


def table(folder: Path, name: str, header: list[str], rows: Any) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)


def timed(path: Path) -> dict[str, Any]:
    from resources.hsds import importing  # noqa: PLC0415 - Django first

    start = time.perf_counter()
    report = importing.run(path=path, source="Bench", tell=str)
    counts = {outcome: report.total(outcome) for outcome in ("created", "changed", "unchanged", "refused")}
    return {"seconds": round(time.perf_counter() - start, 1), **counts}


def main() -> None:
    import django  # noqa: PLC0415

    asked = argparse.ArgumentParser()
    asked.add_argument("--services", type=int, default=10_000)
    many = asked.parse_args().services
    django.setup()
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch), many)
        found = {"services": many, "first": timed(Path(scratch)), "again": timed(Path(scratch))}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump(found | {"peak_mb": round(peak, 1)}, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
