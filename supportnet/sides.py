"""One account, two sides: one's own network, and the people one supports. Which of them comes first."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from asks import pages as asks
from checkins.models import Plan, Silence, SilenceStep
from networks.models import Membership

# A check-in of their own that is due so soon comes before what others ask for.
SOON = dt.timedelta(hours=12)


def begins_with_others(user: User, *, now: dt.datetime) -> bool:
    """Whether "People I support" is where this person begins. A silence of somebody else comes before all;
    then what is due from themselves; then what others ask for; else the side they have.
    """
    mine = Membership.objects.supported_by(user)
    if not mine.exists():
        return False
    if SilenceStep.objects.told().filter(membership__in=mine, silence__closed_at=None).exists():
        return True
    if _is_due(user, now):
        return False
    return bool(asks.open_for(user, now=now).open) or _only_supports(user)


def _is_due(user: User, now: dt.datetime) -> bool:
    """A check-in of their own is missing, or is due soon."""
    if Silence.objects.open().filter(plan__owner=user).exists():
        return True
    return Plan.objects.active().filter(owner=user, next_due_at__lte=now + SOON).exists()


def _only_supports(user: User) -> bool:
    """They are here for somebody else: they have begun nothing of their own."""
    return not user.ties.exists() and not user.plans.exists()
