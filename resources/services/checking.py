"""Somebody checked a listing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from resources.models import Change, Service, Verification
from resources.services import clockwork
from resources.services.indexing import reindex

KEPT = ["verification", "confirmed", "due_at", "clock_at", "leased_until_at", "leased_by", "updated_at"]


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
    """Note that `by` checked these parts of the listing now; nobody (None): its organisation did, by a link.

    Sets its clock and gives the listing back to the queue. The same form sent twice is one check.
    """
    # Whoever comes second waits here, and then finds the first one's check.
    held = Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
    sent = Verification.objects.filter(form_key=form_key).first() if form_key else None
    if sent and (sent.service_id, sent.verified_by_id) == (service.pk, by.pk if by else None):
        return sent
    checked = Verification.objects.create(
        form_key=uuid.uuid4() if sent or not form_key else form_key,
        service=service,
        verified_at=timezone.now(),
        verified_by=by,
        how=how,
        parts=list(parts),
        note=note,
    )
    service.verification = checked
    service.confirmed = sorted({*held.confirmed, *checked.parts})
    service.due_at = clockwork.due_at(service)
    service.clock_at = clockwork.next_at(service, now=checked.verified_at)
    service.leased_until_at = service.leased_by = None
    service.save(update_fields=KEPT)
    # Already in the history as a check of its own; here it stands among the other acts.
    Change.objects.create(
        service=service, how=Change.How.VERIFIED, made_at=checked.verified_at, made_by=by, why=note
    )
    reindex(Service.objects.filter(pk=service.pk))
    return checked
