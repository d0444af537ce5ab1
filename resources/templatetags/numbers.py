"""`{% numbers_to_call %}`: the first few crisis lines of the reader's country, for a page of any room.

A page may name it as it may name an address; no module of another room needs to know of it.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from resources.models import Helpline
from resources.views.help_now import guess

register = template.Library()

MOST = 3


@register.inclusion_tag("resources/_numbers.html", takes_context=True)
def numbers_to_call(context: dict[str, Any]) -> dict[str, Any]:
    here = guess(context["request"])
    lines = [line for line in Helpline.objects.as_of(timezone.localdate()) if line.country == here]
    return {"lines": lines[:MOST]}
