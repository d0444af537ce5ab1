"""The directory: who offers what, where, how to reach it, and who checked that."""

from resources.models.curation import ImportedRow, Verification
from resources.models.details import (
    Accessibility,
    Address,
    CostOption,
    Language,
    Phone,
    Schedule,
    ServiceArea,
)
from resources.models.directory import Location, Organization, Record, Service, ServiceAtLocation, Source
from resources.models.helplines import Helpline

__all__ = [
    "Accessibility",
    "Address",
    "CostOption",
    "Helpline",
    "ImportedRow",
    "Language",
    "Location",
    "Organization",
    "Phone",
    "Record",
    "Schedule",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
    "Source",
    "Verification",
]
