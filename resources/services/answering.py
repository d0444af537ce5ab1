"""What an organisation says of its own listing, by the link in our letter or with its account."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from resources import fields
from resources.errors import CannotPropose
from resources.models import FieldChange, Service, Verification
from resources.services import holding
from resources.services.checking import keep

# Said again so soon, it is the same yes.
AGAIN = dt.timedelta(hours=12)
# What an organisation can mend itself; the rest it tells in words.
OFFERED = {
    "service": (
        *("name", "description", "eligibility_description", "fees_description", "application_process"),
        *("url", "email", "wait_time"),
    ),
    "phone": ("number",),
    "address": ("address_1", "address_2", "city", "postal_code"),
}
Key = tuple[str, uuid.UUID, str]


def offered(service: Service) -> dict[Key, Any]:
    """Every field they can change, with what it says now."""
    found: dict[Key, Any] = {}
    for table, names in OFFERED.items():
        for row in fields.rows_of(service, table).order_by("pk"):
            found |= {(table, row.pk, name): fields.plain(getattr(row, name)) for name in names}
    return found


def just_said(service: Service) -> Verification | None:
    """Their yes, if it is the newest check and not half a day old."""
    newest = service.verifications.order_by("-verified_at").first()
    by_them = newest and newest.how == Verification.How.PROVIDER
    return newest if newest and by_them and newest.verified_at > timezone.now() - AGAIN else None


@transaction.atomic
def still_right(*, service: Service, by: User | None = None) -> Verification:
    """The organisation itself says that all we show is right, but for what it changed and nobody decided yet.

    Said twice in a day, it is one check. Raises CannotPropose where nothing is left to be right, MergedAway when it was
    made one with another.
    """
    held = holding.hold(service.pk)[service.pk]
    holding.refuse_if_merged(held)
    if said := just_said(held):
        return said
    right = sorted({*fields.shown_parts(held)} - said_otherwise(held))
    if not right:
        raise CannotPropose(_("A curator reads what you changed first. There is nothing else to say yes to."))
    return keep(Verification(service=held, verified_by=by, how=Verification.How.PROVIDER, parts=right))


def said_otherwise(service: Service) -> set[str]:
    """The parts of which it wants something changed that no curator decided yet."""
    waiting = FieldChange.objects.filter(
        request__service=service,
        request__on_behalf_of=service.organization_id,
        request__decided_at=None,
    )
    pairs = waiting.values_list("table", "field").distinct()
    return {part for table, field in pairs if (part := fields.part_of(table, field))}
