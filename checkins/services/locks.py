"""Rows locked before they change, by everybody in the same order: person, plan, silence. So nobody waits in a ring."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from checkins import errors
from checkins.models import Plan


def person(owner: User) -> None:
    """What concerns all of somebody's plans is done by one at a time, plan or no plan."""
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)


def plans(owner: User) -> list[Plan]:
    """All their plans that run, as they are now, locked: what is open in one ends with what is open in another."""
    rows = Plan.objects.active().filter(owner=owner).select_for_update(of=("self",), no_key=True)
    return list(rows.select_related("owner").order_by("pk"))


def running(plan: Plan) -> Plan:
    """The plan as it is now, locked with those beside it. Raises PlanHasEnded."""
    found = next((one for one in plans(plan.owner) if one.pk == plan.pk), None)
    if found is None:
        raise errors.PlanHasEnded(_("This plan has ended. You can make a new one."))
    return found
