"""Postcodes and towns of a country, taken over from a file. The same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction

from resources.models import PostalCode, Service
from resources.search import folding, gazette, places
from resources.search.gazette import Entry
from resources.services.indexing import reindex_in_order

BATCH = 5000
KEPT = ["place_name", "folded_name", "region", "latitude", "longitude"]
MOST_TOLD = 20


@dataclass
class Loaded:
    written: int = 0
    refused: int = 0
    # The first few of what was refused, in words.
    told: list[str] = field(default_factory=list)

    def refuse(self, line: int, why: str) -> None:
        self.refused += 1
        if len(self.told) < MOST_TOLD:
            self.told.append(f"row {line}: {why}")


@dataclass
class Middle:
    """The middle of all codes that are part of one."""

    latitude: float = 0.0
    longitude: float = 0.0
    many: int = 0

    def add(self, entry: Entry) -> None:
        self.latitude += entry.latitude
        self.longitude += entry.longitude
        self.many += 1


def load_postcodes(
    *,
    lines: Iterable[str],
    country: str,
    columns: str = "",
    tell: Callable[[int], object] = str,
) -> Loaded:
    """Take over a file, in batches, each a transaction of its own. Raises gazette.Unreadable.

    A row of another country is left out. Parts of longer codes (SW1A of SW1A 1AA) get the middle of what they hold,
    unless the file has them itself.
    """
    report, seen, outer = Loaded(), set[str](), dict[str, Middle]()
    rows = enumerate(gazette.table(lines, columns), start=1)
    while batch := list(islice(rows, BATCH)):
        found = [
            made
            for line, row in batch
            for made in _made(line, row, country=country, seen=seen, report=report)
        ]
        for entry in found:
            for part in places.shorter(entry.code)[1:] if "@" not in entry.code else []:
                outer.setdefault(part, Middle()).add(entry)
        report.written += _write(found, country)
        tell(report.written)
    parts = [
        Entry(code, "", "", middle.latitude / middle.many, middle.longitude / middle.many)
        for code, middle in outer.items()
        if code not in seen
    ]
    for start in range(0, len(parts), BATCH):
        report.written += _write(parts[start : start + BATCH], country)
    # What had no place on the map may have one now.
    reindex_in_order(Service.objects.published().filter(findable__latitude=None, findable__anywhere=False))
    return report


def _made(line: int, row: dict[str, str], *, country: str, seen: set[str], report: Loaded) -> Iterable[Entry]:
    """The entry of a row; a further place with a code that was there before stands beside it."""
    if row.get("country", country).upper() != country:
        return
    entry = gazette.entry(row)
    if isinstance(entry, str):
        report.refuse(line, entry)
        return
    if entry.code in seen:
        entry = Entry(entry.second_code, entry.place, entry.region, entry.latitude, entry.longitude)
    if entry.code not in seen:
        seen.add(entry.code)
        yield entry


@transaction.atomic
def _write(entries: list[Entry], country: str) -> int:
    rows = [
        PostalCode(
            country=country,
            code=entry.code,
            place_name=entry.place,
            folded_name=folding.plain(entry.place),
            region=entry.region,
            latitude=entry.latitude,
            longitude=entry.longitude,
        )
        for entry in entries
    ]
    PostalCode.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["country", "code"], update_fields=KEPT
    )
    return len(rows)
