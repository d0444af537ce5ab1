"""The shape of HSDS 3.1, written once: fields, their order, their types. JSON, tables and documentation follow it.

Source: the Human Services Data Specification 3.1.1, an Open Referral resource (https://openreferral.org/).
What is empty is left out and nothing is ever null; times are HH:MM:SS. A field that is a list or another shape
is nested in JSON; in tables its rows stand in a file of their own.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

VERSION = "3.1"
Day = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def _or_none(value: Any) -> Any:
    return None if value == "" or value == [] else value


T = TypeVar("T")
Said = BeforeValidator(_or_none)
# Each is left out when there is nothing to say.
Text = Annotated[str | None, Said]
Number = Annotated[float | int | None, Said]
Date = Annotated[dt.date | None, Said]
Key = Annotated[uuid.UUID | None, Said]
Many = Annotated[list[T] | None, Said]
Time = Annotated[
    dt.time | None, Said, PlainSerializer(lambda at: at and f"{at:%H:%M:%S}", return_type=str | None)
]
# Without the fraction: the standard's own examples have none, and a copy loses nothing by it.
Moment = Annotated[
    dt.datetime | None, PlainSerializer(lambda at: at and f"{at:%Y-%m-%dT%H:%M:%SZ}", return_type=str | None)
]


class Shape(BaseModel):
    """One object. `file` is its table; `tabular` are the fields a table needs besides those JSON needs."""

    model_config = ConfigDict(extra="forbid", use_enum_values=True)
    name_of: ClassVar[str]
    file: ClassVar[str]
    tabular: ClassVar[tuple[str, ...]] = ()

    id: uuid.UUID

    def json_text(self) -> str:
        return self.model_dump_json(exclude_none=True)

    def row(self) -> dict[str, Any]:
        """Its direct fields, as a table has them."""
        return self.model_dump(mode="json", include=set(columns(type(self))))

    def fits_table(self) -> bool:
        """A table, unlike JSON, takes an empty cell for a missing one."""
        return all(getattr(self, name) not in (None, "") for name in needed(type(self)))


class Metadata(Shape):
    name_of, file, tabular = "metadata", "metadata.csv", ("resource_id", "resource_type")
    resource_id: Key = None
    resource_type: Text = None
    last_action_date: dt.date
    last_action_type: str
    field_name: str
    previous_value: str
    replacement_value: str
    updated_by: str


class Taxonomy(Shape):
    name_of, file = "taxonomy", "taxonomies.csv"
    name: str
    description: str
    uri: Text = None
    version: Text = None


class TaxonomyTerm(Shape):
    name_of, file = "taxonomy_term", "taxonomy_terms.csv"
    code: Text = None
    name: str
    description: str
    parent_id: Key = None
    taxonomy: Text = None
    taxonomy_detail: Taxonomy | None = None
    language: Text = None
    taxonomy_id: Key = None
    term_uri: Text = None


class Attribute(Shape):
    name_of, file = "attribute", "attributes.csv"
    tabular = ("link_id", "taxonomy_term_id", "link_entity")
    link_id: Key = None
    taxonomy_term_id: Key = None
    link_type: Text = None
    link_entity: Text = None
    value: Text = None
    taxonomy_term: TaxonomyTerm | None = None
    label: Text = None


class Url(Shape):
    name_of, file = "url", "url.csv"
    label: Text = None
    url: str
    organization_id: Key = None
    service_id: Key = None


class Language(Shape):
    name_of, file = "language", "languages.csv"
    service_id: Key = None
    location_id: Key = None
    phone_id: Key = None
    name: Text = None
    code: Text = None
    note: Text = None


class Phone(Shape):
    name_of, file = "phone", "phones.csv"
    location_id: Key = None
    service_id: Key = None
    organization_id: Key = None
    contact_id: Key = None
    service_at_location_id: Key = None
    number: str
    extension: Number = None
    type: Text = None
    description: Text = None
    languages: Many[Language] = None


class Contact(Shape):
    """A person. Written to a curators' copy only, never to anything public."""

    name_of, file = "contact", "contacts.csv"
    organization_id: Key = None
    service_id: Key = None
    service_at_location_id: Key = None
    location_id: Key = None
    name: Text = None
    title: Text = None
    department: Text = None
    email: Text = None


class Schedule(Shape):
    name_of, file = "schedule", "schedules.csv"
    service_id: Key = None
    location_id: Key = None
    service_at_location_id: Key = None
    valid_from: Date = None
    valid_to: Date = None
    dtstart: Date = None
    timezone: Number = None
    until: Date = None
    count: Number = None
    wkst: Annotated[Day | None, Said] = None
    freq: Annotated[Literal["WEEKLY", "MONTHLY"] | None, Said] = None
    interval: Number = None
    byday: Text = None
    byweekno: Text = None
    bymonthday: Text = None
    byyearday: Text = None
    description: Text = None
    opens_at: Time = None
    closes_at: Time = None
    schedule_link: Text = None
    attending_type: Text = None
    notes: Text = None


class ServiceArea(Shape):
    name_of, file = "service_area", "service_areas.csv"
    service_id: Key = None
    service_at_location_id: Key = None
    name: Text = None
    description: Text = None
    extent: Text = None
    extent_type: Text = None
    uri: Text = None


class CostOption(Shape):
    name_of, file, tabular = "cost_option", "cost_options.csv", ("service_id",)
    service_id: Key = None
    valid_from: Date = None
    valid_to: Date = None
    option: Text = None
    currency: Text = None
    amount: Number = None
    amount_description: Text = None


class Funding(Shape):
    name_of, file = "funding", "funding.csv"
    organization_id: Key = None
    service_id: Key = None
    source: Text = None


