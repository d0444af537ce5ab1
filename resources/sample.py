"""Alder Bay, a small town that exists nowhere: its directory, for trying Supportnet out and for its tests."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from resources import services, vocabulary
from resources.models import (
    Accessibility,
    Address,
    Attribute,
    CostOption,
    Language,
    Location,
    OpeningException,
    Organization,
    Phone,
    PostalCode,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    Source,
    TaxonomyTerm,
    Verification,
)

TOWN = "Alder Bay (sample)"
# It lies in the sea, where no place of that name can be mistaken for it, and has a postcode that is none.
POSTCODE = {"country": "US", "code": "00100"}
MIDDLE = {"latitude": 44.62, "longitude": -124.2}
ABOUT = {
    "is_sample": True,
    "licence": "Invented for Supportnet",
    "language": "en",
    "time_zone": "America/Los_Angeles",
}
NAMESPACE = uuid.UUID("0c8d0a5e-3a51-5b57-8c0e-5d1d4f1f7a10")
# "MO,TU 09:00-17:00", "1SA 14:00-16:00" (first Saturday), "2x FR 19:00-21:30" (every second Friday).
SLOT = re.compile(r"^(?:(?P<every>\d)x )?(?P<days>\S+) (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)$")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@transaction.atomic
def load_sample_town(by: User) -> int:
    """Add what is missing of the town, published, each listing marked as sample. Returns how many were added.

    `by` stands as the curator who checked it. What is already there stays as it is.
    """
    source, _created = Source.objects.select_for_update().get_or_create(name=TOWN, defaults=ABOUT)
    PostalCode.objects.get_or_create(
        **POSTCODE, defaults={"place_name": "Alder Bay", "folded_name": "alder bay", **MIDDLE}
    )
    added = sum(add_organization(found, source, by) for found in town())
    services.reindex(Service.objects.filter(source=source))
    return added


def town() -> Iterator[dict[str, Any]]:
    for file in sorted(Path(__file__).with_name("sample_town").glob("*.json")):
        yield from json.loads(file.read_text("utf-8"))


def key(*parts: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, "\n".join(parts))


def add_organization(found: dict[str, Any], source: Source, by: User) -> int:
    columns = {name: found.get(name, "") for name in ("description", "email", "website")}
    organization, created = Organization.objects.get_or_create(
        pk=key(found["name"]), defaults={"name": found["name"], "source": source, **columns}
    )
    if created and "phone" in found:
        Phone.objects.create(organization=organization, number=found["phone"], type="voice")
    places = {name: add_place(place, organization, source) for name, place in found.get("places", {}).items()}
    return sum(add_service(each, organization, places, source, by) for each in found["services"])


def add_place(found: dict[str, Any], organization: Organization, source: Source) -> Location:
    columns = {name: found[name] for name in ("name", "transportation")}
    location, created = Location.objects.get_or_create(
        pk=key(organization.name, found["name"]),
        defaults={
            "organization": organization,
            "source": source,
            **dict(zip(("latitude", "longitude"), found["at"], strict=True)),
            **columns,
        },
    )
    if created:
        Address.objects.create(
            location=location,
            address_1=found["address_1"],
            city="Alder Bay",
            state_province="Sample Coast",
            postal_code="00100",
            country="US",
        )
        for words in found["accessibility"]:
            Accessibility.objects.create(location=location, description=words)
    return location


def add_service(
    found: dict[str, Any], organization: Organization, places: dict[str, Location], source: Source, by: User
) -> bool:
    pk = key(organization.name, found["name"], "service")
    if Service.objects.filter(pk=pk).exists():
        return False
    low, high = found.get("ages", [None, None])
    columns = {name: found.get(name, "") for name in ("name", "kind", "description", "cost", "keywords")}
    columns |= facts(found)
    service = Service.objects.create(
        pk=pk,
        organization=organization,
        source=source,
        delivery=found["delivery"],
        access=found["access"],
        eligibility_description=found["for"],
        fees_description=found.get("fees", ""),
        application_process=found.get("join", ""),
        wait_time=found.get("wait", ""),
        minimum_age=low,
        maximum_age=high,
        **columns,
    )
    add_details(service, found)
    if "at" in found:
        ServiceAtLocation.objects.create(service=service, location=places[found["at"]])
    check(service, by)
    return True


def facts(found: dict[str, Any]) -> dict[str, Any]:
    """What decides whether somebody in pain can come; and a notice that is taken away by itself."""
    days = found.get("alert_days")
    return {
        "access_lacking": found.get("lacking", []),
        "standing_minutes": found.get("standing"),
        "parking_metres": found.get("metres"),
        "cancel_policy": found.get("cancel", ""),
        "referral": found.get("referral", ""),
        "alert": found.get("alert", ""),
        "alert_until": timezone.localdate() + dt.timedelta(days=days) if days else None,
    }


def add_details(service: Service, found: dict[str, Any]) -> None:
    for slot in found.get("times", []):
        Schedule.objects.create(service=service, **schedule(slot))
    for option, amount in found.get("prices", []):
        CostOption.objects.create(service=service, option=option, amount=amount, currency="USD")
    for name in found.get("languages", []):
        Language.objects.create(service=service, name=name)
    for name in found.get("areas", []):
        ServiceArea.objects.create(service=service, name=name)
    for term in TaxonomyTerm.objects.filter(taxonomy__slug=vocabulary.OURS, code__in=found["topics"]):
        Attribute.objects.create(service=service, taxonomy_term=term, link_type=vocabulary.TOPIC)
    for each in found.get("exceptions", []):
        OpeningException.objects.create(service=service, **exception(each))


def exception(found: dict[str, Any]) -> dict[str, Any]:
    """Days on which it is closed or open at other times, counted from the day the town is loaded."""
    first = timezone.localdate() + dt.timedelta(days=found["in"])
    last = first + dt.timedelta(days=found.get("days", 1) - 1)
    clock = {f"{end}_at": dt.time.fromisoformat(found[end]) for end in ("opens", "closes") if end in found}
    return {"starts_on": first, "ends_on": last, "reason": found["why"], **clock}


def schedule(slot: str) -> dict[str, Any]:
    """The columns of one time slot, from its short form."""
    match = SLOT.match(slot)
    if match is None:
        raise ValueError(f"not a time slot: {slot}")
    weekly = all(day in DAYS for day in match["days"].split(","))
    return {
        "freq": Schedule.Frequency.WEEKLY if weekly else Schedule.Frequency.MONTHLY,
        "interval": int(match["every"]) if match["every"] else 1,
        "byday": match["days"],
        "opens_at": dt.time.fromisoformat(match["opens"]),
        "closes_at": dt.time.fromisoformat(match["closes"]),
    }


def check(service: Service, by: User) -> None:
    """Verify and publish it, as of some day in the last months, so that the town looks lived in."""
    days = service.pk.int % 150
    checked = services.verify(
        service=service, by=by, how=Verification.How.SAMPLE, parts=Verification.Part.values
    )
    Verification.objects.filter(pk=checked.pk).update(verified_at=timezone.now() - dt.timedelta(days=days))
    services.publish(service=service, by=by)
