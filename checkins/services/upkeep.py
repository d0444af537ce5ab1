"""What keeps ladders honest between silences."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from checkins import agreements, messages
from checkins.models import Step

logger = logging.getLogger(__name__)

# A supporter's word is asked for again after half a year ...
RECONFIRM = dt.timedelta(days=183)
# ... and ends when it is not given again within this.
ANSWER_WITHIN = dt.timedelta(days=30)
BATCH = 500

Work = Callable[[Step, dt.datetime], None]


def sweep_ladders(*, now: dt.datetime) -> int:
    """End the places of those who left and of words not given again, ask again for old ones, tell the owners.

    Safe to run at any time, any number of times. Gives how many steps it changed.
    """
    return (
        _each(_lost(), _lose, now) + _each(_unanswered(now), _lose, now) + _each(_old(now), _ask_again, now)
    )


def lose_places(*, member: User, now: dt.datetime) -> None:
    """Whoever leaves for good, and is out of every network already, loses their places here and now."""
    places = Step.objects.filter(_lost(), membership__member=member).order_by("pk")
    held = places.select_for_update(of=("self",), no_key=True)
    for step in held.select_related("plan__owner", "membership__member"):
        _lose(step, now)


def _running() -> Q:
    return Q(agreed_at__isnull=False, plan__ended_at=None)


def _lost() -> Q:
    """Agreed once, and has left the network since."""
    return _running() & Q(membership__ended_at__isnull=False)


def _unanswered(now: dt.datetime) -> Q:
    return _running() & Q(reconfirm_asked_at__lte=now - ANSWER_WITHIN)


def _old(now: dt.datetime) -> Q:
    """Whoever takes a break is asked when they go on."""
    here = Q(membership__ended_at=None, membership__paused_at=None)
    return _running() & here & Q(agreed_at__lte=now - RECONFIRM, reconfirm_asked_at=None)


def _each(which: Q, work: Work, now: dt.datetime) -> int:
    """Batch after batch, a transaction each. A row that fails is reported, and tried again the next time."""
    done = 0
    failed: list[int] = []
    while True:
        with transaction.atomic():
            steps = _claim(which, failed)
            bad = [step.pk for step in steps if not _try(work, step, now)]
        done, failed = done + len(steps) - len(bad), failed + bad
        if len(steps) < BATCH:
            return done


def _claim(which: Q, failed: list[int]) -> list[Step]:
    rows = Step.objects.filter(which).exclude(pk__in=failed).order_by("pk")
    held = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return list(held.select_related("plan__owner", "membership__member")[:BATCH])


def _try(work: Work, step: Step, now: dt.datetime) -> bool:
    try:
        with transaction.atomic():
            work(step, now)
    except Exception:
        logger.exception("Step %s of a ladder failed.", step.pk)
        return False
    return True


def _lose(step: Step, now: dt.datetime) -> None:
    agreements.lapse(step)
    step.end_word()
    # Who let the question rest may be asked anew; who has left has said no.
    step.declined_at = now if step.membership and step.membership.ended_at else None
    step.save(update_fields=Step.WORD)
    messages.ladder_lost(step, now=now)


def _ask_again(step: Step, now: dt.datetime) -> None:
    step.reconfirm_asked_at = now
    step.save(update_fields=["reconfirm_asked_at"])
    messages.reconfirm(step, now=now)
