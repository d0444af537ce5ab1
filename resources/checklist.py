"""What a listing says, part by part, as a curator reads it out on the telephone. Reads, changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from resources import fields, hours
from resources.models import Service, Verification
from resources.services import clockwork

Part = Verification.Part
# Where each part is changed; places have pages of their own.
SECTION = {
    Part.NAME: "about",
    Part.DESCRIPTION: "about",
    Part.CONTACT: "phones",
    Part.TIMES: "times",
    Part.COST: "cost",
    Part.ACCESS: "access",
    Part.ELIGIBILITY: "who",
}
# A tick says little without its name; these are sentences, or say what they are.
PLAIN = {"name", "description", "kind", "delivery", "url", "email", "cost", "fees_description", "access"}
PLAIN |= {"eligibility_description", "application_process", "cancel_policy", "referral", "website"}
ROWS = {
    Part.CONTACT: ("phone", "url"),
    Part.PLACE: ("location", "address"),
    Part.COST: ("cost_option",),
    Part.ACCESS: ("accessibility",),
    Part.ELIGIBILITY: ("service_area", "required_document"),
}


@dataclass(frozen=True)
class Line:
    """A part: what it says, where to change that, when it was checked last if that still stands."""

    part: str
    says: list[str]
    section: str
    checked_at: dt.datetime | None


def lines(service: Service) -> list[Line]:
    checked = clockwork.newest_checks(service)
    return [
        Line(
            part.value,
            list(_says(service, part)),
            SECTION.get(part, ""),
            checked.get(part.value) if part.value in service.confirmed else None,
        )
        for part in Part
    ]


def _says(service: Service, part: Verification.Part) -> Iterator[str]:
    for table, record in (("service", service), ("organization", service.organization)):
        for (of, name), covers in fields.PART_OF_FIELD.items():
            said = of == table and covers == part and _said(table, name, fields.plain(getattr(record, name)))
            if said:
                yield said
    if part == Part.TIMES:
        yield from hours.say(fields.rows_of(service, "schedule"), today=timezone.localdate())
    for table in ROWS.get(part, ()):
        yield from filter(None, (str(row) for row in fields.rows_of(service, table)))


def _said(table: str, name: str, value: object) -> str:
    said = "" if value == Service.Status.ACTIVE else fields.said(table, name, value)
    return said if not said or name in PLAIN else f"{fields.label(table, name)}: {said}"
