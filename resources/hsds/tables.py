"""Which tables of HSDS 3.1 are read, and where they go. Columns are those of the shapes; parents come first."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import models

from resources.hsds import facts, shapes
from resources.models import (
    Accessibility,
    Address,
    Attribute,
    Contact,
    CostOption,
    Funding,
    Language,
    Location,
    OpeningException,
    Organization,
    OrganizationIdentifier,
    Phone,
    Program,
    RequiredDocument,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    Taxonomy,
    TaxonomyTerm,
    Unit,
    Url,
)


@dataclass(frozen=True)
class Table:
    """`parents` maps a column to the table it points into. A cell that makes no sense refuses its row,
    or in a `loose` column is left out."""

    name: str
    file: str
    model: type[models.Model]
    columns: tuple[str, ...]
    parents: dict[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    # Columns of ours that HSDS lacks: left alone unless the source speaks of them.
    own: tuple[str, ...] = ()
    # Words belong to whoever brought them first; another source may use them, but not change them.
    shared: bool = False
    loose: tuple[str, ...] = ()
    needs_a_parent: bool = False

    @property
    def has_source(self) -> bool:
        return self.name in ("organization", "location", "service", "program")


PARENTS = {
    "organization_id": "organization",
    "parent_organization_id": "organization",
    "program_id": "program",
    "service_id": "service",
    "location_id": "location",
    "service_at_location_id": "service_at_location",
    "contact_id": "contact",
    "phone_id": "phone",
    "unit_id": "unit",
    "taxonomy_id": "taxonomy",
    "taxonomy_term_id": "taxonomy_term",
    "parent_id": "taxonomy_term",
}
# What is made here, not read; and what only points elsewhere in words.
UNREAD = {"id", "last_modified", "taxonomy", "link_id", "link_entity"}
MODELS: dict[type[shapes.Shape], type[models.Model]] = {
    shapes.Taxonomy: Taxonomy,
    shapes.TaxonomyTerm: TaxonomyTerm,
    shapes.Unit: Unit,
    shapes.Organization: Organization,
    shapes.Program: Program,
    shapes.Location: Location,
    shapes.Service: Service,
    shapes.ServiceAtLocation: ServiceAtLocation,
    shapes.Contact: Contact,
    shapes.Address: Address,
    shapes.Phone: Phone,
    shapes.Schedule: Schedule,
    shapes.ServiceArea: ServiceArea,
    shapes.Language: Language,
    shapes.Accessibility: Accessibility,
    shapes.CostOption: CostOption,
    shapes.Funding: Funding,
    shapes.RequiredDocument: RequiredDocument,
    shapes.ServiceCapacity: ServiceCapacity,
    shapes.OrganizationIdentifier: OrganizationIdentifier,
    shapes.Url: Url,
    shapes.Attribute: Attribute,
}
REQUIRED = {
    "taxonomy": ("name",),
    "taxonomy_term": ("name", "taxonomy_id"),
    "unit": ("name",),
    "organization": ("name",),
    "program": ("name", "organization_id"),
    "service": ("name", "organization_id"),
    "service_at_location": ("service_id", "location_id"),
    "address": ("location_id", "address_1"),
    "phone": ("number",),
    "accessibility": ("location_id",),
    "cost_option": ("service_id",),
    "required_document": ("service_id",),
    "service_capacity": ("service_id", "unit_id", "available", "updated"),
    "organization_identifier": ("organization_id", "identifier_type", "identifier"),
    "url": ("url",),
    "attribute": ("taxonomy_term_id",),
}
LOOSE = {
    *("email", "website", "url", "uri", "logo", "term_uri", "schedule_link", "assurer_email"),
    *("year_incorporated", "latitude", "longitude", "minimum_age", "maximum_age", "assured_date"),
    *("country", "extension", "type", "timezone", "wkst", "currency", "maximum"),
}
LONELY = {
    "phone",
    "schedule",
    "service_area",
    "language",
    "contact",
    "funding",
    "url",
    "attribute",
    "exception",
}
OWN = {"service": facts.COLUMNS, "location": ("time_zone",)}
ENTITIES = ("organization", "service", "location", "service_at_location")


def table_of(shape: type[shapes.Shape]) -> Table:
    name, wanted = shape.name_of, [column for column in shapes.columns(shape) if column not in UNREAD]
    parents = {column: PARENTS[column] for column in wanted if column in PARENTS}
    if name == "attribute":
        parents |= {f"{entity}_id": entity for entity in ENTITIES}
    required = REQUIRED.get(name, ())
    return Table(
        name=name,
        file=shape.file,
        model=MODELS[shape],
        columns=tuple(column for column in wanted if column not in PARENTS),
        parents=parents,
        required=required,
        loose=tuple(column for column in wanted if column in LOOSE and column not in required),
        own=OWN.get(name, ()),
        shared=name in ("taxonomy", "taxonomy_term", "unit"),
        needs_a_parent=name in LONELY,
    )


# Days with other hours are schedules in HSDS, and rows of their own here.
EXCEPTIONS = Table(
    name="exception",
    file="schedules.csv",
    model=OpeningException,
    columns=("starts_on", "ends_on", "opens_at", "closes_at", "reason"),
    parents={column: PARENTS[column] for column in ("service_id", "location_id", "service_at_location_id")},
    required=("starts_on", "ends_on"),
    needs_a_parent=True,
)
TABLES = (*(table_of(shape) for shape in shapes.TABLES if shape in MODELS), EXCEPTIONS)
BY_NAME = {table.name: table for table in TABLES}
BY_FILE = {table.file: table for table in TABLES if table is not EXCEPTIONS}

# Of the nested JSON form: what lies inside what. A parent inside its child ...
INSIDE_ABOVE = {
    "service": {"organization": "organization", "program": "program"},
    "service_at_location": {"location": "location"},
    "service_capacity": {"unit": "unit"},
    "attribute": {"taxonomy_term": "taxonomy_term"},
    "taxonomy_term": {"taxonomy_detail": "taxonomy"},
}
# ... and children inside their parent, with the column of the child that points back.
INSIDE_BELOW = {
    "organization": {
        "phones": ("phone", "organization_id"),
        "contacts": ("contact", "organization_id"),
        "locations": ("location", "organization_id"),
        "programs": ("program", "organization_id"),
        "funding": ("funding", "organization_id"),
        "additional_websites": ("url", "organization_id"),
        "organization_identifiers": ("organization_identifier", "organization_id"),
        "services": ("service", "organization_id"),
        "attributes": ("attribute", "organization_id"),
    },
    "service": {
        "service_at_locations": ("service_at_location", "service_id"),
        "phones": ("phone", "service_id"),
        "contacts": ("contact", "service_id"),
        "schedules": ("schedule", "service_id"),
        "service_areas": ("service_area", "service_id"),
        "languages": ("language", "service_id"),
        "cost_options": ("cost_option", "service_id"),
        "funding": ("funding", "service_id"),
        "required_documents": ("required_document", "service_id"),
        "capacities": ("service_capacity", "service_id"),
        "additional_urls": ("url", "service_id"),
        "attributes": ("attribute", "service_id"),
    },
    "location": {
        "addresses": ("address", "location_id"),
        "phones": ("phone", "location_id"),
        "contacts": ("contact", "location_id"),
        "schedules": ("schedule", "location_id"),
        "languages": ("language", "location_id"),
        "accessibility": ("accessibility", "location_id"),
        "attributes": ("attribute", "location_id"),
    },
    "service_at_location": {
        "phones": ("phone", "service_at_location_id"),
        "contacts": ("contact", "service_at_location_id"),
        "schedules": ("schedule", "service_at_location_id"),
        "service_areas": ("service_area", "service_at_location_id"),
        "attributes": ("attribute", "service_at_location_id"),
    },
    "phone": {"languages": ("language", "phone_id")},
    "contact": {"phones": ("phone", "contact_id")},
}
