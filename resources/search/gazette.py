"""Reading a file of postcodes of any country: which column is what, and what a row says. Pure.

A header names the columns; without one the layout of GeoNames is taken for granted, or whatever `columns` says.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from resources.search import folding, places

# What others call the columns, folded and without spaces.
NAMES = {
    "code": {"code", "postcode", "postalcode", "zip", "zipcode", "plz", "pcd", "pcds", "pcd7", "pcd8", "cp"},
    "place": {"place", "placename", "town", "city", "name", "posttown", "locality", "ort", "community"},
    "region": {"region", "state", "adminname1", "statename", "county", "province", "admin1", "statecode"},
    "latitude": {"latitude", "lat", "y"},
    "longitude": {"longitude", "lng", "lon", "long", "x"},
    "country": {"country", "countrycode", "iso2"},
}
GEONAMES = "country,code,place,region,-,-,-,-,-,latitude,longitude,-"
NEEDED = ("code", "latitude", "longitude")
LONGEST = 16


class Unreadable(Exception):
    """The file is not what it should be; the message is for whoever typed the command."""


@dataclass(frozen=True)
class Entry:
    code: str
    place: str
    region: str
    latitude: float
    longitude: float

    @property
    def second_code(self) -> str:
        """For a further place of the same code: one that nobody can type."""
        digest = hashlib.sha256(folding.plain(self.place).encode()).hexdigest()[:8]
        return f"{self.code[:10]}@{digest}"


def table(lines: Iterable[str], columns: str = "") -> Iterator[dict[str, str]]:
    """Each row by the names of its columns. Raises Unreadable where they cannot be told."""
    source = iter(lines)
    first = next(source, "")
    delimiter = max("\t;,|", key=first.count)
    rows = csv.reader(_rest(first, source), delimiter=delimiter)
    named = _columns(columns.split(",")) if columns else {}
    if not named:
        named = _columns(next(csv.reader([first], delimiter=delimiter), []))
        if missing(named):
            named = _columns(GEONAMES.split(","))
            if len(next(csv.reader([first], delimiter=delimiter), [])) < len(GEONAMES.split(",")) - 1:
                raise Unreadable("No line of headers with a code, a latitude and a longitude: use --columns")
        else:
            next(rows)
    if missing(named):
        raise Unreadable(
            f"Which column is the {missing(named)[0]}? Use --columns code,place,latitude,longitude"
        )
    for cells in rows:
        yield {name: cells[place].strip() for name, place in named.items() if place < len(cells)}


def _rest(first: str, source: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from source


def _columns(header: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, title in enumerate(header):
        bare = folding.plain(title).replace(" ", "")
        name = next((name for name, others in NAMES.items() if bare in others), "")
        if name:
            found.setdefault(name, place)
    return found


def missing(named: dict[str, int]) -> list[str]:
    return [name for name in NEEDED if name not in named]


def entry(row: dict[str, str]) -> Entry | str:
    """What a row says, or what is wrong with it."""
    code = places.code(row.get("code", ""))
    if not code or len(code) > LONGEST:
        return "no postcode"
    try:
        latitude, longitude = (
            float(row.get(name, "").replace(",", ".")) for name in ("latitude", "longitude")
        )
    except ValueError:
        return "no latitude and longitude"
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return "not on this earth"
    return Entry(code, row.get("place", "")[:180], row.get("region", "")[:100], latitude, longitude)
