"""What a page must not leave out about a plan: who was asked and has not answered."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from checkins import wording
from checkins.models import Plan
from checkins.pages.today_page import Ahead

register = template.Library()


@register.simple_tag
def asked_and_waiting(plan: Plan) -> str:
    """ "Ana and Luis": who was asked to be told and has said neither yes nor no; empty where there is nobody."""
    asked = [
        step for step in plan.steps.all() if step.asked_at and not step.agreed_at and not step.declined_at
    ]
    here = [step.membership for step in asked if step.membership and step.membership.ended_at is None]
    return wording.listed(membership.tie.name for membership in here)


@register.simple_tag
def nobody_asked(unheard: Sequence[Ahead]) -> list[Ahead]:
    """Those of these plans where no answer is awaited: somebody else has to be found."""
    return [ahead for ahead in unheard if not asked_and_waiting(ahead.plan)]