class RequiredDocument(Shape):
    name_of, file = "required_document", "required_documents.csv"
    service_id: Key = None
    document: Text = None
    uri: Text = None


class Unit(Shape):
    name_of, file = "unit", "units.csv"
    name: str
    scheme: Text = None
    identifier: Text = None
    uri: Text = None


class ServiceCapacity(Shape):
    name_of, file, tabular = "service_capacity", "service_capacity.csv", ("unit_id", "service_id")
    service_id: Key = None
    unit: Unit | None = None
    unit_id: Key = None
    available: float | int
    maximum: Number = None
    description: Text = None
    updated: Moment


class Program(Shape):
    name_of, file, tabular = "program", "programs.csv", ("organization_id",)
    organization_id: Key = None
    name: str
    alternate_name: Text = None
    description: str


class OrganizationIdentifier(Shape):
    name_of, file, tabular = "organization_identifier", "organization_identifiers.csv", ("organization_id",)
    organization_id: Key = None
    identifier_scheme: Text = None
    identifier_type: str
    identifier: str


class Address(Shape):
    name_of, file = "address", "addresses.csv"
    location_id: Key = None
    attention: Text = None
    address_1: str
    address_2: Text = None
    city: str
    region: Text = None
    state_province: str
    postal_code: str
    country: str
    address_type: Literal["physical", "postal", "virtual"]


class Accessibility(Shape):
    name_of, file = "accessibility", "accessibility.csv"
    location_id: Key = None
    description: Text = None
    details: Text = None
    url: Text = None


class Location(Shape):
    name_of, file = "location", "locations.csv"
    location_type: Literal["physical", "postal", "virtual"]
    url: Text = None
    organization_id: Key = None
    name: Text = None
    alternate_name: Text = None
    description: Text = None
    transportation: Text = None
    latitude: Number = None
    longitude: Number = None
    external_identifier: Text = None
    external_identifier_type: Text = None
    languages: Many[Language] = None
    addresses: Many[Address] = None
    accessibility: Many[Accessibility] = None
    phones: Many[Phone] = None
    schedules: Many[Schedule] = None
    attributes: Many[Attribute] = None


class Organization(Shape):
    name_of, file = "organization", "organizations.csv"
    name: str
    alternate_name: Text = None
    description: str
    email: Text = None
    website: Text = None
    additional_websites: Many[Url] = None
    year_incorporated: Number = None
    legal_status: Text = None
    logo: Text = None
    uri: Text = None
    parent_organization_id: Key = None
    funding: Many[Funding] = None
    phones: Many[Phone] = None
    locations: Many[Location] = None
    programs: Many[Program] = None
    organization_identifiers: Many[OrganizationIdentifier] = None
    attributes: Many[Attribute] = None
    # Only where `full_service` was asked for.
    services: Many[Service] = None


class ServiceAtLocation(Shape):
    name_of, file, tabular = "service_at_location", "service_at_location.csv", ("service_id", "location_id")
    service_id: Key = None
    location_id: Key = None
    description: Text = None
    service_areas: Many[ServiceArea] = None
    phones: Many[Phone] = None
    schedules: Many[Schedule] = None
    location: Location | None = None
    attributes: Many[Attribute] = None
    # Only where it does not already lie inside its service.
    service: Service | None = None


class Service(Shape):
    name_of, file, tabular = "service", "services.csv", ("organization_id",)
    organization_id: Key = None
    program_id: Key = None
    name: str
    alternate_name: Text = None
    description: Text = None
    url: Text = None
    additional_urls: Many[Url] = None
    email: Text = None
    status: Literal["active", "inactive", "defunct", "temporarily closed"]
    interpretation_services: Text = None
    application_process: Text = None
    fees_description: Text = None
    wait_time: Text = None
    accreditations: Text = None
    eligibility_description: Text = None
    minimum_age: Number = None
    maximum_age: Number = None
    assured_date: Date = None
    assurer_email: Text = None
    alert: Text = None
    last_modified: Moment = None
    phones: Many[Phone] = None
    schedules: Many[Schedule] = None
    service_areas: Many[ServiceArea] = None
    service_at_locations: Many[ServiceAtLocation] = None
    languages: Many[Language] = None
    organization: Organization | None = None
    funding: Many[Funding] = None
    cost_options: Many[CostOption] = None
    program: Program | None = None
    required_documents: Many[RequiredDocument] = None
    capacities: Many[ServiceCapacity] = None
    attributes: Many[Attribute] = None
    metadata: Many[Metadata] = None


Organization.model_rebuild()
ServiceAtLocation.model_rebuild()

# In the order in which a reader of tables meets them: parents before children.
TABLES: tuple[type[Shape], ...] = (
    *(Taxonomy, TaxonomyTerm, Unit, Organization, Program, Location, Service, ServiceAtLocation),
    *(Contact, Address, Phone, Schedule, ServiceArea, Language, Accessibility, CostOption, Funding),
    *(RequiredDocument, ServiceCapacity, OrganizationIdentifier, Url, Attribute, Metadata),
)
_NESTED = {"taxonomy_detail", "taxonomy_term", "unit", "location", "service", "organization", "program"}


def columns(shape: type[Shape]) -> list[str]:
    """The direct fields of a shape, in order: what its table has."""
    return [name for name, field in shape.model_fields.items() if name not in _NESTED and not _is_list(field)]


def needed(shape: type[Shape]) -> list[str]:
    """What a table must not leave empty."""
    own = [name for name in columns(shape) if shape.model_fields[name].is_required()]
    return own + [name for name in shape.tabular if name not in own]


def _is_list(field: Any) -> bool:
    return "list[" in str(field.annotation)
