"""Which rows an export holds, table by table. What is not public drags nothing of its own along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Model, Q, QuerySet

from resources import models as rows
from resources.hsds import building, facts, shapes
from resources.hsds.building import Builder, fill

CHUNK = 500


@dataclass
class Export:
    builder: Builder

    @property
    def drafts(self) -> bool:
        return self.builder.drafts

    # The scope -----------------------------------------------------------------------------------

    @cached_property
    def services(self) -> QuerySet[rows.Service]:
        return rows.Service.objects.all() if self.drafts else rows.Service.objects.published()

    @cached_property
    def places(self) -> QuerySet[rows.ServiceAtLocation]:
        return rows.ServiceAtLocation.objects.filter(service__in=self.services.order_by().values("pk"))

    @cached_property
    def locations(self) -> QuerySet[rows.Location]:
        return rows.Location.objects.all() if self.drafts else building.public_locations()

    @cached_property
    def organizations(self) -> QuerySet[rows.Organization]:
        if self.drafts:
            return rows.Organization.objects.all()
        houses = self.services.order_by().values("organization_id")
        owners = self.locations.order_by().exclude(organization=None).values("organization_id")
        return rows.Organization.objects.filter(Q(pk__in=houses) | Q(pk__in=owners))

    def hanging(self, model: type[Model], *parents: str) -> QuerySet[Any]:
        """Rows of a table that hang on something in the scope, and on nothing outside of it."""
        scope = {
            "service": self.services,
            "service_at_location": self.places,
            "location": self.locations,
            "organization": self.organizations,
        }
        inside = Q(pk__in=[])
        outside = Q()
        for parent in parents:
            keys = scope[parent].order_by().values("pk")
            inside |= Q(**{f"{parent}__in": keys})
            outside &= Q(**{parent: None}) | Q(**{f"{parent}__in": keys})
        found: QuerySet[Any] = model._default_manager.filter(inside & outside)
        return found

    # The tables ----------------------------------------------------------------------------------

    def of(self, table: type[shapes.Shape]) -> Iterator[shapes.Shape]:
        own = getattr(self, f"{table.name_of}_rows", None)
        if own is not None:
            yield from own()
            return
        model = MODELS[table]
        for row in each(self.hanging(model, *PARENTS[table])):
            yield fill(table, row)

    def taxonomy_rows(self) -> Iterator[shapes.Shape]:
        return (self.builder.taxonomy(row) for row in each(rows.Taxonomy.objects.all()))

    def taxonomy_term_rows(self) -> Iterator[shapes.Shape]:
        return (self.builder.term(row) for row in each(rows.TaxonomyTerm.objects.select_related("taxonomy")))

    def unit_rows(self) -> Iterator[shapes.Shape]:
        return (fill(shapes.Unit, row) for row in each(rows.Unit.objects.all()))

    def organization_rows(self) -> Iterator[shapes.Shape]:
        return (self.builder.organization(row) for row in each(self.organizations))

    def program_rows(self) -> Iterator[shapes.Shape]:
        return (self.builder.program(row) for row in each(self.hanging(rows.Program, "organization")))

    def location_rows(self) -> Iterator[shapes.Shape]:
        return (self.builder.location(row) for row in each(self.locations))

    def service_rows(self) -> Iterator[shapes.Shape]:
        return (self.builder.bare_service(row) for row in each(self.services.select_related("verification")))

    def service_at_location_rows(self) -> Iterator[shapes.Shape]:
        return (self.builder.at_location(row) for row in each(self.places))

    def contact_rows(self) -> Iterator[shapes.Shape]:
        if not self.drafts:
            return iter(())
        return (fill(shapes.Contact, row) for row in each(rows.Contact.objects.all()))

    def phone_rows(self) -> Iterator[shapes.Shape]:
        found = rows.Phone.objects.all() if self.drafts else self.lines
        return (fill(shapes.Phone, row) for row in each(found))

    @property
    def lines(self) -> QuerySet[rows.Phone]:
        found: QuerySet[rows.Phone] = self.hanging(rows.Phone, *EVERYWHERE).filter(contact=None)
        return found

    def language_rows(self) -> Iterator[shapes.Shape]:
        """Of a service, a place, or a line that is told itself."""
        here = self.hanging(rows.Language, "service", "location").filter(phone=None)
        spoken = rows.Language.objects.filter(phone__in=self.lines.order_by().values("pk"))
        return (fill(shapes.Language, row) for row in each(here | spoken))

    def schedule_rows(self) -> Iterator[shapes.Shape]:
        hanging = ("service", "location", "service_at_location")
        for row in each(self.hanging(rows.Schedule, *hanging)):
            yield fill(shapes.Schedule, row)
        for row in each(self.hanging(rows.OpeningException, *hanging)):
            if self.drafts or row.ends_on >= self.builder.today:
                yield building.exception(row)

    def attribute_rows(self) -> Iterator[shapes.Shape]:
        yield from (plain(row) for row in each(self.hanging(rows.Attribute, *EVERYWHERE)))
        for found, entity, said in (
            (self.services.select_related("source"), "service", facts.of_service),
            (self.locations.select_related("source"), "location", facts.of_location),
            (self.organizations.select_related("source"), "organization", facts.of_source),
        ):
            for row in each(found):
                for fact in said(row):
                    if fact.code in self.builder.terms:
                        yield self.builder.fact(fact, row, entity, full=False)

    def metadata_rows(self) -> Iterator[shapes.Shape]:
        taken = rows.FieldChange.objects.filter(
            table="service", row__in=self.services.order_by().values("pk"), taken_at__isnull=False
        )
        return iter(building.history(each(taken)))


EVERYWHERE = ("service", "service_at_location", "location", "organization")
MODELS: dict[type[shapes.Shape], type[Model]] = {
    shapes.Address: rows.Address,
    shapes.ServiceArea: rows.ServiceArea,
    shapes.Accessibility: rows.Accessibility,
    shapes.CostOption: rows.CostOption,
    shapes.Funding: rows.Funding,
    shapes.RequiredDocument: rows.RequiredDocument,
    shapes.ServiceCapacity: rows.ServiceCapacity,
    shapes.OrganizationIdentifier: rows.OrganizationIdentifier,
    shapes.Url: rows.Url,
}
PARENTS: dict[type[shapes.Shape], tuple[str, ...]] = {
    shapes.Address: ("location",),
    shapes.ServiceArea: ("service", "service_at_location"),
    shapes.Accessibility: ("location",),
    shapes.CostOption: ("service",),
    shapes.Funding: ("service", "organization"),
    shapes.RequiredDocument: ("service",),
    shapes.ServiceCapacity: ("service",),
    shapes.OrganizationIdentifier: ("organization",),
    shapes.Url: ("service", "organization"),
}


def each(found: QuerySet[Any]) -> Iterable[Any]:
    """Row by row from a cursor of the server, in an order that stays."""
    return found.order_by("pk").iterator(chunk_size=CHUNK)


def plain(row: rows.Attribute) -> shapes.Attribute:
    entity = next(name for name in EVERYWHERE if getattr(row, f"{name}_id"))
    return fill(shapes.Attribute, row, link_id=getattr(row, f"{entity}_id"), link_entity=entity)
