"""The tables and fields of a listing a curator can change, by their HSDS names; and what a check of each stands for."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from resources import hours
from resources.models import (
    Accessibility,
    Address,
    Attribute,
    CostOption,
    Funding,
    Inclusion,
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
    Url,
    Verification,
)

Part = Verification.Part
# Parents first: rows are made in this order and taken away in the other.
TABLES: dict[str, type[models.Model]] = {
    "organization": Organization,
    "program": Program,
    "service": Service,
    "location": Location,
    "service_at_location": ServiceAtLocation,
    "address": Address,
    "accessibility": Accessibility,
    "phone": Phone,
    "schedule": Schedule,
    "opening_exception": OpeningException,
    "language": Language,
    "cost_option": CostOption,
    "service_area": ServiceArea,
    "required_document": RequiredDocument,
    "url": Url,
    "funding": Funding,
    "organization_identifier": OrganizationIdentifier,
    "service_capacity": ServiceCapacity,
    "attribute": Attribute,
    "inclusion": Inclusion,
}
# What the house keeps for itself: no proposal and no undo reaches it.
OWN = {
    *("id", "source", "original_id", "created_at", "updated_at", "verification", "confirmed", "due_at"),
    *("stale_at", "clock_at", "leased_until_at", "leased_by", "merged_into", "published_at", "published_by"),
    *("archived_at", "archived_by", "contact"),
    *("assured_date", "assurer_email", "text_language", "checked_at", "checked_by"),
}
# Who pays is called as the directories that something came from are.
NOT_OWN = {("funding", "source")}
# Links that an import may propose, beside what a listing is filed under.
LINKS = {
    ("service_at_location", "location"),
    ("service", "program"),
    ("organization", "parent_organization"),
}
OF_SERVICE = {
    Part.NAME: ("name", "alternate_name"),
    Part.DESCRIPTION: ("description", "kind", "delivery", "status"),
    Part.CONTACT: ("url", "email", "application_process"),
    Part.COST: ("cost", "fees_description"),
    Part.ACCESS: ("access", "access_lacking", "standing_minutes", "parking_metres", "cancel_policy"),
    Part.ELIGIBILITY: ("eligibility_description", "minimum_age", "maximum_age", "referral"),
}
PART_OF_FIELD = {("service", field): part for part, fields in OF_SERVICE.items() for field in fields}
PART_OF_FIELD |= {
    ("organization", "name"): Part.NAME,
    ("organization", "email"): Part.CONTACT,
    ("organization", "website"): Part.CONTACT,
}
PART_OF_TABLE = {
    "location": Part.PLACE,
    "service_at_location": Part.PLACE,
    "address": Part.PLACE,
    "accessibility": Part.ACCESS,
    "phone": Part.CONTACT,
    "url": Part.CONTACT,
    "schedule": Part.TIMES,
    "cost_option": Part.COST,
    "service_area": Part.ELIGIBILITY,
    "required_document": Part.ELIGIBILITY,
}


def part_of(table: str, field: str) -> str | None:
    """The part of a check that speaks of this field; None for what no check covers."""
    return PART_OF_FIELD.get((table, field)) or PART_OF_TABLE.get(table)


def columns(table: str) -> list[models.Field[Any, Any]]:
    """The fields of a table that may be changed, as the model has them."""
    own = TABLES[table]._meta.concrete_fields
    return [
        field
        for field in own
        if (field.name not in OWN or (table, field.name) in NOT_OWN) and not field.primary_key
    ]


def field_of(table: str, name: str) -> models.Field[Any, Any] | None:
    """The field of that name or column; None where it may not be changed or does not exist."""
    if table not in TABLES:
        return None
    try:
        found = TABLES[table]._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found if found in columns(table) else None


def label(table: str, name: str) -> str:
    """What to call it on a page: "phone: number"; a listing's own fields go without their table."""
    field = field_of(table, name)
    said = str(getattr(field, "verbose_name", name)).replace("_", " ")
    if table not in TABLES or table == "service":
        return said
    return f"{TABLES[table]._meta.verbose_name}: {said}"


# Values ------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """A value as JSON keeps it, the same before and after a trip through the database."""
    if isinstance(value, decimal.Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, uuid.UUID | dt.date | dt.time) else value


