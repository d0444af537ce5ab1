"""Every change of a listing leaves a record, wherever it comes from: what was there, what is there now, who, why.

`noting` looks at the listing before and after and writes down what differs. So a form, a decision, a merge and the
admin all leave the same record, take back the same confirmations and tell the search, without doing it themselves.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import Now as DbNow
from django.utils import timezone

from accounts.models import User
from resources import fields
from resources.models import Change, ChangedRow, ChangeRequest, Location, Service, ServiceAtLocation, Source
from resources.services import clockwork, holding
from resources.services.indexing import reindex
from resources.services.likeness import look_for_likeness
from resources.services.owning import refuse_if_own_is_public

Key = tuple[str, uuid.UUID]
Snapshot = dict[Key, dict[str, Any]]
AFTER_MERGING = (Change.How.MERGED, Change.How.UNDONE)


@dataclass
class Noted:
    """What came of it, once the block is left. `change` stays None when nothing differs."""

    change: Change | None = None
    rows: list[ChangedRow] = field(default_factory=list)


@contextmanager
def noting(
    *,
    service: Service,
    by: User | None,
    how: str = Change.How.EDITED,
    why: str = "",
    request: ChangeRequest | None = None,
    undoes: Change | None = None,
) -> Iterator[Noted]:
    """Change a listing inside this block. Holds it and what it shares; all or nothing.

    Raises OwnListing where they speak for its organisation and that has public pages: a proposal is their way; and
    MergedAway where it was made one with another. What was done before that can still be undone.
    """
    noted = Noted()
    with transaction.atomic():
        held = holding.hold(service.pk)[service.pk]
        if how not in AFTER_MERGING:
            holding.refuse_if_merged(held)
        refuse_if_own_is_public(held, by)
        before = snapshot(held)
        yield noted
        now = Service.objects.get(pk=service.pk)
        noted.rows = differences(before, snapshot(now))
        if noted.rows:
            noted.change = Change.objects.create(
                service=now,
                how=how,
                made_at=timezone.now(),
                made_by=by,
                why=why,
                request=request,
                undoes=undoes,
            )
            for row in noted.rows:
                row.change = noted.change
            ChangedRow.objects.bulk_create(noted.rows)
            settle(now, noted.rows)


def note(*, service: Service, by: User | None, how: str, why: str = "") -> Change:
    """An act that changes no field: published, put away."""
    return Change.objects.create(service=service, how=how, made_at=timezone.now(), made_by=by, why=why)


# Lines alone, however many: what an import, a term or a link changed.
NOTE_MANY = """
    INSERT INTO resources_change (id, service_id, how, made_at, made_by_id, source_id, why)
    SELECT gen_random_uuid(), service, %s, %s, %s, %s, %s FROM unnest(%s::uuid[]) AS service
