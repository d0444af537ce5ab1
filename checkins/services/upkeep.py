"""What keeps ladders honest between silences."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from checkins import agreements, messages
from checkins.models import Step

# A supporter's word is asked for again after half a year ...
RECONFIRM = dt.timedelta(days=183)
# ... and ends when it is not given again within this.
ANSWER_WITHIN = dt.timedelta(days=30)
BATCH = 500


def sweep_ladders(*, now: dt.datetime) -> int:
    """Ask again for old agreements, end those not given again, and tell owners whom they have lost.

    Safe to run at any time, any number of times. Gives how many steps it changed.
    """
    return (
        _each(_lost(), _lose, now) + _each(_unanswered(now), _lose, now) + _each(_old(now), _ask_again, now)
    )


def _running() -> Q:
    return Q(agreed_at__isnull=False, plan__ended_at=None)


def _lost() -> Q:
    """Agreed once, and has left the network since."""
    return _running() & Q(membership__ended_at__isnull=False)


def _unanswered(now: dt.datetime) -> Q:
    return _running() & Q(reconfirm_asked_at__lte=now - ANSWER_WITHIN)


def _old(now: dt.datetime) -> Q:
    return _running() & Q(agreed_at__lte=now - RECONFIRM, reconfirm_asked_at=None, membership__ended_at=None)


def _each(which: Q, work: object, now: dt.datetime) -> int:
    with transaction.atomic():
        rows = Step.objects.filter(which).select_related("plan__owner", "membership__member")
        steps = list(rows.select_for_update(of=("self",), skip_locked=True, no_key=True)[:BATCH])
        for step in steps:
            work(step, now)  # type: ignore[operator]
        return len(steps)


def _lose(step: Step, now: dt.datetime) -> None:
    agreements.lapse(step)
    step.agreed_at = step.may_wake_at = step.reconfirm_asked_at = None
    # Who let the question rest may be asked anew; who has left has said no.
    step.declined_at = now if step.membership and step.membership.ended_at else None
    step.save(update_fields=["agreed_at", "may_wake_at", "reconfirm_asked_at", "declined_at"])
    messages.ladder_lost(step, now=now)


def _ask_again(step: Step, now: dt.datetime) -> None:
    step.reconfirm_asked_at = now
    step.save(update_fields=["reconfirm_asked_at"])
    messages.reconfirm(step, now=now)
