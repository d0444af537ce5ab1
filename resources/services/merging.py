"""Two listings that are one become one, by hand. The old address leads to the one that stays; nothing is lost."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from resources import fields
from resources.errors import CannotMerge
from resources.models import (
    Change,
    ChangedRow,
    Findable,
    Fingerprint,
    Inclusion,
    Likeness,
    Service,
    Verification,
)
from resources.services import clockwork, history, holding
from resources.services.indexing import reindex

# Rows of a listing go over one by one, as the curator chose; these tables are the merge's own. What was checked of one
# says nothing of the other.
OWN = {Likeness, Fingerprint, Inclusion, Change, ChangedRow, Service, Findable, Verification}
MOVABLE = tuple(
    table
    for table in fields.TABLES
    if table not in ("organization", "service", "location", "address", "accessibility", "inclusion")
)


def movable(loser: Service) -> list[tuple[str, models.Model]]:
    """The rows of a listing that can go over to another: its own, not those of its organisation or building."""
    found = []
    for table in MOVABLE:
        names = {field.name for field in fields.TABLES[table]._meta.concrete_fields}
        if "service" in names:
            rows = fields.TABLES[table]._default_manager.filter(service=loser.pk)
            found += [(table, row) for row in rows]
    return found


@transaction.atomic
def merge(
    *,
    loser: Service,
    winner: Service,
    by: User,
    take: Iterable[str] = (),
    rows: Iterable[uuid.UUID] = (),
    why: str = "",
) -> Service:
    """Make `winner` the only one. `take`: fields of the listing to have from the loser; `rows`: its rows to keep.

    Raises CannotMerge when one of them is merged or put away already: somebody else was quicker.
    """
    held = holding.hold(loser.pk, winner.pk)
    _refuse(held, loser, winner)
    loser, winner = held[loser.pk], held[winner.pk]
    said = why or _("The same as “%(name)s”") % {"name": loser}
    gone = _("Merged into “%(name)s”") % {"name": winner}
    with (
        history.noting(service=winner, by=by, how=Change.How.MERGED, why=said),
        history.noting(service=loser, by=by, how=Change.How.MERGED, why=gone) as left,
    ):
        _take_fields(loser, winner, set(take))
        _take_rows(loser, winner, set(rows))
    if left.change is None:
        history.note(service=loser, by=by, how=Change.How.MERGED, why=gone)
    _close(loser, winner, by)
    _move_what_hangs_on(loser, winner)
    clockwork.wind(Service.objects.filter(pk=winner.pk))
    reindex(Service.objects.filter(pk__in=[winner.pk, loser.pk]))
    return Service.objects.get(pk=winner.pk)


def _refuse(held: Mapping[uuid.UUID, Service], loser: Service, winner: Service) -> None:
    if len(held) != 2:
        raise CannotMerge(_("A listing cannot be merged with itself. Choose two."))
    if any(service.merged_into_id for service in held.values()):
        raise CannotMerge(_("One of these was merged already. Look at the queue again."))
    if held[winner.pk].archived_at:
        raise CannotMerge(
            _("The one that should stay is put away. Choose the other, or bring it back first.")
        )


def _take_fields(loser: Service, winner: Service, take: set[str]) -> None:
    for name in take:
        field = fields.field_of("service", name)
        if field is not None:
            setattr(winner, field.attname, getattr(loser, field.attname))
    winner.save()


def _take_rows(loser: Service, winner: Service, rows: set[uuid.UUID]) -> None:
    """One that the winner has already (the same place, the same topic) is left where it is."""
    for _table, row in movable(loser):
        if row.pk not in rows:
            continue
        try:
            with transaction.atomic():
                type(row)._default_manager.filter(pk=row.pk).update(service=winner.pk)
        except IntegrityError:
            continue


def _close(loser: Service, winner: Service, by: User) -> None:
    Service.objects.filter(merged_into=loser).update(merged_into=winner)
    Service.objects.filter(pk=loser.pk).update(
        merged_into=winner,
        published_at=None,
        published_by=None,
        archived_at=timezone.now(),
        archived_by=by,
        verification=None,
        due_at=None,
        stale_at=None,
        clock_at=None,
        leased_by=None,
        leased_until_at=None,
    )
    Likeness.objects.filter(Q(one=loser) | Q(other=loser), ruled_out_at=None).delete()


def _move_what_hangs_on(loser: Service, winner: Service) -> None:
    """Whatever else points at it, from whichever room: saved listings, proposals, feedback."""
    for relation in Service._meta.get_fields(include_hidden=True):
        model, remote = relation.related_model, getattr(relation, "field", None)
        if not relation.auto_created or relation.concrete or remote is None:
            continue
        if not isinstance(model, type) or model in OWN or model in fields.TABLES.values():
            continue
        name = remote.name
        for row in model._default_manager.filter(**{name: loser.pk}):
            _move(row, name, winner)


def _move(row: models.Model, name: str, winner: Service) -> None:
    """Where the winner has the same already, the loser's is the double."""
    try:
        with transaction.atomic():
            type(row)._default_manager.filter(pk=row.pk).update(**{name: winner.pk})
    except IntegrityError:
        row.delete()


@transaction.atomic
def unmerge(*, service: Service, by: User) -> bool:
    """It was not the same after all: a draft again. What was taken over stays where it is, and can be undone there."""
    apart = Service.objects.filter(pk=service.pk, merged_into__isnull=False)
    done = bool(apart.update(merged_into=None, archived_at=None, archived_by=None))
    if done:
        history.note(service=service, by=by, how=Change.How.UNMERGED)
    return done
