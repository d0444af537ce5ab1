"""Where a source says otherwise than a curator or a public page: a question to the curators, asked once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q
from django.utils import timezone

from resources import fields
from resources.hsds.cleaning import Clean
from resources.hsds.tables import Table
from resources.models import ChangeRequest, FieldChange, Service, ServiceAtLocation, Source

# What the importer calls otherwise than the desk does.
DESK_NAMES = {"exception": "opening_exception"}
# Fields of an open or answered question, by table, row and field.
Asked = dict[tuple[str, uuid.UUID | None, str], list[FieldChange]]


@dataclass
class Offer:
    """What a row would have changed: by column, what is there and what the source says."""

    table: Table
    row: uuid.UUID
    # What it is or hangs on, to find whose page it is on.
    links: dict[str, uuid.UUID]
    fields: dict[str, tuple[Any, Any]]
    # There is no such row here yet.
    is_new: bool = False

    @property
    def name(self) -> str:
        return DESK_NAMES.get(self.table.name, self.table.name)

    def decidable(self) -> dict[str, tuple[Any, Any]]:
        """What the desk can write. The rest stays as it is without a question."""
        if self.name == "attribute" and "service" not in self.links:
            return {}
        return {column: pair for column, pair in self.fields.items() if may_be_asked(self.name, column)}


def links_of(row: Clean) -> dict[str, uuid.UUID]:
    """What the row is, or hangs on, nearest first."""
    links = {row.row.table.name: row.pk}
    for column, name in row.row.table.parents.items():
        if row.values.get(column):
            links.setdefault(name, row.values[column])
    return links


def may_be_asked(table: str, column: str) -> bool:
    field = fields.field_of(table, column)
    if field is None:
        return False
    return not field.is_relation or field.name == "taxonomy_term" or (table, field.name) in fields.LINKS


def ask(offers: list[Offer], source: Source) -> int:
    """One change request for each listing; what is open already says from now on what the source says now.

    What a curator did not take over is not asked again, however often the source goes to and fro.
    """
    homes = owners(offers)
    asked, now = asked_before(offers, homes, source), timezone.now()
    by_service: defaultdict[uuid.UUID, list[FieldChange]] = defaultdict(list)
    follow: list[FieldChange] = []
    for group, (offer, home) in enumerate(zip(offers, homes, strict=True), start=1):
        if home is None:
            continue
        for change in unsettled(offer, group, asked):
            known = asked.get((change.table, change.row, change.field), [])
            open_one = next((one for one in known if is_free(one, now)), None)
            if open_one is None:
                by_service[home].append(change)
            else:
                open_one.before, open_one.after = change.before, change.after
                follow.append(open_one)
    FieldChange.objects.bulk_update(follow, ["before", "after"])
    return open_questions(by_service, source, now)


def open_questions(by_service: dict[uuid.UUID, list[FieldChange]], source: Source, now: dt.datetime) -> int:
    """One for each listing: what is asked of it already, or a new one. Returns how many were opened."""
    going_on = waiting(by_service, source, now)
    opened = ChangeRequest.objects.bulk_create(
        ChangeRequest(kind=ChangeRequest.Kind.CONFLICT, service_id=service, source=source)
        for service in by_service
        if service not in going_on
    )
    requests = going_on | {one.service_id: one for one in opened if one.service_id}
    groups = dict(
        FieldChange.objects.filter(request__in=going_on.values())
        .values_list("request__service")
        .annotate(last=Max("group"))
    )
    for service, found in by_service.items():
        renumber(found, groups.get(service, 0))
        for change in found:
            change.request = requests[service]
    FieldChange.objects.bulk_create(change for found in by_service.values() for change in found)
    return len(opened)


def waiting(
    services: Iterable[uuid.UUID], source: Source, now: dt.datetime
) -> dict[uuid.UUID, ChangeRequest]:
    """What this source asked of these listings and nobody has in hand: held, so that nobody decides half of it."""
    asked = ChangeRequest.objects.filter(
        kind=ChangeRequest.Kind.CONFLICT, source=source, service__in=list(services), decided_at=None
    )
    # Of several, as older versions left them, the first.
    free = asked.filter(Q(leased_until_at=None) | Q(leased_until_at__lte=now)).order_by("-created_at", "-pk")
    held = free.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return {one.service_id: one for one in held if one.service_id}


def renumber(found: list[FieldChange], last: int) -> None:
    """New rows of one question each have a number of their own, whichever table they came in."""
    numbers: dict[int, int] = {0: 0}
    for change in found:
        change.group = numbers.setdefault(change.group, last + len(numbers))


def asked_before(offers: list[Offer], homes: list[uuid.UUID | None], source: Source) -> Asked:
    found = FieldChange.objects.filter(
        request__kind=ChangeRequest.Kind.CONFLICT,
        request__source=source,
        request__service__in=set(homes) - {None},
        row__in={offer.row for offer in offers},
    )
    asked: Asked = defaultdict(list)
    for one in found.select_related("request"):
        asked[one.table, one.row, one.field].append(one)
    return asked


def unsettled(offer: Offer, group: int, asked: Asked) -> list[FieldChange]:
    """What there is to ask: of a row that is here the fields that are news, of a new one all of it or nothing."""
    found = list(changes(offer, group))
    known = [asked.get((change.table, change.row, change.field), []) for change in found]
    news = [
        change
        for change, before in zip(found, known, strict=True)
        if not any(is_settled(one, change.after) for one in before)
    ]
    return found if news and offer.is_new else news


def is_settled(one: FieldChange, after: Any) -> bool:
    """It is being asked, or a curator did not want it."""
    is_open = one.request.decided_at is None
    return one.after == after and (is_open or one.taken_at is None or one.taken != after)


def is_free(one: FieldChange, now: dt.datetime) -> bool:
    """Nobody has decided it or has it in hand."""
    held = one.request.leased_until_at
    return one.request.decided_at is None and (held is None or held <= now)


def changes(offer: Offer, group: int) -> Iterable[FieldChange]:
    for field, (before, after) in offer.decidable().items():
        yield FieldChange(
            table=offer.name,
            row=offer.row,
            group=group if offer.is_new else 0,
            field=field,
            before=before,
            after=after,
        )


def owners(offers: list[Offer]) -> list[uuid.UUID | None]:
    """The listing each is about: its own, or the first public one of the place or organisation it hangs on."""
    linked = {
        name: {offer.links[name] for offer in offers if name in offer.links}
        for name in ("service", "service_at_location", "location", "organization")
    }
    service_of = {("service", key): key for key in alive(linked["service"])}
    places = ServiceAtLocation.objects.filter(
        Q(pk__in=linked["service_at_location"]) | Q(location__in=linked["location"]),
        service__archived_at=None,
    )
    for pk, location, service in places.order_by("-service__published_at").values_list(
        "pk", "location_id", "service_id"
    ):
        service_of["service_at_location", pk] = service
        service_of["location", location] = service
    public = Service.objects.published().filter(organization__in=linked["organization"])
    for pk, organization in public.order_by("pk").values_list("pk", "organization_id"):
        service_of.setdefault(("organization", organization), pk)
    return [
        next((service_of[link] for link in offer.links.items() if link in service_of), None)
        for offer in offers
    ]


def alive(keys: set[uuid.UUID]) -> set[uuid.UUID]:
    return set(Service.objects.filter(pk__in=keys, archived_at=None).values_list("pk", flat=True))
