"""Somebody checked a listing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from resources.models import Service, Verification


@transaction.atomic
def verify(
    *,
    service: Service,
    by: User,
    how: str,
    parts: Iterable[str],
    note: str = "",
    form_key: uuid.UUID | None = None,
) -> Verification:
    """Note that `by` checked these parts of the listing now. The same form sent twice is one check."""
    # Whoever comes second waits here, and then finds the first one's check.
    Service.objects.select_for_update().get(pk=service.pk)
    sent = Verification.objects.filter(form_key=form_key).first() if form_key else None
    if sent and (sent.service_id, sent.verified_by_id) == (service.pk, by.pk):
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
    service.save(update_fields=["verification", "updated_at"])
    return checked
