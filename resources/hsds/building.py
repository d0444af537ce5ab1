"""From rows to shapes. What each needs beside itself is said in its queryset, so a page costs the same at any size."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar, get_args

from django.conf import settings
from django.db import models
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.encoding import iri_to_uri

from resources import models as rows
from resources import vocabulary
from resources.hsds import facts, shapes

S = TypeVar("S", bound=shapes.Shape)
Organizations = models.QuerySet[rows.Organization]
WHOLE = "whole_shape"
UPDATED_BY = "Supportnet curator"
# A day on which the usual times do not hold has no place of its own in HSDS: it is a schedule that says so.
CLOSED = "Closed instead of the usual times."
OTHER_HOURS = "Open at these hours instead of the usual times."
URLS = ("url", "website", "uri", "term_uri", "logo", "schedule_link")


@dataclass
class Builder:
    """`drafts`: for a copy the curators keep, which holds what nobody else gets to see."""

    today: dt.date = field(default_factory=timezone.localdate)
    drafts: bool = False
    terms: dict[str, rows.TaxonomyTerm] = field(default_factory=dict)
    said: dict[uuid.UUID, shapes.TaxonomyTerm] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parents = set(
            rows.Service.objects.published()
            .filter(
                organization__in=rows.Organization.objects.exclude(parent_organization=None).values(
                    "parent_organization"
                )
            )
            .values_list("organization_id", flat=True)
        )
        if not self.terms:
            known = rows.TaxonomyTerm.objects.filter(taxonomy__slug=vocabulary.FACTS)
            self.terms = {term.code: term for term in known.select_related("taxonomy")}

    # Words --------------------------------------------------------------------------------------

    def taxonomy(self, row: rows.Taxonomy) -> shapes.Taxonomy:
        licence = f"{row.description} ({row.licence})" if row.licence and not self.drafts else row.description
        return fill(shapes.Taxonomy, row, description=licence)

    def term(self, row: rows.TaxonomyTerm, *, full: bool = False) -> shapes.TaxonomyTerm:
        detail = self.taxonomy(row.taxonomy) if full else None
        return fill(shapes.TaxonomyTerm, row, taxonomy=row.taxonomy.name, taxonomy_detail=detail)

    def named(self, row: rows.TaxonomyTerm) -> shapes.TaxonomyTerm:
        """As it stands beside whatever is filed under it: there are few terms, and many such places."""
        if row.pk not in self.said:
            self.said[row.pk] = self.term(row)
        return self.said[row.pk]

    def attributes(
        self, row: Any, entity: str, own: Iterable[facts.Fact], *, full: bool = True
    ) -> list[shapes.Attribute]:
        """What a curator filed it under, and what our own columns say of it."""
        filed = [self.filed(each, row, entity, full=full) for each in hanging(row, "attributes")]
        return filed + [self.fact(fact, row, entity, full=full) for fact in own if fact.code in self.terms]

    def filed(self, each: rows.Attribute, row: Any, entity: str, *, full: bool) -> shapes.Attribute:
        term = self.named(each.taxonomy_term) if full else None
        return fill(shapes.Attribute, each, link_id=row.pk, link_entity=entity, taxonomy_term=term)

    def fact(self, fact: facts.Fact, row: Any, entity: str, *, full: bool) -> shapes.Attribute:
        term = self.terms[fact.code]
        return shapes.Attribute(
            id=fact.key(row.pk),
            link_id=row.pk,
            taxonomy_term_id=term.pk,
            link_type=fact.link_type,
            link_entity=entity,
            value=fact.value,
            label=fact.label,
            taxonomy_term=self.named(term) if full else None,
        )

    # What hangs on others -----------------------------------------------------------------------

    def phones(self, of: Any) -> list[shapes.Phone]:
        """Lines of the place, not of a person."""
        return [
            fill(shapes.Phone, row, languages=fill_all(shapes.Language, hanging(row, "languages")))
            for row in hanging(of, "phones")
            if row.contact_id is None
        ]

    def schedules(self, of: Any) -> list[shapes.Schedule]:
        usual = fill_all(shapes.Schedule, hanging(of, "schedules"))
        return usual + [
            exception(row) for row in hanging(of, "exceptions") if self.drafts or row.ends_on >= self.today
        ]

    def capacity(self, row: rows.ServiceCapacity) -> shapes.ServiceCapacity:
        return fill(shapes.ServiceCapacity, row, unit=fill(shapes.Unit, row.unit))

    # The four ------------------------------------------------------------------------------------

    def organization(self, row: rows.Organization, **more: Any) -> shapes.Organization:
        """The organisation it is part of is named only where it is public itself."""
        parent = row.parent_organization_id
        known = parent if self.drafts or parent in self.parents else None
        return fill(
            shapes.Organization,
            row,
            description=row.description or row.name,
            parent_organization_id=known,
            **more,
        )

    def full_organization(self, row: rows.Organization, **more: Any) -> shapes.Organization:
        return self.organization(
            row,
            additional_websites=fill_all(shapes.Url, hanging(row, "additional_websites")),
            funding=fill_all(shapes.Funding, hanging(row, "funding")),
            phones=self.phones(row),
            programs=[self.program(each) for each in hanging(row, "programs")],
            organization_identifiers=fill_all(
                shapes.OrganizationIdentifier, hanging(row, "organization_identifiers")
            ),
            attributes=self.attributes(row, "organization", facts.of_source(row)),
            **more,
        )

    def house(self, row: rows.Organization) -> shapes.Organization:
        """Once for all of its services that were loaded with it."""
        made: shapes.Organization | None = getattr(row, WHOLE, None)
        if made is None:
            made = self.full_organization(row)
            setattr(row, WHOLE, made)
        return made

    def program(self, row: rows.Program) -> shapes.Program:
        return fill(shapes.Program, row, description=row.description or row.name)

    def location(self, row: rows.Location) -> shapes.Location:
        return fill(shapes.Location, row)

    def full_location(self, row: rows.Location) -> shapes.Location:
        return fill(
            shapes.Location,
            row,
            languages=fill_all(shapes.Language, hanging(row, "languages")),
            addresses=fill_all(shapes.Address, hanging(row, "addresses")),
            accessibility=fill_all(shapes.Accessibility, hanging(row, "accessibility")),
            phones=self.phones(row),
            schedules=self.schedules(row),
            attributes=self.attributes(row, "location", facts.of_location(row)),
        )

    def at_location(self, row: rows.ServiceAtLocation, **more: Any) -> shapes.ServiceAtLocation:
        return fill(shapes.ServiceAtLocation, row, **more)

    def full_at_location(self, row: rows.ServiceAtLocation, **more: Any) -> shapes.ServiceAtLocation:
        return self.at_location(
            row,
            service_areas=fill_all(shapes.ServiceArea, hanging(row, "service_areas")),
            phones=self.phones(row),
            schedules=self.schedules(row),
            location=self.full_location(row.location),
            attributes=self.attributes(row, "service_at_location", ()),
            **more,
        )

    def bare_service(self, row: rows.Service, **more: Any) -> shapes.Service:
        """Its direct fields. Our own check counts before that of its source, and never names who made it."""
        checked = row.verification.verified_at.date() if row.verification else row.assured_date
        theirs = row.assurer_email if self.drafts else ""
        lapsed = row.alert_until is not None and row.alert_until < self.today and not self.drafts
        return fill(
            shapes.Service,
            row,
            status=self.status(row),
            assured_date=checked,
            assurer_email=settings.DIRECTORY_EMAIL if row.verification else theirs,
            alert="" if lapsed else row.alert,
            last_modified=row.updated_at,
            **more,
        )

    def status(self, row: rows.Service) -> str:
        """What was put away stays readable, as what it is now."""
        away = row.published_at is None and not self.drafts
        gone = row.status == rows.Service.Status.DEFUNCT
        return rows.Service.Status.INACTIVE.value if away and not gone else row.status

    def service(self, row: rows.Service) -> shapes.Service:
        """As in a list: with what there is just one of."""
        program = self.program(row.program) if row.program else None
        return self.bare_service(row, organization=self.organization(row.organization), program=program)

    def full_service(self, row: rows.Service, **more: Any) -> shapes.Service:
        return self.bare_service(
            row,
            additional_urls=fill_all(shapes.Url, hanging(row, "additional_urls")),
            phones=self.phones(row),
            schedules=self.schedules(row),
            service_areas=fill_all(shapes.ServiceArea, hanging(row, "service_areas")),
            service_at_locations=[self.full_at_location(each) for each in hanging(row, "at_locations")],
            languages=fill_all(shapes.Language, hanging(row, "languages")),
            organization=self.house(row.organization),
            funding=fill_all(shapes.Funding, hanging(row, "funding")),
            cost_options=fill_all(shapes.CostOption, hanging(row, "cost_options")),
            program=self.program(row.program) if row.program else None,
            required_documents=fill_all(shapes.RequiredDocument, hanging(row, "required_documents")),
            capacities=[self.capacity(each) for each in hanging(row, "capacities")],
            attributes=self.attributes(row, "service", facts.of_service(row)),
            **more,
        )


# The pieces -----------------------------------------------------------------------------------


def fill(shape: type[S], row: models.Model, **more: Any) -> S:
    """The shape from the columns of its row; `more` goes before them."""
    values = {name: read(row) for name, read in readers(shape, type(row))}
    return shape(**(values | more))


def fill_all(shape: type[S], found: Iterable[models.Model]) -> list[S]:
    return [fill(shape, row) for row in found]


@cache
def readers(shape: type[shapes.Shape], model: type[models.Model]) -> list[tuple[str, Callable[[Any], Any]]]:
    """How each direct field of the shape is read from a row of this table; a field without a column stays out."""
    there = {field.attname: field for field in model._meta.concrete_fields}
    there |= {"id": model._meta.pk} if model._meta.pk else {}
    return [(name, _reader(name)) for name in shapes.columns(shape) if name in there]


def _reader(name: str) -> Callable[[Any], Any]:
    if name == "wkst":
        return lambda row: row.wkst if row.wkst in get_args(shapes.Day) else ""
    if name in URLS:
        return lambda row: iri_to_uri(getattr(row, name))
    return lambda row: getattr(row, name)


def exception(row: rows.OpeningException) -> shapes.Schedule:
    return fill(
        shapes.Schedule,
        row,
        valid_from=row.starts_on,
        valid_to=row.ends_on,
        description=row.reason,
        notes=OTHER_HOURS if row.opens_at or row.closes_at else CLOSED,
    )


def history(changes: Iterable[rows.FieldChange]) -> list[shapes.Metadata]:
    """What curators took over, field by field, without a name."""
    return [
        shapes.Metadata(
            id=vocabulary.term_key("metadata", str(change.pk)),
            resource_id=change.row,
            resource_type=change.table,
            last_action_date=change.taken_at.date(),
            last_action_type="update",
            field_name=change.field,
            previous_value=_spoken(change.before),
            replacement_value=_spoken(change.taken),
            updated_by=UPDATED_BY,
        )
        for change in changes
        if change.taken_at and change.row
    ]


def _spoken(value: Any) -> str:
    return "" if value is None else str(value)


# What to load with them -----------------------------------------------------------------------

# Lists on the rows themselves: what Django keeps otherwise is a query for each relation of each row, already answered.
HANGING = "hanging_"


def hanging(row: models.Model, name: str) -> list[Any]:
    """What hangs on a row by this name, loaded with it as said below."""
    found: list[Any] = getattr(row, HANGING + name)
    return found


def _with(*names: str, **deeper: models.QuerySet[Any]) -> list[Prefetch[Any]]:
    """`deeper`: rows that have something hanging on them, too, or one of their own above them."""
    simple = [Prefetch(name, to_attr=HANGING + name) for name in names]
    return simple + [Prefetch(name, queryset=found, to_attr=HANGING + name) for name, found in deeper.items()]


def _everywhere() -> dict[str, models.QuerySet[Any]]:
    return {
        "phones": rows.Phone.objects.prefetch_related(*_with("languages")),
        "attributes": rows.Attribute.objects.prefetch_related("taxonomy_term__taxonomy"),
    }


def _of_organization() -> list[Prefetch[Any]]:
    return _with("additional_websites", "funding", "programs", "organization_identifiers", **_everywhere())


def _of_location() -> list[Prefetch[Any]]:
    return _with("languages", "addresses", "accessibility", "schedules", "exceptions", **_everywhere())


def _of_place() -> list[Prefetch[Any]]:
    return _with("service_areas", "schedules", "exceptions", **_everywhere())


def _of_service() -> list[Prefetch[Any]]:
    capacities = rows.ServiceCapacity.objects.select_related("unit")
    plain = ("additional_urls", "schedules", "exceptions", "service_areas", "languages")
    papers = ("funding", "cost_options", "required_documents")
    return _with(*plain, *papers, capacities=capacities, **_everywhere())


def services(found: models.QuerySet[rows.Service], *, full: bool) -> models.QuerySet[rows.Service]:
    found = found.select_related("program", "source", "verification")
    if not full:
        return found.select_related("organization__source")
    houses = organizations(rows.Organization.objects.all(), full=True)
    places = rows.ServiceAtLocation.objects.prefetch_related(
        *_of_place(), Prefetch("location", queryset=locations(rows.Location.objects.all()))
    )
    return found.prefetch_related(
        *_of_service(), *_with(at_locations=places), Prefetch("organization", queryset=houses)
    )


def organizations(found: Organizations, *, full: bool) -> Organizations:
    return found.select_related("source").prefetch_related(*_of_organization()) if full else found


def public_locations() -> models.QuerySet[rows.Location]:
    """Where something public happens."""
    there = rows.ServiceAtLocation.objects.filter(
        location=models.OuterRef("pk"), service__published_at__isnull=False
    )
    return rows.Location.objects.filter(models.Exists(there)).order_by("pk")


def locations(found: models.QuerySet[rows.Location]) -> models.QuerySet[rows.Location]:
    return found.select_related("source").prefetch_related(*_of_location())


def at_locations(
    found: models.QuerySet[rows.ServiceAtLocation], *, full: bool
) -> models.QuerySet[rows.ServiceAtLocation]:
    if not full:
        above = [f"service__{name}" for name in ("organization__source", "program", "source", "verification")]
        return found.select_related("location__source", *above)
    return found.prefetch_related(
        *_of_place(),
        Prefetch("location", queryset=locations(rows.Location.objects.all())),
        Prefetch("service", queryset=services(rows.Service.objects.all(), full=False)),
    )
