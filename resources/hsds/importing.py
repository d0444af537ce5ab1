"""Taking rows over. The same file twice changes nothing; what a curator touched or published stays."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from resources import services
from resources.hsds import reading
from resources.hsds.cleaning import Clean, Refused, clean
from resources.hsds.reading import Row
from resources.hsds.report import Report
from resources.hsds.tables import BY_NAME, TABLES, Table
from resources.models import ImportedRow, Record, Service, ServiceAtLocation, Source

BATCH = 500


def run(
    *, path: Path, source: str, tell: Callable[[str], None], dry_run: bool = False, **about: Any
) -> Report:
    """Import a folder or file as drafts from the source of that name. All of it or, on a failure, nothing.

    `about` are the source's other columns (licence, url, is_sample). Raises reading.Unreadable.
    """
    report = Report(tell)
    with transaction.atomic():
        origin, _created = Source.objects.select_for_update().get_or_create(name=source, defaults=about)
        for column, value in about.items():
            setattr(origin, column, value or getattr(origin, column))
        origin.imported_at = timezone.now()
        origin.save()
        importer = Importer(origin, report)
        for rows in reading.read(path, report):
            importer.take(rows)
        services.reindex(Service.objects.filter(source=origin))
        transaction.set_rollback(dry_run)
    return report


@dataclass
class Step:
    """One thing to write: the record, and the note of what the source said."""

    clean: Clean
    outcome: str
    record: models.Model | None = None
    fields: tuple[str, ...] = ()
    imported: ImportedRow | None = None


class Importer:
    def __init__(self, source: Source, report: Report) -> None:
        self.source, self.report = source, report
        self.seen: dict[tuple[str, uuid.UUID], str] = {}

    def take(self, rows: list[Row]) -> None:
        for table in TABLES:
            of_table = [row for row in rows if row.table is table]
            for start in range(0, len(of_table), BATCH):
                self.take_batch(table, of_table[start : start + BATCH])

    def take_batch(self, table: Table, rows: list[Row]) -> None:
        cleaned = self.with_parents(table, [found for row in rows if (found := self.cleaned(row))])
        pks = [each.pk for each in cleaned]
        said = {row.row_id: row for row in self.imported(table.name, pks)}
        there = table.model._default_manager.in_bulk(pks)
        fixed = frozen_rows(table, cleaned)
        steps = [
            step
            for each in cleaned
            if (step := self.plan(each, said.get(each.pk), there.get(each.pk), fixed))
        ]
        self.write(table, steps)

    def imported(self, table: str, pks: Iterable[uuid.UUID]) -> models.QuerySet[ImportedRow]:
        return ImportedRow.objects.filter(source=self.source, table=table, row_id__in=list(pks))

    # Is the row any good? ---------------------------------------------------------------------

    def cleaned(self, row: Row) -> Clean | None:
        try:
            found = clean(row, self.source, self.report.note)
        except Refused as why:
            self.report.refuse(row.table.file, row.where, str(why))
            return None
        key = (row.table.name, found.pk)
        if key not in self.seen:
            self.seen[key] = row.where
            return found
        if not row.may_repeat:
            again = _("it has the same id as %(first)s.") % {"first": self.seen[key]}
            self.report.refuse(row.table.file, row.where, again)
        return None

    def with_parents(self, table: Table, rows: list[Clean]) -> list[Clean]:
        """Those whose required parents are there. Other links that lead nowhere are cut."""
        there = {name: self.present(name, rows) for name in set(table.parents.values())}
        return [row for row in rows if self.settle(table, row, there)]

    def present(self, parent: str, rows: list[Clean]) -> set[uuid.UUID]:
        columns = (
            [column for column, name in rows[0].row.table.parents.items() if name == parent] if rows else []
        )
        wanted = linked(rows, columns)
        known = set(self.imported(parent, wanted).values_list("row_id", flat=True))
        model = BY_NAME[parent].model
        return set(model._default_manager.filter(pk__in=known).values_list("pk", flat=True))

    def settle(self, table: Table, row: Clean, there: dict[str, set[uuid.UUID]]) -> bool:
        lost = []
        for column, parent in table.parents.items():
            if row.values.get(column) is not None and row.values[column] not in there[parent]:
                lost.append(column)
                row.values[column] = None
        alone = table.needs_a_parent and not any(row.values.get(column) for column in table.parents)
        if alone or any(column in table.required for column in lost):
            self.report.refuse(table.file, row.row.where, orphan(row, lost))
            return False
        for column in lost:
            self.report.note(row.row.where, _("left out: its %(column)s leads nowhere.") % {"column": column})
        return True

    # What is to be done with it? --------------------------------------------------------------

    def plan(
        self, row: Clean, said: ImportedRow | None, there: models.Model | None, fixed: set[uuid.UUID]
    ) -> Step | None:
        new = {column: plain(value) for column, value in row.values.items()}
        if said is None and there is not None:
            self.report.refuse(
                row.row.table.file, row.row.where, _("its id belongs to a record from another source.")
            )
            return None
        if said is not None and said.values == said.values | new:
            return Step(row, "unchanged")
        if row.pk in fixed or (said is not None and there is None):
            why = _("left as curated: it is published or put away, or a curator removed it.")
            self.report.note(row.row.where, why)
            return Step(row, "kept")
        if said is None or there is None:
            return self.creation(row, new)
        return self.change(row, new, said, there)

    def creation(self, row: Clean, new: dict[str, Any]) -> Step:
        extra = {"source": self.source, "original_id": row.original_id} if row.row.table.has_source else {}
        record = row.row.table.model(pk=row.pk, **row.values, **extra)
        note = ImportedRow(source=self.source, table=row.row.table.name, row_id=row.pk, values=new)
        return Step(row, "created", record, (), note)

    def change(self, row: Clean, new: dict[str, Any], said: ImportedRow, there: models.Model) -> Step:
        """Take over each column the source changed, unless a curator changed it, too."""
        news = [column for column in new if new[column] != said.values.get(column)]
        now = {column: plain(getattr(there, column)) for column in news}
        mine = [column for column in news if now[column] not in (said.values.get(column), new[column])]
        for column in mine:
            self.report.note(row.row.where, _("left as curated: %(column)s.") % {"column": column})
        theirs = tuple(column for column in news if column not in mine)
        if not theirs:
            return Step(row, "kept")
        for column in theirs:
            setattr(there, column, row.values[column])
            said.values[column] = new[column]
        return Step(row, "changed", there, theirs, said)

    # Doing it ---------------------------------------------------------------------------------

    def write(self, table: Table, steps: list[Step]) -> None:
        try:
            with transaction.atomic():
                write_records(table, steps)
        except (IntegrityError, DataError) as error:
            # One of them breaks a rule of the database. Alone, each of the others still goes in.
            if len(steps) > 1:
                for step in steps:
                    self.write(table, [step])
                return
            why = _("the directory's rules do not allow it (%(rule)s).") % {"rule": rule_of(error)}
            self.report.refuse(table.file, steps[0].clean.row.where, why)
            return
        for step in steps:
            self.report.count(table.file, step.outcome)


def write_records(table: Table, steps: list[Step]) -> None:
    new = [step for step in steps if step.outcome == "created"]
    changed = [step for step in steps if step.outcome == "changed"]
    manager = table.model._default_manager
    manager.bulk_create([step.record for step in new if step.record])
    ImportedRow.objects.bulk_create([step.imported for step in new if step.imported])
    if not changed:
        return
    fields = {field for step in changed for field in step.fields}
    if table.has_source:
        fields.add("updated_at")
        for record in (step.record for step in changed):
            if isinstance(record, Record):
                record.updated_at = timezone.now()
    names = sorted(table.model._meta.get_field(field).name for field in fields)
    manager.bulk_update([step.record for step in changed if step.record], names)
    ImportedRow.objects.bulk_update([step.imported for step in changed if step.imported], ["values"])


def linked(rows: Iterable[Clean], columns: Iterable[str]) -> set[uuid.UUID]:
    """The keys these columns point to."""
    return {key for row in rows for column in columns if (key := row.values.get(column)) is not None}


def orphan(row: Clean, lost: list[str]) -> str:
    if lost:
        return _("its %(columns)s leads to no record that was taken over.") % {"columns": ", ".join(lost)}
    if row.row.cells.get("contact_id"):
        return _("it belongs to one person, and personal contacts are left out.")
    return _("it belongs to nothing.")


def rule_of(error: Exception) -> str:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return str(name or type(error).__name__)


def plain(value: Any) -> Any:
    """A value as JSON keeps it, the same before and after a trip through the database."""
    if isinstance(value, decimal.Decimal):
        return format(value.normalize(), "f")
    return str(value) if isinstance(value, uuid.UUID | dt.date | dt.time) else value


# What must not move ---------------------------------------------------------------------------


def frozen_rows(table: Table, rows: list[Clean]) -> set[uuid.UUID]:
    """Keys of the rows a visitor can read on a public page, or that were put away."""
    fixed = frozen(table.name, {row.pk for row in rows})
    if table.name in ("organization", "location", "service"):
        return fixed
    for column, parent in table.parents.items():
        if table.name == "service_at_location" and parent == "location":
            continue
        parents = frozen(parent, linked(rows, [column]))
        fixed |= {row.pk for row in rows if row.values.get(column) in parents}
    return fixed


def frozen(table: str, pks: set[uuid.UUID]) -> set[uuid.UUID]:
    public = Service.objects.published()
    at = ServiceAtLocation.objects.filter(service__in=public)
    away = Service.objects.filter(archived_at__isnull=False)
    queries: dict[str, models.QuerySet[Any, Any]] = {
        "organization": public.filter(organization__in=pks).values_list("organization_id", flat=True),
        "service": (public | away).filter(pk__in=pks).values_list("pk", flat=True),
        "location": at.filter(location__in=pks).values_list("location_id", flat=True),
        "service_at_location": at.filter(pk__in=pks).values_list("pk", flat=True),
    }
    return set(queries[table]) if table in queries else set()
