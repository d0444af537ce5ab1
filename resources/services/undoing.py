"""Taking one change back without losing the later ones. It is a change itself, and can be taken back, too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from resources import fields
from resources.errors import ChangedSince
from resources.models import Change, ChangedRow, Location, Program, Service, ServiceAtLocation
from resources.services import history, holding
from resources.services.owning import refuse_if_own_is_public


def undo(*, change: Change, by: User, why: str = "") -> Change | None:
    """Put back what was there before. Raises ChangedSince when somebody changed the same fields later."""
    rows = list(change.rows.all())
    try:
        with (
            _noting_beside(change, rows, by, why),
            history.noting(
                service=change.service, by=by, how=Change.How.UNDONE, why=why, undoes=change
            ) as noted,
        ):
            if not rows or Change.objects.filter(undoes=change).exists():
                raise ChangedSince(_("There is nothing to undo here any more."))
            for row in rows:
                _refuse_if_changed(row)
            for row in rows:
                _bring_back(row)
            for row in reversed(rows):
                _take_away(row, change)
    except IntegrityError as error:
        why_not = _(
            "This cannot be undone by itself: something else depends on it. Change it by hand instead."
        )
        raise ChangedSince(why_not) from error
    return noted.change


@contextmanager
def _noting_beside(change: Change, rows: list[ChangedRow], by: User, why: str) -> Iterator[None]:
    """A merge had moved rows. The listings that lose or get them by this are held, too, and each has a line that says
    so; the rows stand in the change itself, where all of it can be taken back."""
    said = _("An earlier change of “%(name)s” was undone.") % {"name": change.service}
    with transaction.atomic():
        others = Service.objects.filter(pk__in=_others(change, rows)).order_by("pk")
        holding.hold(change.service_id, *others.values_list("pk", flat=True))
        before = {one: history.snapshot(one) for one in others}
        for one in before:
            refuse_if_own_is_public(one, by)
        yield
        for one, was in before.items():
            if differing := history.differences(was, history.snapshot(one)):
                history.note(service=one, by=by, how=Change.How.EDITED, why=f"{said} {why}".strip())
                history.settle(one, differing)


def _others(change: Change, rows: list[ChangedRow]) -> set[str]:
    """Where the rows are now, and where they will be."""
    found = set()
    for row in rows:
        there = _moved_from(row, change) if row.before is None else row
        gets = (there.before if there else None) or _elsewhere(row, change)
        now = fields.TABLES[row.table]._default_manager.filter(pk=row.row).first()
        found |= {str(gets.get("service_id") or ""), str(getattr(now, "service_id", None) or "")}
    return found - {"", str(change.service_id)}


def _refuse_if_changed(row: ChangedRow) -> None:
    """What it made must still be as it made it."""
    if row.after is None:
        return
    found = fields.TABLES[row.table]._default_manager.filter(pk=row.row).first()
    now = fields.values_of(row.table, found) if found else {}
    later = [name for name, value in row.after.items() if now.get(name) != value]
    if found is None or later:
        what = ", ".join(fields.label(row.table, name) for name in later) or row.table
        raise ChangedSince(
            _("This was changed again later (%(what)s). Undo the later change first, or change it by hand.")
            % {"what": what}
        )


def _bring_back(row: ChangedRow) -> None:
    """The old values, or the whole row when it had been taken out."""
    if row.before is None:
        return
    model = fields.TABLES[row.table]
    found = model._default_manager.filter(pk=row.row).first()
    if found is None and row.after is not None:
        raise ObjectDoesNotExist(row.row)
    record = found or model(pk=row.row)
    for name, value in row.before.items():
        field = fields.field_of(row.table, name)
        if field is not None:
            setattr(record, field.attname, field.to_python(value) if not field.is_relation else value)
    record.save(force_insert=found is None)


def _take_away(row: ChangedRow, change: Change) -> None:
    """What it had added; what other listings use stays, and what a merge had moved goes back."""
    if row.before is not None:
        return
    if came_from := _moved_from(row, change):
        _bring_back(came_from)
        return
    if there := _elsewhere(row, change):
        _bring_back(ChangedRow(table=row.table, row=row.row, before=there, after={}))
        return
    found = fields.TABLES[row.table]._default_manager.filter(pk=row.row).first()
    if found is None or row.table == "organization" or _of_a_place_that_stays(found, change):
        return
    if isinstance(found, Location) and found.at_services.exists():
        return
    if isinstance(found, Program) and found.services.exists():
        return
    found.delete()


def _moved_from(row: ChangedRow, change: Change) -> ChangedRow | None:
    """How the row was on the other listing, where this merge had moved it over."""
    if change.how != Change.How.MERGED:
        return None
    there = ChangedRow.objects.filter(
        table=row.table,
        row=row.row,
        after__isnull=True,
        change__how=Change.How.MERGED,
        change__made_at__lte=change.made_at,
    )
    return there.exclude(change=change).order_by("-change__made_at", "-pk").first()


def _elsewhere(row: ChangedRow, change: Change) -> dict[str, Any]:
    """What it said on the other listing of a merge, where taking that back, or on again, fetched it from there."""
    if change.how != Change.How.UNDONE or (row.after or {}).get("service_id") != str(change.service_id):
        return {}
    said = ChangedRow.objects.filter(table=row.table, row=row.row, change__made_at__lt=change.made_at)
    said = said.exclude(change__service=change.service).order_by("change__made_at", "pk")
    last = said.last()
    if last is None or _first(change).how != Change.How.MERGED:
        return {}
    if last.after is None:
        return last.before or {}
    values: dict[str, Any] = {}
    for one in said.filter(change__service=last.change.service_id):
        values |= one.after or {}
    return values | {"service_id": str(last.change.service_id)}


def _first(change: Change) -> Change:
    """What was undone, and done again, however often."""
    while change.undoes is not None:
        change = change.undoes
    return change


def _of_a_place_that_stays(found: models.Model, change: Change) -> bool:
    """An address or a phone of a place that only came to this listing, and that others have, too."""
    place = getattr(found, "location_id", None)
    if place is None or isinstance(found, ServiceAtLocation):
        return False
    came = change.rows.filter(table="location", row=place, before__isnull=True)
    others = ServiceAtLocation.objects.filter(location=place).exclude(service=change.service_id)
    return came.exists() and others.exists()
