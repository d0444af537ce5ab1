"""Which tables and columns of HSDS 3.1 are read, and where they go. One entry per table, parents first."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import models

from resources.models import (
    Accessibility,
    Address,
    CostOption,
    Language,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
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
    loose: tuple[str, ...] = ()
    needs_a_parent: bool = False

    @property
    def has_source(self) -> bool:
        return self.name in ("organization", "location", "service")


ANYWHERE = {
    "service_id": "service",
    "location_id": "location",
    "service_at_location_id": "service_at_location",
}

TABLES = (
    Table(
        name="organization",
        file="organizations.csv",
        model=Organization,
        columns=(
            *("name", "alternate_name", "description", "email", "website"),
            *("year_incorporated", "legal_status"),
        ),
        required=("name",),
        loose=("email", "website", "year_incorporated"),
    ),
    Table(
        name="location",
        file="locations.csv",
        model=Location,
        columns=(
            *("location_type", "url", "name", "alternate_name", "description", "transportation"),
            *("latitude", "longitude", "external_identifier", "external_identifier_type"),
        ),
        parents={"organization_id": "organization"},
        loose=("url", "latitude", "longitude"),
    ),
    Table(
        name="service",
        file="services.csv",
        model=Service,
        columns=(
            *("name", "alternate_name", "description", "url", "email", "status", "alert", "wait_time"),
            *("interpretation_services", "application_process", "fees_description", "accreditations"),
            *("eligibility_description", "minimum_age", "maximum_age", "assured_date"),
        ),
        parents={"organization_id": "organization"},
        required=("name", "organization_id"),
        loose=("url", "email", "minimum_age", "maximum_age", "assured_date"),
    ),
    Table(
        name="service_at_location",
        file="service_at_location.csv",
        model=ServiceAtLocation,
        columns=("description",),
        parents={"service_id": "service", "location_id": "location"},
        required=("service_id", "location_id"),
    ),
    Table(
        name="address",
        file="addresses.csv",
        model=Address,
        columns=(
            *("attention", "address_1", "address_2", "city", "region", "state_province", "postal_code"),
            *("country", "address_type"),
        ),
        parents={"location_id": "location"},
        required=("location_id", "address_1"),
        loose=("country",),
    ),
    Table(
        name="phone",
        file="phones.csv",
        model=Phone,
        columns=("number", "extension", "type", "description"),
        parents={"organization_id": "organization", **ANYWHERE},
        required=("number",),
        loose=("extension", "type"),
        needs_a_parent=True,
    ),
    Table(
        name="schedule",
        file="schedules.csv",
        model=Schedule,
        columns=(
            *("valid_from", "valid_to", "dtstart", "timezone", "until", "count", "wkst", "freq", "interval"),
            *("byday", "byweekno", "bymonthday", "byyearday", "description", "opens_at", "closes_at"),
            *("schedule_link", "attending_type", "notes"),
        ),
        parents=ANYWHERE,
        loose=("timezone", "wkst", "schedule_link"),
        needs_a_parent=True,
    ),
    Table(
        name="service_area",
        file="service_areas.csv",
        model=ServiceArea,
        columns=("name", "description"),
        parents={"service_id": "service", "service_at_location_id": "service_at_location"},
        needs_a_parent=True,
    ),
    Table(
        name="language",
        file="languages.csv",
        model=Language,
        columns=("name", "code", "note"),
        parents={"service_id": "service", "location_id": "location", "phone_id": "phone"},
        needs_a_parent=True,
    ),
    Table(
        name="accessibility",
        file="accessibility.csv",
        model=Accessibility,
        columns=("description", "details", "url"),
        parents={"location_id": "location"},
        required=("location_id",),
        loose=("url",),
    ),
    Table(
        name="cost_option",
        file="cost_options.csv",
        model=CostOption,
        columns=("valid_from", "valid_to", "option", "currency", "amount", "amount_description"),
        parents={"service_id": "service"},
        required=("service_id",),
        loose=("currency",),
    ),
)
BY_NAME = {table.name: table for table in TABLES}

# Of the nested JSON form: what lies inside what. A parent inside its child ...
INSIDE_ABOVE = {
    "service": {"organization": "organization"},
    "service_at_location": {"location": "location"},
}
# ... and children inside their parent, with the column of the child that points back.
INSIDE_BELOW = {
    "organization": {"phones": ("phone", "organization_id"), "locations": ("location", "organization_id")},
    "service": {
        "service_at_locations": ("service_at_location", "service_id"),
        "phones": ("phone", "service_id"),
        "schedules": ("schedule", "service_id"),
        "service_areas": ("service_area", "service_id"),
        "languages": ("language", "service_id"),
        "cost_options": ("cost_option", "service_id"),
    },
    "location": {
        "addresses": ("address", "location_id"),
        "phones": ("phone", "location_id"),
        "schedules": ("schedule", "location_id"),
        "languages": ("language", "location_id"),
        "accessibility": ("accessibility", "location_id"),
    },
    "service_at_location": {
        "phones": ("phone", "service_at_location_id"),
        "schedules": ("schedule", "service_at_location_id"),
        "service_areas": ("service_area", "service_at_location_id"),
    },
    "phone": {"languages": ("language", "phone_id")},
}
