"""Making an ask."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.models import User
from asks import audience, errors, messages
from asks.models import Ask
from asks.services import dates
from networks.models import Membership
from networks.services.locks import hold


@transaction.atomic
def ask(
    *,
    owner: User,
    by: User,
    now: dt.datetime,
    chosen: Iterable[Membership] = (),
    form_key: uuid.UUID | None = None,
    **details: Any,
) -> Ask:
    """Ask for something on the owner's behalf. The same form sent twice is one ask.

    Raises NotOrganiser, or NoSuchTime for a time that is past.
    """
    hold(owner.pk)  # whoever of theirs leaves for good at this moment waits, or has gone
    if not audience.may_manage(owner, by=by):
        raise errors.NotOrganiser
    starts_at = details.get("starts_at")
    if starts_at and starts_at <= now:
        raise errors.NoSuchTime
    made = {"made_by": by, "made_at": now, "time_zone": owner.time_zone, **details}
    found, created = Ask.objects.get_or_create(owner=owner, form_key=form_key or uuid.uuid4(), defaults=made)
    if created:
        if found.to == Ask.To.CHOSEN:
            found.chosen.set(Membership.objects.of(owner).filter(pk__in=[one.pk for one in chosen]))
        made_dates = dates.make(found, now=now)
        messages.asked(made_dates[0], now=now)
        dates.look_again(found, now=now)
    return found
