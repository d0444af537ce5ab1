"""Points on the globe: how far, which box, which tiles; and postcodes as they are compared. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Mean radius in km (IUGG).
EARTH = 6371.0088
KM_A_DEGREE = EARTH * math.pi / 180
KM_A_MILE = 1.609344
# Degrees a side. Every place carries the names of its tile of either size; a search asks for those it touches.
TILES = {"s": 0.25, "l": 2.0}
MOST_TILES = 40
MILES = frozenset({"US", "GB"})
NOT_CODE = re.compile(r"[^0-9A-Z]")


@dataclass(frozen=True)
class Point:
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Box:
    south: float
    north: float
    west: float
    east: float
    # It touches a pole or the line where the day changes: then only south and north hold.
    all_round: bool = False


def distance(a: Point, b: Point) -> float:
    """Kilometres, by haversine."""
    phi, psi = math.radians(a.latitude), math.radians(b.latitude)
    up = math.sin((psi - phi) / 2)
    along = math.sin(math.radians(b.longitude - a.longitude) / 2)
    return km_of(up * up + math.cos(phi) * math.cos(psi) * along * along)


def km_of(haversine: float) -> float:
    """Kilometres between two points. The root is kept below one: rounding may carry it over."""
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(haversine)))


def haversine(km: float) -> float:
    """The other way round; half round the globe is as far as it goes."""
    return math.sin(min(math.pi / 2, km / (2 * EARTH))) ** 2


def box(middle: Point, km: float) -> Box:
    """All that lies within `km` lies in it."""
    dlat = km / KM_A_DEGREE
    south, north = middle.latitude - dlat, middle.latitude + dlat
    # The circle is widest a little nearer to the pole than its middle is.
    reach = math.sin(min(math.pi / 2, km / EARTH)) / max(1e-9, math.cos(math.radians(middle.latitude)))
    if reach >= 1 or south < -90 or north > 90:
        return Box(max(-90.0, south), min(90.0, north), -180.0, 180.0, all_round=True)
    dlng = math.degrees(math.asin(reach))
    west, east = middle.longitude - dlng, middle.longitude + dlng
    return Box(south, north, west, east, all_round=west < -180 or east > 180)


def tiles_of(point: Point) -> list[str]:
    """Names of the tiles a point lies in, of either size: "#s178_-22"."""
    return [
        f"#{size}{math.floor(point.latitude / side)}_{math.floor(point.longitude / side)}"
        for size, side in TILES.items()
    ]


def tiles_touching(around: Box) -> list[str]:
    """The fewest names that cover the box; none where that would be too many to be of use."""
    if around.all_round:
        return []
    for size, side in TILES.items():
        names = list(_tiles(around, size, side))
        if len(names) <= MOST_TILES:
            return names
    return []


def _tiles(around: Box, size: str, side: float) -> Iterator[str]:
    for row in range(math.floor(around.south / side), math.floor(around.north / side) + 1):
        for column in range(math.floor(around.west / side), math.floor(around.east / side) + 1):
            yield f"#{size}{row}_{column}"


def code(text: str) -> str:
    """A postcode as it is compared: "sw1a 1aa" is SW1A1AA."""
    return NOT_CODE.sub("", text.upper())


def shorter(full: str) -> list[str]:
    """The code itself, then what it is part of: SW1A1AA, SW1A1, SW1A; 021391234, 02139."""
    found = [full]
    if full.isdigit():
        found += [full[:5]] if len(full) == 9 else []
    elif len(full) >= 5:
        found += [full[:-2], full[:-3]] if full[-3:-2].isdigit() else [full[:-1]]
    return [part for part in dict.fromkeys(found) if len(part) >= 2]


def in_miles(country: str) -> bool:
    return country in MILES