def values_of(table: str, row: models.Model) -> dict[str, Any]:
    """All of a row's changeable fields, by column."""
    return {field.attname: plain(getattr(row, field.attname)) for field in columns(table)}


def python(table: str, name: str, value: Any) -> Any:
    """A JSON value as the model wants it. Raises ValidationError with words for the person."""
    field = field_of(table, name)
    if field is None:
        raise ValidationError(f"{table}.{name}")
    if value is None and not field.null:
        value = [] if field.get_internal_type() == "ArrayField" else ""
    if isinstance(field, models.ForeignKey):
        return uuid.UUID(str(value)) if value else None
    return field.clean(value, None)


def said(table: str, name: str, value: Any) -> str:
    """A value in words, for a page."""
    if value in (None, "", []):
        return ""
    if (table, name) == ("schedule", "byday"):
        return hours.days(str(value)) or str(value)
    field = field_of(table, name)
    if isinstance(field, models.ForeignKey):
        pk = getattr(value, "pk", value)
        return str(field.related_model._default_manager.filter(pk=pk).first() or "")
    if isinstance(field, models.TimeField | models.DateField):
        try:
            return _moment(field.to_python(value))
        except ValidationError:
            return str(value)
    choices = dict(getattr(getattr(field, "base_field", field), "flatchoices", []) or [])
    if isinstance(value, list):
        parts = [str(choices.get(one, one)) for one in value]
        return ("\n" if any(part.endswith(".") for part in parts) else ", ").join(parts)
    return str(choices.get(value, value))


def _moment(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    return hours.clock(value) if isinstance(value, dt.time) else date_format(value)


def called(row: models.Model) -> str:
    """A row in words: of a time, when it is."""
    said = hours.say([row], today=timezone.localdate()) if isinstance(row, Schedule) else []
    return " · ".join(said) or str(row)


# Which rows belong to a listing ---------------------------------------------------------------------

WAYS = {
    "service": lambda service: Q(service=service.pk),
    "organization": lambda service: Q(organization=service.organization_id),
    "location": lambda service: Q(location__at_services__service=service.pk),
    "service_at_location": lambda service: Q(service_at_location__service=service.pk),
}
CORE = {
    "organization": lambda service: Q(pk=service.organization_id),
    "service": lambda service: Q(pk=service.pk),
    "location": lambda service: Q(at_services__service=service.pk),
    "service_at_location": lambda service: Q(service=service.pk),
    "attribute": lambda service: Q(service=service.pk),
}


def rows_of(service: Service, table: str) -> QuerySet[Any]:
    """The rows of a table that stand on this listing’s page, whichever way they hang on it.

    Each way is asked by itself: all of them in one condition would be looked for in the whole table.
    """
    rows = TABLES[table]._default_manager
    if table in CORE:
        return rows.filter(CORE[table](service)).distinct()
    names = {field.name for field in TABLES[table]._meta.concrete_fields}
    ways = [condition(service) for way, condition in WAYS.items() if way in names]
    first, *more = [rows.filter(where).order_by().values("pk") for where in ways]
    return rows.filter(pk__in=first.union(*more) if more else first)


def shown_parts(service: Service) -> list[str]:
    """The parts of a check that its page shows anything of."""
    found: set[str] = set()
    for table in {table for table, _name in PART_OF_FIELD} | set(PART_OF_TABLE):
        for row in rows_of(service, table):
            said = values_of(table, row)
            found |= {part for name, value in said.items() if value and (part := part_of(table, name))}
    return sorted(found)


# What a row names, and how a listing names the same.
SHOWN = {
    "service_id": "pk",
    "organization_id": "organization",
    "location_id": "at_locations__location",
    "service_at_location_id": "at_locations",
}
SELF = {"service": "pk", "organization": "organization", "location": "at_locations__location"}
# They name a house or a place that is on other pages without them.
ALONE = {"service", "service_at_location", "location", "organization"}


def sharing(table: str, row: models.Model) -> list[tuple[str, uuid.UUID]]:
    """Which listings show this row, in pairs of a lookup and its value: its house's rows are on all of theirs."""
    found = [(SELF[table], row.pk)] if table in SELF else []
    held = SHOWN if table not in ALONE else {"service_id": "pk"}
    return [*found, *((way, key) for name, way in held.items() if (key := getattr(row, name, None)))]
