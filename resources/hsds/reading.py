"""From files to rows. Whatever is in the files, a row comes out or a sentence says why not."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from django.utils.translation import gettext as _

from resources.hsds import building, facts, mapping, older, unpacking
from resources.hsds.report import Report
from resources.hsds.rows import Row
from resources.hsds.tables import BY_FILE, BY_NAME, ENTITIES, EXCEPTIONS, INSIDE_ABOVE, INSIDE_BELOW, Table
from resources.hsds.unpacking import Files, Unreadable

# No line of an honest directory is longer; a longer one is skipped without being held in memory.
MAX_LINE = 4_000_000
# People's names and direct numbers are left where they are, unless somebody asked for them.
PERSONAL, FILED = "contacts.csv", "attributes.csv"
# What our own export writes before a cell that a spreadsheet would take for a formula.
ESCAPED = re.compile(r"^'[=+\-@\t\r]")
CSV_BATCH, JSON_BATCH = 500, 2000
# One JSON document is read as a whole.
MAX_DOCUMENT = 64 * 2**20
EXCEPTION_NOTES = (building.CLOSED, building.OTHER_HOURS)
FACT_CODES = {str(key): code for key, code in facts.codes_by_key().items()}
FACT_KEYS = set(FACT_CODES)
PARENT_KEYS = {"taxonomy_detail": "taxonomy"}


@dataclass
class Reading:
    """What was handed in, as groups of rows whose parents came before them or are in the same group."""

    path: Path
    report: Report
    with_contacts: bool = False
    mapping: mapping.Mapping | None = None

    def __post_init__(self) -> None:
        self.files = opened(self.path)
        self.names = self.files.names()

    @property
    def kind(self) -> str:
        if self.mapping:
            return "mapped"
        ending = self.path.suffix.lower()
        if len(self.names) == 1 and not self.names[0].endswith(".csv"):
            ending = Path(self.names[0]).suffix.lower()
        if ending in (".ndjson", ".jsonl"):
            return "lines"
        return "document" if ending == ".json" else "tables"

    def groups(self) -> Iterator[list[Row]]:
        """Raises Unreadable."""
        return ([row for row in rows if self.wanted(row)] for rows in self.whole_groups())

    def wanted(self, row: Row) -> bool:
        """People, and in nested JSON their numbers, stay where they are unless somebody asked for them."""
        if self.with_contacts:
            return True
        theirs = row.may_repeat and row.table.name == "phone" and row.cells.get("contact_id")
        return row.table.name != "contact" and not theirs

    def whole_groups(self) -> Iterator[list[Row]]:
        if self.kind == "mapped":
            return self.mapped()
        if self.kind == "lines":
            return grouped(json_lines(self.files, self.names[0], self.report), JSON_BATCH)
        if self.kind == "document":
            return grouped(json_document(self.files, self.names[0], self.report), JSON_BATCH)
        return self.tables()

    @property
    def read_tables(self) -> list[Table]:
        """The tables a missing row of which means that the source has it no more."""
        if self.kind != "tables":
            return [BY_NAME["service"]]
        there = [table for name, table in BY_FILE.items() if name in self.files]
        return there or [BY_NAME["service"]]

    # Tables -------------------------------------------------------------------------------------

    def tables(self) -> Iterator[list[Row]]:
        if older.is_older(self.names):
            yield from grouped(older.read(self.files, self.raw_rows), CSV_BATCH)
            return
        if not BY_FILE.keys() & set(self.names):
            raise Unreadable(
                _("%(path)s holds no HSDS table such as services.csv.") % {"path": self.path.name}
            )
        self.note_unused()
        for name, table in BY_FILE.items():
            if name in self.files and (table.name != "contact" or self.with_contacts):
                yield from grouped(self.table_rows(name, table), CSV_BATCH)

    def note_unused(self) -> None:
        for name in self.names:
            if name == PERSONAL and not self.with_contacts:
                self.report.note(name, _("left out: these are people's own names and numbers."))
            elif name.endswith(".csv") and name not in BY_FILE:
                self.report.note(name, _("not used: Supportnet keeps nothing of this table."))

    def table_rows(self, name: str, table: Table) -> Iterator[list[Row]]:
        for row in self.raw_rows(name, table):
            made = list(arranged(row))
            if made:
                yield made

    def raw_rows(self, name: str, table: Table, *, needs_id: bool = True) -> Iterator[Row]:
        with self.files.text(name) as handle:
            yield from csv_rows(handle, table, self.files.shown(name), self.report, needs_id=needs_id)

    def facts(self) -> Iterator[tuple[str, str, str]]:
        """What the file of attributes says with our own terms: (id of the record, code, value)."""
        if self.kind != "tables" or FILED not in self.files or older.is_older(self.names):
            return
        codes = {str(key): code for key, code in facts.codes_by_key().items()}
        with self.files.text(FILED) as handle:
            for row in csv_rows(handle, BY_NAME["attribute"], FILED, Report(lambda _line: None)):
                code = codes.get(str(row.cells.get("taxonomy_term_id", "")).lower())
                if code:
                    yield str(row.cells.get("link_id", "")), code, str(row.cells.get("value", ""))

    def mapped(self) -> Iterator[list[Row]]:
        tables = [name for name in self.names if name.endswith(".csv")] or self.names
        if len(tables) != 1:
            raise Unreadable(_("A mapping is for one table. Please hand in just that one .csv file."))
        [name], wanted = tables, self.mapping
        assert wanted is not None  # noqa: S101 - asked for by kind
        any_table = BY_NAME["service"]
        with self.files.text(name) as handle:
            found = csv_rows(handle, any_table, self.files.shown(name), self.report, needs_id=False)
            yield from grouped((wanted.rows(row) for row in found), CSV_BATCH)


def opened(path: Path) -> Files:
    if path.is_dir():
        return unpacking.folder(path)
    if path.suffix.lower() == ".zip":
        return unpacking.archive(path)
    if path.suffix.lower() in (".ndjson", ".jsonl", ".json", ".csv"):
        return unpacking.single(path)
    raise Unreadable(_("%(path)s is neither a folder nor an .ndjson or .json file.") % {"path": path.name})


def grouped(objects: Iterable[list[Row]], size: int) -> Iterator[list[Row]]:
    """Whole objects together, about `size` rows at a time: memory stays small however long the file."""
    group: list[Row] = []
    for rows in objects:
        group += rows
        if len(group) >= size:
            yield group
            group = []
    yield group


def arranged(row: Row) -> Iterator[Row]:
    """The rows that one row of a table becomes here: words bring their list along, days of other hours are apart."""
    name, cells = row.table.name, row.cells
    if name == "attribute":
        yield from filed(row)
        return
    if name == "taxonomy_term":
        yield from with_taxonomy(row)
        return
    if name == "schedule" and cells.get("notes") in EXCEPTION_NOTES:
        yield Row(EXCEPTIONS, row.where, exception(cells), row.may_repeat)
        return
    if name in ("organization", "program") and cells.get("description") == cells.get("name"):
        cells = cells | {"description": ""}
    yield Row(row.table, row.where, cells, row.may_repeat)


def filed(row: Row) -> Iterator[Row]:
    """Ours are columns of the record itself; of the others those that are filed on one of the four tables."""
    cells = dict(row.cells)
    entity = str(cells.get("link_entity") or "")
    if str(cells.get("taxonomy_term_id") or "").lower() in FACT_KEYS:
        return
    if entity in ENTITIES:
        cells[f"{entity}_id"] = cells.get("link_id")
    yield Row(row.table, row.where, cells, row.may_repeat)


def with_taxonomy(row: Row) -> Iterator[Row]:
    """A term without its list gets one by the name it gives."""
    cells = dict(row.cells)
    cells["description"] = cells.get("description") or cells.get("name")
    cells["code"] = cells.get("code") or cells.get("id")
    if not cells.get("taxonomy_id"):
        called = str(cells.get("taxonomy") or "-")
        cells["taxonomy_id"] = f"taxonomy {called}"
        made = {"id": cells["taxonomy_id"], "name": called, "description": called}
        yield Row(BY_NAME["taxonomy"], row.where, made, may_repeat=True)
    yield Row(row.table, row.where, cells, row.may_repeat)


def exception(cells: dict[str, Any]) -> dict[str, Any]:
    renamed = {"valid_from": "starts_on", "valid_to": "ends_on", "description": "reason"}
    return {renamed.get(name, name): value for name, value in cells.items()}


def csv_rows(
    handle: TextIO, table: Table, name: str, report: Report, *, needs_id: bool = True
) -> Iterator[Row]:
    numbered = parsed(csv.reader(lines(handle, table, name, report)), table, name, report)
    header = [cell.strip().lower() if needs_id else cell.strip() for cell in next(numbered, (0, []))[1]]
    if problem := header_problem(header, needs_id=needs_id):
        report.refuse(table.file, f"{name}:1", problem)
        return
    for number, cells in numbered:
        where = f"{name}:{number}"
        if len(cells) == len(header):
            plain = [cell[1:] if ESCAPED.match(cell) else cell for cell in cells]
            yield Row(table, where, dict(zip(header, plain, strict=True)))
        elif cells:
            uneven = {"n": len(cells), "m": len(header)}
            said = _("it has %(n)s cells where the header has %(m)s.") % uneven
            report.refuse(table.file, where, said)


def header_problem(header: list[str], *, needs_id: bool = True) -> str:
    if not header:
        return _("the file is empty.")
    if needs_id and "id" not in header:
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


def json_lines(files: Files, name: str, report: Report) -> Iterator[list[Row]]:
    service, shown = BY_NAME["service"], files.shown(name)
    with files.text(name) as handle:
        for number, line in enumerate(lines(handle, service, shown, report), start=1):
            where = f"{shown}:{number}"
            if not line.strip():
                continue
            try:
                found = json.loads(line)
            except (ValueError, RecursionError) as error:
                report.refuse(service.file, where, _("it is not JSON (%(why)s).") % {"why": error})
                continue
            yield unfold(found, where, report)


def json_document(files: Files, name: str, report: Report) -> Iterator[list[Row]]:
    """One full service, a list of them, or a page of them as the HSDS API gives it."""
    path = files.shown(name)
    if files.openers[name][1] > MAX_DOCUMENT:
        raise Unreadable(
            _("%(path)s is too long for one piece. Please use one service a line (.ndjson).") % {"path": path}
        )
    try:
        with files.text(name) as handle:
            found = json.loads(handle.read())
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("%(path)s is not JSON: %(why)s") % {"path": path, "why": error}) from error
    if isinstance(found, dict):
        found = found.get("contents", [found])
    if not isinstance(found, list):
        raise Unreadable(_("%(path)s holds no list of services.") % {"path": path})
    for number, service in enumerate(found, start=1):
        yield unfold(service, f"{path}#{number}", report)


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
    own |= facts_inside(name, found)
    for key, parent in above.items():
        if key in found:
            yield from _unfold(parent, found[key], links_above(name, key, found), where)
            own[f"{PARENT_KEYS.get(key, key)}_id"] = found[key].get("id")
    yield from arranged(Row(BY_NAME[name], where, own, may_repeat=not stands_alone(name, found, links)))
    for key, (child, column) in below.items():
        inside = found.get(key) or []
        if not isinstance(inside, list):
            raise TypeError(_("“%(name)s” should be a list.") % {"name": key})
        for item in inside:
            yield from _unfold(child, item, {column: found.get("id")}, where)


def stands_alone(name: str, found: dict[str, Any], links: dict[str, Any]) -> bool:
    """A listing with a line of its own: a second one is a mistake. The rest comes in many lines, and so do listings
    in organisations that name theirs."""
    house = found.get("organization")
    names_its_own = isinstance(house, dict) and "services" in house
    return name == "service" and not links and not names_its_own


def links_above(name: str, key: str, found: dict[str, Any]) -> dict[str, Any]:
    """The programme of a service often leaves out whose it is: its organisation's."""
    house = found.get("organization")
    if (name, key) != ("service", "program") or not isinstance(house, dict):
        return {}
    return {"organization_id": house.get("id")}


def facts_inside(name: str, found: dict[str, Any]) -> dict[str, Any]:
    """What the attributes of a service or place say with our own terms, as columns."""
    filed = found.get("attributes")
    if name not in ("service", "location") or not isinstance(filed, list):
        return {}
    said = []
    for each in filed:
        term = (
            (each.get("taxonomy_term_id") or (each.get("taxonomy_term") or {}).get("id"))
            if is_object(each)
            else ""
        )
        if code := FACT_CODES.get(str(term).lower()):
            said.append((code, str(each.get("value") or "")))
    return facts.heard(said) if said else {}


def is_object(each: Any) -> bool:
    return isinstance(each, dict) and isinstance(each.get("taxonomy_term") or {}, dict)
