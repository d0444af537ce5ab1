"""What an import offered and a curator takes over: which row it is, where it belongs, and that the source was heard."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from resources import fields
from resources.models import ChangeRequest, FieldChange, ImportedRow

# What the desk calls otherwise than the importer does.
IMPORT_NAMES = {"opening_exception": "exception"}


def is_offered(change: FieldChange) -> bool:
    """Part of a row that is new here and has its key already."""
    return change.row is not None and change.group > 0


def new_row(change: FieldChange) -> models.Model:
    """The row as the source has it, so far only hung where the source hangs it. Raises ValidationError."""
    name = IMPORT_NAMES.get(change.table, change.table)
    known = ImportedRow.objects.filter(source=change.request.source_id, table=name)
    said = known.filter(row_id__in=[change.row]).first()
    model = fields.TABLES[change.table]
    record = model(pk=change.row)
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.name != "taxonomy_term":
            key = said.offered.get(field.attname) if said else None
            if key and not field.related_model._default_manager.filter(pk=key).exists():
                raise ValidationError(
                    _("What this hangs on is no longer there. Look at the listing, then decide anew.")
                )
            setattr(record, field.attname, uuid.UUID(key) if key else None)
    return record


def refuse_incomplete(table: str, record: models.Model) -> None:
    """Raises ValidationError where something is left out that such a row needs."""
    for field in fields.columns(table):
        needed = not (field.blank or field.null or field.is_relation)
        if needed and getattr(record, field.attname) in ("", None):
            words = _("%(name)s is needed, too. Please tick it.")
            raise ValidationError(words % {"name": fields.label(table, field.name).capitalize()})


def note_taken(request: ChangeRequest, changes: Iterable[FieldChange]) -> None:
    """From now on the source is compared with what was taken over of it."""
    if request.source_id is None:
        return
    by_row: defaultdict[tuple[str, uuid.UUID | None], dict[str, FieldChange]] = defaultdict(dict)
    for one in changes:
        by_row[IMPORT_NAMES.get(one.table, one.table), one.row][one.field] = one
    wanted = Q(pk__in=[])
    for table, row in by_row:
        wanted |= Q(table=table, row_id=row)
    heard = list(ImportedRow.objects.select_for_update().filter(wanted, source=request.source_id))
    for said in heard:
        hear(said, by_row[said.table, said.row_id])
    ImportedRow.objects.bulk_update(heard, ["values"])


def hear(said: ImportedRow, asked: dict[str, FieldChange]) -> None:
    """A column that was refused or written otherwise stays what it was: only offered."""
    as_said = {name for name, one in asked.items() if one.taken_at and one.taken == one.after}
    taken: dict[str, Any] = {name: asked[name].after for name in as_said}
    if any(one.taken_at and is_offered(one) for one in asked.values()):
        taken |= {name: value for name, value in said.offered.items() if name not in asked}
    said.values |= taken
