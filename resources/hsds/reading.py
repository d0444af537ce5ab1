"""From files to rows. Whatever is in the files, a row comes out or a sentence says why not."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from django.utils.translation import gettext as _

from resources.hsds.report import Report
from resources.hsds.tables import BY_NAME, INSIDE_ABOVE, INSIDE_BELOW, TABLES, Table

# No line of an honest directory is longer; a longer one is skipped without being held in memory.
MAX_LINE = 4_000_000
# People's names and direct numbers are left where they are.
PERSONAL = "contacts.csv"


@dataclass(frozen=True)
class Row:
    table: Table
    where: str
    cells: dict[str, Any]
    # In nested JSON the same organisation stands in many lines; in a table a second one is a mistake.
    may_repeat: bool = False


class Unreadable(Exception):
    """The path as a whole cannot be read; the message says what is wrong with it."""


def read(path: Path, report: Report) -> Iterator[list[Row]]:
    """Rows in groups whose parents came before them or are in the same group."""
    if path.is_dir():
        return folder(path, report)
    if path.suffix.lower() in (".ndjson", ".jsonl"):
        return grouped(json_lines(path, report))
    if path.suffix.lower() == ".json":
        return grouped(json_document(path, report))
    raise Unreadable(_("%(path)s is neither a folder nor an .ndjson or .json file.") % {"path": path})


def grouped(objects: Iterable[list[Row]], size: int = 2000) -> Iterator[list[Row]]:
    """Whole objects together, about `size` rows at a time: memory stays small however long the file."""
    group: list[Row] = []
    for rows in objects:
        group += rows
        if len(group) >= size:
            yield group
            group = []
    yield group


# Tables ---------------------------------------------------------------------------------------


def folder(path: Path, report: Report) -> Iterator[list[Row]]:
    here = {file.name.lower(): file for file in sorted(path.iterdir()) if file.is_file()}
    known = {table.file: table for table in TABLES}
    if not known.keys() & here.keys():
        raise Unreadable(_("%(path)s holds no HSDS table such as services.csv.") % {"path": path})
    for name in sorted(here.keys() - known.keys()):
        if name == PERSONAL:
            report.note(name, _("left out: these are people's own names and numbers."))
        elif name.endswith(".csv"):
            report.note(name, _("not used: Supportnet keeps nothing of this table."))
    for name, table in known.items():
        if name in here:
            yield from grouped([row] for row in csv_rows(here[name], table, report))


def csv_rows(path: Path, table: Table, report: Report) -> Iterator[Row]:
    # Bytes that are not UTF-8 come through as markers, so that only the rows that hold them are refused.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as handle:
        reader = csv.reader(lines(handle, table, path.name, report))
        numbered = parsed(reader, table, path.name, report)
        header = [cell.strip().lower() for cell in next(numbered, (0, []))[1]]
        if problem := header_problem(header):
            report.refuse(table.file, f"{path.name}:1", problem)
            return
        for number, cells in numbered:
            where = f"{path.name}:{number}"
            if len(cells) == len(header):
                yield Row(table, where, dict(zip(header, cells, strict=True)))
            elif cells:
                report.refuse(
                    table.file,
                    where,
                    _("it has %(n)s cells where the header has %(m)s.") % {"n": len(cells), "m": len(header)},
                )


def header_problem(header: list[str]) -> str:
    if not header:
        return _("the file is empty.")
    if "id" not in header:
        return _("there is no column “id”. Is this a comma-separated file in UTF-8?")
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        return _("the column “%(name)s” stands there twice.") % {"name": min(twice)}
    return ""


def parsed(reader: Any, table: Table, name: str, report: Report) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins in."""
    while True:
        start = reader.line_num + 1
        try:
            yield start, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            report.refuse(
                table.file, f"{name}:{start}", _("it cannot be read as CSV (%(why)s).") % {"why": error}
            )


def lines(handle: TextIO, table: Table, name: str, report: Report) -> Iterator[str]:
    """Physical lines; one that is far too long is reported and comes out empty."""
    number = 0
    while line := handle.readline(MAX_LINE):
        number += 1
        whole = len(line) < MAX_LINE or line.endswith(("\n", "\r"))
        if not whole:
            while (rest := handle.readline(MAX_LINE)) and not rest.endswith(("\n", "\r")):
                pass
            report.refuse(table.file, f"{name}:{number}", _("the line is far too long."))
        yield line if whole else "\n"


# Nested JSON ----------------------------------------------------------------------------------


def json_lines(path: Path, report: Report) -> Iterator[list[Row]]:
    service = BY_NAME["service"]
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as handle:
        for number, line in enumerate(lines(handle, service, path.name, report), start=1):
            where = f"{path.name}:{number}"
            if not line.strip():
                continue
            try:
                found = json.loads(line)
            except (ValueError, RecursionError) as error:
                report.refuse(service.file, where, _("it is not JSON (%(why)s).") % {"why": error})
                continue
            yield unfold(found, where, report)


def json_document(path: Path, report: Report) -> Iterator[list[Row]]:
    """One full service, a list of them, or a page of them as the HSDS API gives it."""
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("%(path)s is not JSON: %(why)s") % {"path": path, "why": error}) from error
    if isinstance(found, dict):
        found = found.get("contents", [found])
    if not isinstance(found, list):
        raise Unreadable(_("%(path)s holds no list of services.") % {"path": path})
    for number, service in enumerate(found, start=1):
        yield unfold(service, f"{path.name}#{number}", report)


def unfold(found: Any, where: str, report: Report) -> list[Row]:
    """The rows of one nested service, or none when its shape is wrong."""
    try:
        return list(_unfold("service", found, {}, where))
    except TypeError as error:
        report.refuse("services.csv", where, str(error))
        return []


def _unfold(name: str, found: Any, links: dict[str, Any], where: str) -> Iterator[Row]:
    if not isinstance(found, dict):
        raise TypeError(_("“%(name)s” should stand in curly brackets.") % {"name": name})
    above, below = INSIDE_ABOVE.get(name, {}), INSIDE_BELOW.get(name, {})
    own = {key: value for key, value in found.items() if not isinstance(value, dict | list)} | links
    for key, parent in above.items():
        if key in found:
            yield from _unfold(parent, found[key], {}, where)
            own[f"{parent}_id"] = found[key].get("id")
    yield Row(BY_NAME[name], where, own, may_repeat=True)
    for key, (child, column) in below.items():
        inside = found.get(key) or []
        if not isinstance(inside, list):
            raise TypeError(_("“%(name)s” should be a list.") % {"name": key})
        for item in inside:
            yield from _unfold(child, item, {column: found.get("id")}, where)