"""


def note_many(
    *,
    services: Iterable[uuid.UUID],
    how: str,
    by: User | None = None,
    source: Source | None = None,
    why: str = "",
) -> int:
    """One line for each of these listings, in one statement. Returns how many."""
    keys = list(services)
    if keys:
        who, whose = (one.pk if one else None for one in (by, source))
        with connection.cursor() as cursor:
            cursor.execute(NOTE_MANY, [how, timezone.now(), who, whose, why, keys])
    return len(keys)


def snapshot(service: Service) -> Snapshot:
    """All rows of the listing as they are now, in a fixed number of queries."""
    return {
        (table, row.pk): fields.values_of(table, row)
        for table in fields.TABLES
        for row in fields.rows_of(service, table)
    }


def differences(before: Snapshot, after: Snapshot) -> list[ChangedRow]:
    """Rows that are new, gone, or differ; of the last only the fields that do."""
    found = []
    for table, pk in [*before, *(key for key in after if key not in before)]:
        was, now = before.get((table, pk)), after.get((table, pk))
        if was is not None and now is not None:
            names = [name for name in now if now[name] != was.get(name)]
            was, now = {name: was.get(name) for name in names}, {name: now[name] for name in names}
        if was or now:
            found.append(ChangedRow(table=table, row=pk, before=was, after=now))
    return sorted(found, key=lambda row: list(fields.TABLES).index(row.table))


def settle(service: Service, rows: list[ChangedRow]) -> None:
    """Take back what is no longer confirmed, of every listing that shows these rows; tell the search."""
    touched = _touched(service, rows)
    for part in sorted({part for row in rows for part in _parts(row)}):
        Service.objects.filter(pk__in=touched, confirmed__contains=[part]).update(
            confirmed=Func(F("confirmed"), Value(part), function="array_remove")
        )
    Service.objects.filter(pk__in=touched).update(updated_at=DbNow())
    clockwork.wind(Service.objects.filter(pk=service.pk))
    reindex(Service.objects.filter(pk__in=touched))
    look_for_likeness(Service.objects.filter(pk=service.pk))


def _touched(service: Service, rows: list[ChangedRow]) -> list[uuid.UUID]:
    """Each way a row is shown is asked once, and by itself: together they would be looked for among all listings."""
    ways: dict[str, set[uuid.UUID]] = {}
    for table in {row.table for row in rows}:
        keys = [row.row for row in rows if row.table == table]
        for found in fields.TABLES[table]._default_manager.filter(pk__in=keys):
            for way, key in fields.sharing(table, found):
                ways.setdefault(way, set()).add(key)
    touched = {service.pk, *ways.pop("pk", ())}
    for way, shown in ways.items():
        touched |= set(Service.objects.filter(**{f"{way}__in": shown}).values_list("pk", flat=True))
    return sorted(touched)


def _parts(row: ChangedRow) -> set[str]:
    names = {*(row.before or {}), *(row.after or {})}
    return {part for name in names if (part := fields.part_of(row.table, name))}


def of(service: Service) -> QuerySet[Change]:
    """All that was done to it, newest first; also what was done to its organisation and places elsewhere."""
    shared = [
        pk
        for table in ("organization", "location")
        for pk in fields.rows_of(service, table).values_list("pk", flat=True)
    ]
    elsewhere = ChangedRow.objects.filter(row__in=shared).values("change")
    found = Change.objects.filter(Q(service=service) | Q(pk__in=elsewhere))
    return found.select_related("made_by", "source", "undoes", "undone_by", "service").prefetch_related(
        "rows"
    )


def place_left(service: Service, pk: uuid.UUID) -> ServiceAtLocation | None:
    """As it was, not saved, where somebody took the listing away from a place that is still there."""
    gone = ChangedRow.objects.filter(
        table="service_at_location", row=pk, change__service=service, after__isnull=True
    )
    last = gone.order_by("-change__made_at", "-pk").first()
    if last is None or not last.before:
        return None
    location = Location.objects.filter(pk=last.before["location_id"]).first()
    return ServiceAtLocation(service=service, location=location) if location else None


def last_touched(service: Service, rows: Iterable[str]) -> dict[tuple[str, str], Change]:
    """Who changed each field of these rows last, by row and column; who made it or took it out, by row and "".

    What a listing is filed under is said of the listing, as "topics"; what an import did, of no row: it has none.
    """
    found = ChangedRow.objects.filter(Q(row__in=rows) | Q(table="attribute", change__service=service))
    last: dict[tuple[str, str], Change] = {}
    for one in found.select_related("change__made_by", "change__source").order_by("change__made_at", "pk"):
        last[(str(service.pk), "topics") if one.table == "attribute" else (str(one.row), "")] = one.change
        last |= {(str(one.row), name): one.change for name in {*(one.before or {}), *(one.after or {})}}
    imported = service.changes.filter(how=Change.How.IMPORTED).select_related("source").first()
    return last | ({("", ""): imported} if imported else {})
