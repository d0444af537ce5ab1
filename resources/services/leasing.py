"""One curator at a time has a listing or a proposal in hand. A lease lapses by itself; nobody has to be asked."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import User
from resources.errors import InOtherHands
from resources.models import ChangeRequest, Service

LEASE = dt.timedelta(minutes=30)
Leased = TypeVar("Leased", Service, ChangeRequest)


def free(now: dt.datetime) -> Q:
    """In nobody's hands."""
    return Q(leased_until_at=None) | Q(leased_until_at__lte=now)


@transaction.atomic
def take_next(*, queue: QuerySet[Leased], by: User, now: dt.datetime) -> Leased | None:
    """The first of the queue that nobody holds, now theirs. Two who ask at once get two different ones."""
    mine = queue.filter(leased_by=by, leased_until_at__gt=now).first()
    if mine is not None:
        return mine
    found = queue.filter(free(now)).select_for_update(skip_locked=True, of=("self",)).first()
    if found is not None:
        _give(found, by, now)
    return found


@transaction.atomic
def hold(*, row: Leased, by: User, now: dt.datetime) -> Leased:
    """Take just this one, or go on holding it. Raises InOtherHands."""
    held = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    refuse_if_held(held, by=by, now=now)
    _give(held, by, now)
    return held


def release(*, row: Service | ChangeRequest, by: User) -> None:
    """Give it back to the queue. Nothing happens when it was somebody else's."""
    type(row)._default_manager.filter(pk=row.pk, leased_by=by).update(leased_by=None, leased_until_at=None)


def holder(row: Service | ChangeRequest, *, by: User, now: dt.datetime) -> User | None:
    """Who else has it in hand."""
    if row.leased_by_id in (None, by.pk) or row.leased_until_at is None or row.leased_until_at <= now:
        return None
    return row.leased_by


def refuse_if_held(row: Service | ChangeRequest, *, by: User, now: dt.datetime) -> None:
    other = holder(row, by=by, now=now)
    if other is not None and row.leased_until_at is not None:
        until = time_format(localtime(row.leased_until_at), "TIME_FORMAT")
        raise InOtherHands(
            _("%(name)s has this in hand until %(time)s. Take another one, or come back then.")
            % {"name": other.called, "time": until}
        )


def _give(row: Service | ChangeRequest, by: User, now: dt.datetime) -> None:
    row.leased_by, row.leased_until_at = by, now + LEASE
    row.save(update_fields=["leased_by", "leased_until_at"])
