"""Writing messages down."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import User
from django.db import transaction
from django.utils import timezone

from outbox import kinds
from outbox.models import Message


def queue(
    *,
    kind: str,
    dedupe_key: str,
    recipient: User | None = None,
    address: str = "",
    params: dict[str, Any] | None = None,
    not_before: dt.datetime | None = None,
) -> Message:
    """Write one message in the caller's transaction; it leaves after the commit. The same key twice is one message."""
    kinds.get(kind)
    when = not_before or timezone.now()
    message, _created = Message.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "kind": kind,
            "recipient": recipient,
            "address": address,
            "params": params or {},
            "not_before": when,
            "next_attempt_at": when,
        },
    )
    transaction.on_commit(lambda: None)
    return message
