"""Somebody checked a listing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from resources.models import Change, Service, Verification
from resources.services import clockwork, holding
from resources.services.indexing import reindex
from resources.services.owning import refuse_if_own

KEPT = ["verification", "confirmed", *clockwork.CLOCKS, "leased_until_at", "leased_by", "updated_at"]


@transaction.atomic
def verify(
    *,
    service: Service,
    by: User | None,
    how: str,
    parts: Iterable[str],
    note: str = "",
    form_key: uuid.UUID | None = None,
) -> Verification:
    """A curator checked these parts of the listing now. The same form sent twice is one check.

    Raises OwnListing when they speak for its organisation, MergedAway when it was made one with another.
    """
    refuse_if_own(service, by)
    # Whoever comes second waits here, and then finds the first one's check.
    held = holding.hold(service.pk)[service.pk]
    holding.refuse_if_merged(held)
    sent = Verification.objects.filter(form_key=form_key).first() if form_key else None
    if sent and (sent.service_id, sent.verified_by_id) == (service.pk, by.pk if by else None):
        return sent
    service.confirmed = held.confirmed
    key = uuid.uuid4() if sent or not form_key else form_key
    return keep(
        Verification(form_key=key, service=service, verified_by=by, how=how, parts=list(parts), note=note)
    )


def keep(checked: Verification) -> Verification:
    """Write it down for a listing that is held; wind the clock of these parts, and give it back to the queue."""
    service, checked.verified_at = checked.service, timezone.now()
    checked.save()
    service.verification = checked
    service.confirmed = sorted({*service.confirmed, *checked.parts})
    clockwork.set_clock(service)
    service.leased_until_at = service.leased_by = None
    service.save(update_fields=KEPT)
    # Already in the history as a check of its own; here it stands among the other acts.
    Change.objects.create(
        service=service,
        how=Change.How.VERIFIED,
        made_at=checked.verified_at,
        made_by=checked.verified_by,
        why=checked.note,
    )
    reindex(Service.objects.filter(pk=service.pk))
    return checked
