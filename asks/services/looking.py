"""The sweep: looks at asks whose time has come, and at what was said yes to by somebody who has gone."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.db import transaction

from asks import messages
from asks.models import Ask, Occurrence, Taking
from asks.services import dates, locks, taking
from networks.models import Membership

logger = logging.getLogger(__name__)

# How far an ask that cannot be looked after is pushed out of the way of the others.
PUSH = dt.timedelta(hours=1)
# How long after somebody came to see less it is looked for what they had said yes to: longer than we may be down.
LATELY = dt.timedelta(days=7)


def sweep_asks(*, now: dt.datetime) -> int:
    """Make the dates that come into sight, tell of those that come near, open again what is adrift.

    Says how many rows were looked after. Safe to run at any time and side by side; a row that fails is
    reported and spoils no other. What it costs grows with what is due, not with what there is.
    """
    due = list(Ask.objects.to_look_at(now).values_list("pk", flat=True))
    return sum(_looked(pk, now) for pk in due) + sum(_done(_release, pk, now) for pk in _adrift(now))


def _adrift(now: dt.datetime) -> list[int]:
    """Said yes to by somebody who lately came to see less and can no longer see it, and still to come."""
    narrowed, ended = (
        Membership.objects.narrowed_since(now - LATELY),
        Membership.objects.with_an_end_behind(now),
    )
    lately = {*narrowed.values_list("pk", flat=True), *ended.values_list("pk", flat=True)}
    coming = Occurrence.objects.standing().ahead(now)
    theirs = Taking.objects.adrift().filter(membership__in=lately, occurrence__in=coming)
    return list(theirs.values_list("pk", flat=True)) if lately else []


def _looked(pk: int, now: dt.datetime) -> bool:
    if _done(_look, pk, now):
        return True
    Ask.objects.filter(pk=pk).update(look_again_at=now + PUSH)
    return False


def _done(job: Callable[[int, dt.datetime], None], pk: int, now: dt.datetime) -> bool:
    try:
        with transaction.atomic():
            job(pk, now)
    except Exception:
        logger.exception("An ask could not be looked after.")
        return False
    return True


def _look(pk: int, now: dt.datetime) -> None:
    held = locks.held_ask(pk)
    if held.look_again_at is None or held.look_again_at > now:
        return  # another sweep was here first
    if held.cancelled_at is None:
        dates.make(held, now=now)
        for date in dates.ahead(held, now=now):
            if date.standing_taking() is None:
                _tell(date, now)
    dates.look_again(held, now=now)


def _tell(date: Occurrence, now: dt.datetime) -> None:
    """Of a date that is open: those who may see it, when it comes near; its owner, while something can be done."""
    if dates.is_told_by_now(date, now=now):
        messages.asked(date, now=now)
    if date.word_at and date.word_at <= now < date.passes_at:
        messages.unanswered(date, now=now)


def _release(pk: int, now: dt.datetime) -> None:
    adrift = Taking.objects.select_related("occurrence").get(pk=pk)
    taking.release(locks.held(adrift.occurrence), now=now)
