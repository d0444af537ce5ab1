"""What is to be written for one row, and the writing of many at once."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, models
from django.utils import timezone

from resources.hsds.cleaning import Clean
from resources.hsds.conflicts import Offer
from resources.hsds.tables import Table
from resources.models import ImportedRow, Record


@dataclass
class Step:
    """One thing to write: the record, and the note of what the source said."""

    clean: Clean
    outcome: str
    record: models.Model | None = None
    fields: tuple[str, ...] = ()
    imported: ImportedRow | None = None
    offer: Offer | None = None


def write_records(table: Table, steps: list[Step]) -> None:
    new = [step for step in steps if step.outcome == "created"]
    changed = [step for step in steps if step.outcome == "changed"]
    notes = [step.imported for step in steps if step.imported]
    manager = table.model._default_manager
    manager.bulk_create([step.record for step in new if step.record])
    known = [note for note in notes if note.pk is not None]
    ImportedRow.objects.bulk_create([note for note in notes if note.pk is None])
    if changed:
        write_changes(table, changed)
    ImportedRow.objects.bulk_update(known, ["values", "offered"])
    if new or changed:
        # Keys that lead nowhere are to be found here, where one row can be set apart.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def write_changes(table: Table, changed: list[Step]) -> None:
    fields = {each for step in changed for each in step.fields}
    if table.has_source:
        fields.add("updated_at")
        for record in (step.record for step in changed):
            if isinstance(record, Record):
                record.updated_at = timezone.now()
    names = sorted(table.model._meta.get_field(each).name for each in fields)
    table.model._default_manager.bulk_update([step.record for step in changed if step.record], names)


def rule_of(error: Exception) -> str:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return str(name or type(error).__name__)
