"""Writing the directory to files: tables in a folder or zip, or one full service a line. All of it or nothing."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from resources.hsds import building, descriptor, shapes
from resources.hsds.rowsets import Export

# What a spreadsheet would take for a formula. A number, or a phone number, does no harm.
FORMULA = re.compile(r"^[=+\-@\t\r]")
HARMLESS = re.compile(r"^[+-]?[\d\s().,/-]*$")
PACKAGE = "datapackage.json"


class InTheWay(Exception):
    """Something that is not an export of ours lies where the new one should go."""


def export(path: Path, *, drafts: bool = False) -> Counter[str]:
    """Write it to a name of its own first, then put it in place. Returns the rows written for each table, and
    under "left out" those a table cannot hold. Raises InTheWay."""
    if path.is_dir() and any(path.iterdir()) and not (path / PACKAGE).exists():
        raise InTheWay(
            _("%(path)s is a folder with other things in it. Please name a new one.") % {"path": path}
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    made = Export(building.Builder(drafts=drafts))
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as scratch:
        new = Path(scratch) / "new"
        if path.suffix == ".ndjson":
            counts = write_lines(new, made)
        else:
            counts = write_tables(new, made)
            new = zipped(new) if path.suffix == ".zip" else new
        put(new, path, Path(scratch) / "old")
    return counts


def put(new: Path, path: Path, aside: Path) -> None:
    if path.is_dir():
        os.replace(path, aside)
    os.replace(new, path)


# One service a line ---------------------------------------------------------------------------


def write_lines(path: Path, made: Export) -> Counter[str]:
    counts: Counter[str] = Counter()
    found = building.services(made.services.order_by("pk"), full=True)
    with path.open("w", encoding="utf-8", newline="\n") as handle:
        for row in found.iterator(chunk_size=500):
            handle.write(made.builder.full_service(row).json_text() + "\n")
            counts["service"] += 1
    return counts


# Tables ---------------------------------------------------------------------------------------


def write_tables(folder: Path, made: Export) -> Counter[str]:
    folder.mkdir()
    counts: Counter[str] = Counter()
    for table in shapes.TABLES:
        counts[table.name_of], lost = write_table(folder / table.file, table, made.of(table), made.drafts)
        counts["left out"] += lost
    there = [table for table in shapes.TABLES if counts[table.name_of]]
    described = descriptor.package(there, strict=not made.drafts)
    (folder / PACKAGE).write_text(json.dumps(described, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return counts


def write_table(
    path: Path, table: type[shapes.Shape], found: Iterable[shapes.Shape], unfinished: bool
) -> tuple[int, int]:
    """A row with a hole where the table allows none stays out, unless it is for curators. No rows, no file."""
    written = lost = 0
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, shapes.columns(table))
        writer.writeheader()
        for shape in found:
            if not unfinished and not shape.fits_table():
                lost += 1
                continue
            writer.writerow({name: cell(value) for name, value in shape.row().items()})
            written += 1
    if not written:
        path.unlink()
    return written, lost


def cell(value: Any) -> str:
    said = "" if value is None else str(value)
    return f"'{said}" if FORMULA.match(said) and not HARMLESS.match(said) else said


def zipped(folder: Path) -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    shutil.rmtree(folder)
    return path
