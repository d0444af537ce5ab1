"""Writing field changes into a listing's rows, whatever table they are in. Always inside `history.noting`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from resources import fields
from resources.models import FieldChange, Location, Service, ServiceAtLocation
from resources.services import offering


def apply(*, service: Service, changes: Iterable[FieldChange]) -> None:
    """Write what was taken. Raises ValidationError in words: unknown field, foreign row, bad value."""
    order = list(fields.TABLES)
    ranked = sorted(changes, key=lambda one: (_rank(order, one.table), str(one.row or ""), one.group))
    made: dict[int, Location] = {}
    for (table, row, group), found in groupby(ranked, key=lambda one: (one.table, one.row, one.group)):
        first, *more = found
        if offering.is_offered(first):
            _put_offered(table, [first, *more])
            continue
        values = {one.field: one.taken for one in (first, *more)}
        record = _row(service, table, row)
        if record is None:
            record = _new(service, table, group, made)
        put(table, record, values, of_import=first.request.source_id is not None)
        if isinstance(record, Location):
            made[group] = record
            ServiceAtLocation.objects.get_or_create(service=service, location=record)


def _put_offered(table: str, changes: list[FieldChange]) -> None:
    """A row of an import that was not here yet; or is by now, when somebody took over another part of it."""
    there = fields.TABLES[table]._default_manager.filter(pk=changes[0].row).first()
    record = there or offering.new_row(changes[0])
    put(table, record, {one.field: one.taken for one in changes}, of_import=True)


def _rank(order: list[str], table: str) -> int:
    if table not in order:
        raise ValidationError(_("“%(name)s” is not a part of a listing we know.") % {"name": table})
    return order.index(table)


def _row(service: Service, table: str, row: uuid.UUID | None) -> models.Model | None:
    """The row, if it stands on this listing; None for a new one."""
    if row is None and table in ("service", "organization"):
        row = service.pk if table == "service" else service.organization_id
    if row is None:
        return None
    found = fields.rows_of(service, table).filter(pk=row).first()
    if found is None:
        raise ValidationError(_("Part of this is no longer there. Look at the listing, then decide anew."))
    return found


def _new(service: Service, table: str, group: int, made: dict[int, Location]) -> models.Model:
    """An empty row hung on the listing; what hangs on places only, on the new place of its group or its first one."""
    model = fields.TABLES[table]
    names = {field.name for field in model._meta.concrete_fields}
    if "service" in names and table != "service_at_location":
        return model(service=service)
    if "location" in names:
        return model(location=made.get(group) or _place(service))
    return model()


def _place(service: Service) -> Location:
    at = service.at_locations.select_related("location").first()
    if at is not None:
        return at.location
    location = Location.objects.create(organization=service.organization, name="")
    ServiceAtLocation.objects.create(service=service, location=location)
    return location


def put(table: str, record: models.Model, values: dict[str, Any], *, of_import: bool = False) -> None:
    """Set these fields, each checked by its own rules, and save."""
    for name, value in values.items():
        field = fields.field_of(table, name)
        # Which rows belong together is not proposed; only what a listing is filed under, and by an import the LINKS.
        if field is None or (field.is_relation and not _may_link(table, field.name, of_import)):
            raise ValidationError(
                _("“%(name)s” is not a part of a listing we know.") % {"name": f"{table}.{name}"}
            )
        try:
            setattr(record, field.attname, fields.python(table, name, value))
        except (ValidationError, ValueError, TypeError) as error:
            said = " ".join(error.messages) if isinstance(error, ValidationError) else ""
            raise ValidationError(
                f"{fields.label(table, name)}: {said or _('This value makes no sense.')}"
            ) from error
    if of_import and record._state.adding:
        offering.refuse_incomplete(table, record)
    record.save()


def _may_link(table: str, name: str, of_import: bool) -> bool:
    return name == "taxonomy_term" or (of_import and (table, name) in fields.LINKS)
