"""A good little directory, broken in every way we could think of, by itself and together with the others.

Eleven ways; each adds rows nobody needs, or spoils what holds them. Whatever comes together: the good rows are in, each
bad one has its line in the report, and nothing is half there.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from resources.hsds import importing
from resources.hsds.report import Report
from resources.hsds.tables import BY_FILE, BY_NAME
from resources.hsds.unpacking import Unreadable
from resources.models import ImportedRow, Service

pytestmark = pytest.mark.django_db
Draw = Callable[..., Any]
HEADERS = {
    "organizations.csv": ["id", "name"],
    "locations.csv": ["id", "organization_id", "location_type", "name"],
    "services.csv": ["id", "organization_id", "name", "status", "description"],
    "service_at_location.csv": ["id", "service_id", "location_id"],
    "addresses.csv": ["id", "location_id", "address_1", "city"],
    "phones.csv": ["id", "service_id", "number"],
    "schedules.csv": ["id", "service_id", "freq", "byday", "opens_at", "closes_at", "valid_from"],
}
GOOD: dict[str, list[list[Any]]] = {
    "organizations.csv": [["o1", "Harbour House"], ["o2", "Old Hall"]],
    "locations.csv": [["l1", "o1", "physical", "Quay"]],
    "services.csv": [
        ["s1", "o1", "Tea", "active", "Tea\nand talk"],
        ["s2", "o1", "Walk", "active", ""],
        ["s3", "o2", "Café", "active", "“Warm”, and quiet"],
    ],
    "service_at_location.csv": [["sl1", "s1", "l1"]],
    "addresses.csv": [["a1", "l1", "1 Quay", "Alder Bay"]],
    "phones.csv": [["p1", "s1", "555-0101"], ["p2", "s2", "555-0102"]],
    "schedules.csv": [["c1", "s1", "WEEKLY", "MO", "09:00", "17:00", ""]],
}
FORMS = ("folder", "zip", "lines")
LINES = "all.ndjson"


def good_lines() -> list[dict[str, Any]]:
    """The same as nested JSON."""
    made = []
    for key, house, name, status, words in GOOD["services.csv"]:
        line = {"id": key, "name": name, "status": status, "description": words}
        line["organization"] = dict(zip(HEADERS["organizations.csv"], house_of(house), strict=True))
        for child, file in (("phones", "phones.csv"), ("schedules", "schedules.csv")):
            found = [dict(zip(HEADERS[file], row, strict=True)) for row in GOOD[file] if row[1] == key]
            line[child] = [{k: v for k, v in each.items() if k != "service_id"} for each in found]
        made.append(line)
    place: dict[str, Any] = {"id": "l1", "location_type": "physical", "name": "Quay", "addresses": []}
    place["addresses"] = [{"id": "a1", "address_1": "1 Quay", "city": "Alder Bay"}]
    made[0]["service_at_locations"] = [{"id": "sl1", "location": place}]
    return made


def house_of(key: str) -> list[str]:
    return next(row for row in GOOD["organizations.csv"] if row[0] == key)


# What is handed in -----------------------------------------------------------------------------------


@dataclass
class Handed:
    """Files as bytes, and what is to come of them: `refused` places, `names` of services, rows `lost` by table."""

    form: str
    rows: dict[str, list[bytes]] = field(default_factory=dict)
    bad: set[bytes] = field(default_factory=set)
    names: list[str] = field(default_factory=lambda: [row[2] for row in GOOD["services.csv"]])
    spoilt: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    called: dict[str, str] = field(default_factory=dict)
    more: dict[str, bytes] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    unreadable: str = ""

    def __post_init__(self) -> None:
        if self.form == "lines":
            self.rows[LINES] = [as_json(line) for line in good_lines()]
            return
        for file, rows in GOOD.items():
            self.rows[file] = [as_csv(row) for row in [HEADERS[file], *rows]]

    def add(self, draw: Draw, file: str, row: bytes, *, bad: bool = True, after: int = 0) -> None:
        """Somewhere below the header, and below the `after` rows that follow it."""
        there = self.rows[LINES if self.form == "lines" else file]
        lowest = after + (self.form != "lines")
        there.insert(draw(st.integers(min(lowest, len(there)), len(there))), row)
        if bad:
            self.bad.add(row)

    def content(self, file: str) -> bytes:
        return self.spoilt.get(file, bytes)(b"".join(self.rows[file]))

    @property
    def refused(self) -> set[str]:
        """Where the report is to say so: the line in which the row begins."""
        places = {f"{file}:1" for file in self.lost}
        for file, rows in self.rows.items():
            line = 1
            for row in rows:
                if row in self.bad and file not in self.lost:
                    places.add(f"{file}:{line}")
                line += row.count(b"\n")
        return places

    def write(self, place: Path) -> Path:
        files = {file: self.content(file) for file in self.rows} | self.more
        if self.form == "zip":
            with zipfile.ZipFile(place / "county.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for file, content in files.items():
                    archive.writestr(self.called.get(file, file), content)
            return place / "county.zip"
        for file, content in files.items():
            (place / file).write_bytes(content)
        for number, target in enumerate(self.links):
            (place / target).symlink_to(place.parent / f"outside{number}.csv")
        return place / LINES if self.form == "lines" else place


def as_csv(row: list[Any]) -> bytes:
    """Cells that are bytes stay as they are."""
    text = io.StringIO()
    plain = [cell.decode("utf-8", "surrogateescape") if isinstance(cell, bytes) else cell for cell in row]
    csv.writer(text).writerow(plain)
    return text.getvalue().encode("utf-8", "surrogateescape")


def as_json(line: Any) -> bytes:
    return json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n"


def service(name: Any, *, key: str, house: Any = "o1", **more: Any) -> dict[str, Any]:
    return {
        "id": key,
        "name": name,
        "status": "active",
        "organization": {"id": house, "name": "Harbour House"},
    } | more


def add_service(handed: Handed, draw: Draw, name: Any, *, key: str, house: str = "o1", **how: Any) -> None:
    """A service of that name in whatever form."""
    if handed.form == "lines":
        text = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
        handed.add(draw, "", as_json(service(text, key=key, house=house)), **how)
    else:
        handed.add(draw, "services.csv", as_csv([key, house, name, "active", ""]), **how)


# The eleven ways -------------------------------------------------------------------------------------


def broken_encodings(handed: Handed, draw: Draw) -> None:
    if handed.form != "lines" and draw(st.booleans()):
        handed.spoilt["phones.csv"] = lambda content: content.decode("utf-8", "replace").encode("utf-16")
        handed.lost.add("phones.csv")
    else:
        raw = draw(st.sampled_from([b"Caf\xe9", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf8tea"]))
        add_service(handed, draw, raw, key="x-encoding")


def boms(handed: Handed, draw: Draw) -> None:
    for file in draw(st.sets(st.sampled_from(sorted(handed.rows)), min_size=1)):
        handed.spoilt.setdefault(file, lambda content: b"\xef\xbb\xbf" + content)


def ragged_rows(handed: Handed, draw: Draw) -> None:
    if handed.form == "lines":
        whole = as_json(service("Ragged", key="x-ragged"))
        shapes = [whole[:-9] + b"\n", b"[1, 2]\n", b'"tea"\n', b"{]\n", b"7\n"]
        handed.add(draw, "", draw(st.sampled_from(shapes)))
        return
    cells = draw(st.lists(st.sampled_from(["", "x-ragged", "o1", "a, b"]), min_size=2, max_size=9))
    file = draw(st.sampled_from(sorted(handed.rows)))
    handed.add(draw, file, as_csv([*cells, *[""] * (len(cells) == len(HEADERS[file]))]))


def nulls(handed: Handed, draw: Draw) -> None:
    name = draw(st.sampled_from(["Te\x00a", "", None]))
    if handed.form == "lines":
        line = service(name, key="x-null")
        shapes = [
            line,
            service("Null", key="x-null", organization=None),
            service("Null", key="x-null", id=None),
        ]
        handed.add(draw, "", as_json(draw(st.sampled_from(shapes))))
    else:
        add_service(handed, draw, name, key="x-null")


def huge_fields(handed: Handed, draw: Draw) -> None:
    length = draw(st.sampled_from([256, 140_000]))
    if draw(st.booleans()):
        add_service(handed, draw, "x" * length, key="x-huge")
    else:
        add_service(handed, draw, "Huge", key="x" * length)


def wrong_dates(handed: Handed, draw: Draw) -> None:
    column = draw(st.sampled_from(["opens_at", "closes_at", "valid_from"]))
    said = draw(st.sampled_from(["2026-02-30", "31.12.2026", "25:00", "noon", "0000-00-00", "99999999999"]))
    cells = {"id": "x-date", "service_id": "s1", "freq": "WEEKLY", "byday": "TU", column: said}
    if handed.form == "lines":
        del cells["service_id"]
        handed.add(draw, "", as_json(service("Dated", key="x-dated", schedules=[cells])))
        handed.names.append("Dated")
    else:
        handed.add(draw, "schedules.csv", as_csv([cells.get(name, "") for name in HEADERS["schedules.csv"]]))


def orphan_keys(handed: Handed, draw: Draw) -> None:
    rows = {
        "services.csv": ["x-orphan", "nobody", "Orphan", "active", ""],
        "phones.csv": ["x-orphan", "nobody", "555-0199"],
        "addresses.csv": ["x-orphan", "nobody", "1 Road", "Alder Bay"],
        "service_at_location.csv": ["x-orphan", "s1", "nowhere"],
    }
    file = draw(st.sampled_from(sorted(rows)))
    if handed.form == "lines":
        found = service("Orphan", key="x-orphan")
        del found["organization"]
        handed.add(draw, "", as_json(found))
    else:
        handed.add(draw, file, as_csv(rows[file]))


def duplicate_ids(handed: Handed, draw: Draw) -> None:
    if handed.form == "lines" or draw(st.booleans()):
        # Below the good ones, or it would be the first and the good one the second.
        add_service(handed, draw, "Double", key="s1", after=10**6)
    else:
        handed.add(draw, "phones.csv", as_csv(["p1", "s1", "555-0199"]), after=10**6)


def formula_injection(handed: Handed, draw: Draw) -> None:
    name = draw(
        st.sampled_from(["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", '=HYPERLINK("x")', "'=1+1"])
    )
    add_service(handed, draw, name, key="x-formula", bad=False)
    # What our own export writes before such a cell is taken off again.
    handed.names.append(name.removeprefix("'") if handed.form != "lines" else name)


def zip_bombs(handed: Handed, draw: Draw) -> None:
    if handed.form == "lines":
        handed.add(draw, "", b"[" * 100_000 + b"\n")
        return
    handed.form = "zip"
    handed.more[draw(st.sampled_from(["units.csv", "readme.txt"]))] = b"0" * (11 * 2**20)
    handed.unreadable = "far more than it is"


def path_traversal(handed: Handed, draw: Draw) -> None:
    if handed.form == "folder":
        handed.links.append("units.csv")
    elif handed.form == "zip":
        file = draw(st.sampled_from(sorted(handed.rows)))
        way = draw(st.sampled_from(["../{}", "/etc/{}", "..\\..\\{}", "a/../../../{}", "C:\\{}"]))
        handed.called[file] = way.format(file)
        handed.more["../outside0.txt"] = b"x"


WAYS = (
    *(broken_encodings, boms, ragged_rows, nulls, huge_fields, wrong_dates, orphan_keys, duplicate_ids),
    *(formula_injection, zip_bombs, path_traversal),
)


@st.composite
def broken(draw: Draw, way: Callable[[Handed, Draw], None]) -> Handed:
    """Broken this way and perhaps in others."""
    handed = Handed(draw(st.sampled_from(FORMS)))
    others = draw(
        st.sets(st.sampled_from([each for each in WAYS if each not in (way, zip_bombs)]), max_size=5)
    )
    # What comes twice is added last, so that it stands below whatever it repeats.
    for each in sorted({way, *others}, key=lambda each: (each is duplicate_ids, WAYS.index(each))):
        each(handed, draw)
    return handed


# What is to come of it -------------------------------------------------------------------------------


def run(path: Path, **how: Any) -> tuple[Report, list[str]]:
    said: list[str] = []
    return importing.run(path=path, source="Any", tell=said.append, **how), said


def everything_there() -> dict[str, int]:
    return {
        model.__name__: model._default_manager.count()
        for model in apps.get_app_config("resources").get_models()
    }


def judge(handed: Handed, path: Path) -> None:
    before = everything_there()
    if handed.unreadable:
        with pytest.raises(Unreadable, match=handed.unreadable):
            run(path)
        assert everything_there() == before
        return
    tried, told = run(path, dry_run=True)
    assert everything_there() == before
    first, said = run(path)
    assert (first.counts, said) == (tried.counts, told)
    clear_report(handed, said)
    nothing_half_written(handed, first)
    again, _said = run(path)
    there = first.total("created")
    assert [again.total(what) for what in ("created", "changed", "kept", "gone")] == [0, 0, 0, 0]
    assert (again.total("unchanged"), again.total("refused")) == (there, first.total("refused"))


def clear_report(handed: Handed, said: list[str]) -> None:
    """Each bad row with its file, its line and why, in words; and no other."""
    lines = [line.split(": refused: ", 1) for line in said if ": refused: " in line]
    assert sorted(place for place, _why in lines) == sorted(handed.refused)
    for _place, why in lines:
        assert " " in why
        assert len(why) < 300
        assert not any(word in why for word in ("Error", "Traceback", "None", "psycopg"))


def nothing_half_written(handed: Handed, report: Report) -> None:
    """The good rows and no others, every key leads somewhere, and what the report says was taken is there."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    assert sorted(Service.objects.values_list("name", flat=True)) == sorted(handed.names)
    for file, rows in GOOD.items():
        wanted = 0 if file in handed.lost else len(rows)
        if file == "services.csv":
            wanted = len(handed.names)
        assert BY_FILE[file].model._default_manager.count() == wanted, file
    assert ImportedRow.objects.count() == report.total("created")
    for kept in ImportedRow.objects.all():
        assert BY_NAME[kept.table].model._default_manager.filter(pk=kept.row_id).exists()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
# What fails is a whole directory already: making it smaller would take minutes.
@settings(
    max_examples=3,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
@given(data=st.data())
def test_however_it_is_broken_the_good_rows_are_in_and_each_bad_one_is_told(way, data):
    handed = data.draw(broken(way))
    with tempfile.TemporaryDirectory() as place, transaction.atomic():
        inner = Path(place) / "inner"
        inner.mkdir()
        (Path(place) / "outside0.csv").write_text("id,name\nu1,Outside\n")
        path = handed.write(inner)
        files = sorted(os.listdir(place)), sorted(os.listdir(inner))
        judge(handed, path)
        assert (sorted(os.listdir(place)), sorted(os.listdir(inner))) == files
        transaction.set_rollback(True)
