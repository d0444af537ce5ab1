"""What an organisation says of its own listing, by the link in our letter or with its account."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from resources import fields
from resources.errors import CannotDecide
from resources.models import ChangeRequest, FieldChange, Service, Verification
from resources.services.checking import keep_check

# Said again so soon, it is the same yes.
AGAIN = dt.timedelta(hours=12)
# More than these at a time a curator cannot tell apart.
MOST_WAITING = 5
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


@transaction.atomic
def still_right(*, service: Service, by: User | None = None) -> Verification:
    """The organisation itself says that all we show is right. Said twice in a day, it is one check."""
    held = Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
    newest = held.verifications.order_by("-verified_at").first()
    since = timezone.now() - AGAIN
    if newest and newest.how == Verification.How.PROVIDER and newest.verified_at > since:
        return newest
    return keep_check(service=held, by=by, how=Verification.How.PROVIDER, parts=fields.shown_parts(held))


@transaction.atomic
def propose_for_organization(
    *,
    service: Service,
    values: Mapping[Key, Any],
    note: str = "",
    by: User | None = None,
    email: str = "",
    form_key: uuid.UUID | None = None,
) -> ChangeRequest | None:
    """What they want changed, for a curator to decide. None when nothing differs and nothing is said."""
    Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
    if form_key and (sent := ChangeRequest.objects.filter(form_key=form_key, service=service).first()):
        return sent
    now = offered(service)
    differing = [key for key, value in values.items() if key in now and (value or "") != (now[key] or "")]
    if not differing and not note.strip():
        return None
    _refuse_too_many(service)
    request = ChangeRequest.objects.create(
        form_key=form_key or uuid.uuid4(),
        kind=ChangeRequest.Kind.CORRECTION,
        service=service,
        note=note.strip(),
        sent_by=by,
        sent_by_email="" if by else email,
        language=get_language() or "",
        on_behalf_of=service.organization,
    )
    FieldChange.objects.bulk_create(_changes(request, differing, now, values))
    return request


def _changes(
    request: ChangeRequest, keys: Iterable[Key], now: Mapping[Key, Any], values: Mapping[Key, Any]
) -> list[FieldChange]:
    return [
        FieldChange(
            request=request, table=key[0], row=key[1], field=key[2], before=now[key], after=values[key]
        )
        for key in keys
    ]


def _refuse_too_many(service: Service) -> None:
    waiting = service.change_requests.filter(decided_at=None, on_behalf_of=service.organization_id)
    if waiting.count() >= MOST_WAITING:
        raise CannotDecide(
            _("Several of your changes are waiting for a curator already. Please wait for them.")
        )
