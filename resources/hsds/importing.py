"""Taking rows over. The same file twice changes nothing; what a curator touched or published stays.

Rows come in groups, each in one transaction that holds everything about it: the records, what the source said, the
rows that could not be taken, and the questions to curators. An import that is killed has taken some groups whole and
the rest not at all; run again it takes the rest. What it remembers of a run is in the database (see seen.py), so
memory does not grow with the file.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from resources.fields import plain
from resources.hsds import conflicts, facts, holding, indexing, quarantine, standing
from resources.hsds.cleaning import Clean, Refused, clean, key_for, text
from resources.hsds.conflicts import Offer, links_of
from resources.hsds.frozen import frozen_rows
from resources.hsds.mapping import Mapping
from resources.hsds.reading import Reading
from resources.hsds.report import Report
from resources.hsds.rows import Row
from resources.hsds.seen import Seen
from resources.hsds.standing import Standing
from resources.hsds.steps import Step, rule_of, try_records, write_records
from resources.hsds.tables import TABLES, Table
from resources.models import ImportedRow, Source
from resources.services.catching_up import catch_up
from resources.services.refusing import Unwanted

BATCH = 500
# As many of the records that a source has no more are named; all are counted.
MOST_NAMED = 200
# Hears how many groups are in; says whether that is enough for now.
Each = Callable[[int, Reading], bool]


def run(
    *,
    path: Path,
    source: str,
    tell: Callable[[str], None],
    dry_run: bool = False,
    with_contacts: bool = False,
    mapping: Mapping | None = None,
    skip: int = 0,
    each: Each | None = None,
    report: Report | None = None,
    **about: Any,
) -> Report:
    """Import a folder, zip or file as drafts from the source of that name.

    `about` are the source's other columns (licence, url, is_sample). `skip` groups are in already; `each` hears, in
    the transaction of every group and of what comes after the last, how many are. Raises unpacking.Unreadable.
    """
    report = report or Report(tell)
    report.muted = skip > 0
    reading = Reading(path, report, with_contacts=with_contacts, mapping=mapping)
    groups = reading.groups()
    # The first tells whether it can be read at all, before anything is written.
    groups = chain([first] if (first := next(groups, None)) is not None else [], groups)
    made = partial(Importer, report=report, with_contacts=with_contacts)
    if not dry_run:
        take_over(reading, groups, made(origin_of(source, about)), skip, each)
        return report
    with transaction.atomic():
        importer = made(origin_of(source, about, is_only_tried=True), is_only_tried=True)
        take_over(reading, groups, importer, 0, each)
        transaction.set_rollback(True)
    return report


@transaction.atomic
def origin_of(name: str, about: dict[str, Any], *, is_only_tried: bool = False) -> Source:
    origin, created = Source.objects.select_for_update(no_key=True).get_or_create(name=name, defaults=about)
    zone = origin.time_zone
    for column, value in about.items():
        setattr(origin, column, value or getattr(origin, column))
    if not created and origin.time_zone != zone and not is_only_tried:
        indexing.remember_all(origin)
    origin.imported_at = timezone.now()
    origin.save()
    return origin


def take_over(
    reading: Reading, groups: Iterable[list[Row]], importer: Importer, skip: int, each: Each | None
) -> None:
    importer.facts_known = importer.seen.keep_facts(reading.facts())
    number = 0
    for number, rows in enumerate(groups, start=1):
        if number <= skip:
            importer.recall(rows)
            importer.report.muted = number < skip
            continue
        with transaction.atomic():
            importer.begin()
            importer.take(rows)
            enough = each is not None and each(number, reading)
        if enough:
            return
    importer.report.muted = False
    if number + 1 > skip:
        with transaction.atomic():
            importer.begin()
            importer.retry()
            importer.tell_gone(reading.read_tables)
            if each:
                each(number + 1, reading)
    if not importer.is_only_tried:
        catch_up()


@dataclass
class Importer:
    source: Source
    report: Report
    seen: Seen = field(default_factory=Seen)
    with_contacts: bool = False
    facts_known: bool = False
    # Such a run is one transaction, for minutes; nobody is to wait for it at what is there already.
    is_only_tried: bool = False
    unheld: list[Row] = field(default_factory=list)
    quarantined: bool = False
    began_at: dt.datetime = field(default_factory=timezone.now)
    unwanted: Unwanted = field(default_factory=Unwanted)

    def begin(self) -> None:
        """Of one source one group at a time: another import of it would write the same rows, unseen by this one."""
        Source.objects.select_for_update(no_key=True).get(pk=self.source.pk)
        self.quarantined = quarantine.holds(self.source)

    def take(self, rows: list[Row]) -> None:
        self.unheld = rows
        for table in TABLES:
            of_table = [row for row in rows if row.table is table]
            for start in range(0, len(of_table), BATCH):
                self.take_batch(table, of_table[start : start + BATCH])
        if self.report.refusals:
            quarantine.keep(self.report.refusals, self.source, timezone.now())
            self.report.refusals.clear()
            self.quarantined = True

    def take_batch(self, table: Table, rows: list[Row]) -> None:
        cleaned = self.with_parents(table, self.first_ones(table, self.with_facts(table, rows)))
        if not cleaned:
            return
        said = {each.pk: each.plain() for each in cleaned}
        found = standing.different(table, said, self.source)
        if found and self.unheld:
            # Once a group, and then as it is when nobody else changes it. Most that come again say nothing new.
            self.hold(self.unheld)
            self.unheld = []
            if any(each.note or each.is_there for each in found.values()):
                found = standing.different(table, said, self.source)
        fixed = frozen_rows(table, [each for each in cleaned if each.pk in found])
        steps = [
            step
            for each in cleaned
            if (step := self.plan(each, said[each.pk], found.get(each.pk), each.pk in fixed))
        ]
        steps = self.write(table, steps)
        if self.quarantined:
            quarantine.release(self.source, table, [step.clean.row for step in steps])
        if not self.is_only_tried:
            conflicts.ask([step.offer for step in steps if step.offer], self.source)
            indexing.remember(table, steps, self.source)

    def hold(self, rows: Iterable[Row]) -> None:
        if not self.is_only_tried:
            holding.hold(((row, self.key_of(row)) for row in rows), self.source)

    # Before and after -------------------------------------------------------------------------

    def recall(self, rows: list[Row]) -> None:
        """These are in from before: only note that they were met."""
        self.report.refusals.clear()
        for table in TABLES:
            places = {key: row.where for row in rows if row.table is table and (key := self.key_of(row))}
            self.seen.first_of(table, places)

    def key_of(self, row: Row) -> uuid.UUID | None:
        try:
            raw = text(row.cells.get("id"), "id")
        except Refused:
            return None
        return key_for(self.source, row.table.name, raw) if raw else None

    def retry(self) -> None:
        """What could not be taken earlier and did not come again: perhaps what it missed is there now."""
        waiting = partial(quarantine.waiting, self.source, self.began_at)
        # All of them are one transaction.
        self.hold(chain.from_iterable(waiting()))
        for rows in waiting():
            self.take(rows)

    def tell_gone(self, tables: list[Table]) -> None:
        """What the source has no more stays until a curator decides; they are told."""
        self.seen.settle()
        for table in tables:
            number, some = self.seen.gone(self.source.pk, table, MOST_NAMED)
            if number:
                self.report.count(table.file, "gone", number)
            for name in self.names(table, some):
                self.report.note(table.file, _("no longer in the source: %(name)s") % {"name": name})

    def names(self, table: Table, keys: list[uuid.UUID]) -> list[str]:
        if table.name not in ("service", "organization", "location"):
            return []
        return [str(record) for record in table.model._default_manager.filter(pk__in=keys).order_by("pk")]

    # Is the row any good? ---------------------------------------------------------------------

    def with_facts(self, table: Table, rows: list[Row]) -> list[Row]:
        """Rows of a table with what the file of attributes says of them in our own terms."""
        if not self.facts_known or table.name not in ("service", "location"):
            return rows
        known = self.seen.facts_of([str(row.cells.get("id", "")) for row in rows])
        for row in rows:
            row.cells.update(facts.heard(known.get(str(row.cells.get("id", "")), [])))
        return rows

    def first_ones(self, table: Table, rows: list[Row]) -> list[Clean]:
        """Clean, and each once in this run."""
        found: dict[uuid.UUID, Clean] = {}
        for row in rows:
            made = self.cleaned(row)
            if made is None:
                continue
            if made.pk in found:
                self.again(made, found[made.pk].row.where)
            else:
                found[made.pk] = made
        met = self.seen.first_of(table, {key: made.row.where for key, made in found.items()}) if found else {}
        for key, where in met.items():
            self.again(found.pop(key), where)
        return list(found.values())

    def again(self, made: Clean, first: str) -> None:
        if not made.row.may_repeat:
            self.refuse(made.row, _("it has the same id as %(first)s.") % {"first": first})

    def refuse(self, row: Row, why: str) -> None:
        # What belongs to one person is not kept, not even here.
        cells = None if row.cells.get("contact_id") and not self.with_contacts else row.cells
        self.report.refuse(row.table.file, row.where, why, table=row.table.name, cells=cells)

    def cleaned(self, row: Row) -> Clean | None:
        try:
            made = clean(row, self.source, self.report.note)
            self.refuse_unwanted(made)
        except Refused as why:
            self.refuse(row, str(why))
            return None
        return made

    def refuse_unwanted(self, made: Clean) -> None:
        """Whoever asked not to be listed is not brought back by a file. Numbers are compared before publishing."""
        ways = [made.values.get(column) or "" for column in ("email", "website", "url")]
        if made.row.table.name in ("organization", "service") and self.unwanted.holds(
            name=made.values["name"], ways=ways
        ):
            raise Refused(_("they asked not to be listed."))

    def with_parents(self, table: Table, rows: list[Clean]) -> list[Clean]:
        """Those whose required parents are there. Other links that lead nowhere are cut."""
        columns: dict[str, list[str]] = {}
        for column, name in table.parents.items():
            columns.setdefault(name, []).append(column)
        there = {name: standing.present(name, rows, own, self.source) for name, own in columns.items()}
        if table.name in there:
            there[table.name] |= {row.pk for row in rows}
        return [row for row in rows if self.settle(table, row, there)]

    def settle(self, table: Table, row: Clean, there: dict[str, set[uuid.UUID]]) -> bool:
        lost = []
        for column, parent in table.parents.items():
            if row.values.get(column) is not None and row.values[column] not in there[parent]:
                lost.append(column)
                row.values[column] = None
        held = [column for column in table.parents if column != "taxonomy_term_id" and row.values.get(column)]
        if (table.needs_a_parent and not held) or any(column in table.required for column in lost):
            self.refuse(row.row, orphan(row, lost))
            return False
        for column in lost:
            self.report.note(row.row.where, _("left out: its %(column)s leads nowhere.") % {"column": column})
        return True

    # What is to be done with it? --------------------------------------------------------------

    def plan(self, row: Clean, new: dict[str, Any], found: Standing | None, is_fixed: bool) -> Step | None:
        if found is None:
            return Step(row, "unchanged")
        if found.note is None and found.is_there:
            if row.row.table.shared:
                return Step(row, "unchanged")
            self.refuse(row.row, _("its id belongs to a record from another source."))
            return None
        if is_fixed or (found.note and not found.is_there):
            why = _("left as curated: it is published or put away, or a curator removed it.")
            self.report.note(row.row.where, why)
            return self.kept(row, new, found)
        if found.note is None or found.record is None:
            return Step(row, "created", new)
        return self.change(row, new, found.note, found.record)

    def kept(self, row: Clean, new: dict[str, Any], found: Standing) -> Step:
        """Ask about what it would have changed, unless a curator removed it or was asked the same before."""
        note = found.note or ImportedRow(
            source=self.source, table=row.row.table.name, row_id=row.pk, values={}
        )
        if found.record is None:
            # Once it was taken over, and is gone; or it is new here, and perhaps was asked about.
            return Step(row, "kept") if note.values else self.asking(row, new, note, {}, list(new))
        now = {column: plain(getattr(found.record, column)) for column in new}
        odd = [column for column in new if now.get(column) != new[column]]
        return self.asking(row, new, note, now, odd)

    def asking(
        self, row: Clean, new: dict[str, Any], said: ImportedRow, now: dict[str, Any], columns: list[str]
    ) -> Step:
        wanted = {column: new[column] for column in columns if new[column] not in ("", None, []) or now}
        if all(said.offered.get(column, said) == value for column, value in wanted.items()):
            return Step(row, "kept")
        # A new row is remembered whole: who takes it over has to know where it belongs.
        said.offered |= wanted if now else new
        fields = {column: (now.get(column), value) for column, value in wanted.items()}
        offer = Offer(row.row.table, row.pk, links_of(row), fields, is_new=not now)
        return Step(row, "kept", imported=said, offer=offer)

    def change(self, row: Clean, new: dict[str, Any], said: ImportedRow, there: models.Model) -> Step:
        """Take over each column the source changed, unless a curator changed it, too."""
        news = [column for column in new if column not in said.values or new[column] != said.values[column]]
        now = {column: plain(getattr(there, column)) for column in news}
        mine = [column for column in news if now[column] not in (said.values.get(column), new[column])]
        for column in mine:
            self.report.note(row.row.where, _("left as curated: %(column)s.") % {"column": column})
        theirs = {column: new[column] for column in news if column not in mine}
        asked = self.asking(row, new, said, now, mine) if mine else None
        if not theirs:
            return asked or Step(row, "kept")
        said.values |= theirs
        return Step(row, "changed", theirs, said, asked.offer if asked else None)

    # Doing it ---------------------------------------------------------------------------------

    def write(self, table: Table, steps: list[Step]) -> list[Step]:
        """Returns those that went in. Where one breaks a rule of the database, halves are tried until it is alone."""
        if not steps:
            return []
        try:
            with transaction.atomic():
                write = try_records if self.is_only_tried else write_records
                write(table, steps, self.source)
        except (IntegrityError, DataError) as error:
            if len(steps) > 1:
                half = len(steps) // 2
                return [*self.write(table, steps[:half]), *self.write(table, steps[half:])]
            if (other := self.overtaken(table, steps[0])) is not None:
                return other
            rule = _("the directory's rules do not allow it (%(rule)s).") % {"rule": rule_of(error)}
            self.refuse(steps[0].clean.row, rule)
            return []
        for step in steps:
            self.report.count(table.file, step.outcome)
        return steps

    def overtaken(self, table: Table, step: Step) -> list[Step] | None:
        """What is to be done with it by now, where an import from another source brought its key meanwhile."""
        said = step.clean.plain()
        found = standing.different(table, {step.clean.pk: said}, self.source).get(step.clean.pk)
        if found is None or found.note or not found.is_there:
            return None
        again = self.plan(step.clean, said, found, is_fixed=False)
        return self.write(table, [again]) if again else []


def orphan(row: Clean, lost: list[str]) -> str:
    if row.row.cells.get("contact_id") and set(lost) <= {"contact_id"}:
        return _("it belongs to one person, and personal contacts are left out.")
    if lost:
        return _("its %(columns)s leads to no record that was taken over.") % {"columns": ", ".join(lost)}
    if row.row.table.name == "attribute":
        return _("it is filed on something Supportnet files nothing on.")
    return _("it belongs to nothing.")
