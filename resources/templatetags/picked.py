"""`{% picked_for_you %}`: a few listings with their reasons, for the page of results and that of one's network.

A page may name it as it may name an address; no module of another room needs to know of it.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from resources import picking
from resources.forms.saving import InTheWayForm
from resources.models import FindingWishes

register = template.Library()


@register.inclusion_tag("resources/_picked.html", takes_context=True)
def picked_for_you(context: dict[str, Any], *, ask: bool = True) -> dict[str, Any]:
    """`ask`: with the question what gets in the way, until it is answered."""
    request = context["request"]
    if not request.user.is_authenticated:
        return {}
    wishes = FindingWishes.objects.filter(owner=request.user).first()
    if wishes and wishes.picks_off_at:
        return {"off": ask}
    unasked = wishes is None or wishes.answered_at is None
    return {
        "picks": picking.pick(request.user, now=timezone.now()),
        "form": InTheWayForm(auto_id="way_%s") if unasked and ask else None,
        "csrf_token": context.get("csrf_token"),
        "answered": not unasked,
    }
