"""`{% numbers_to_call %}`: the first few crisis lines of the reader's country, for pages of any room.

It lives up here because check-ins and resources, side by side, know nothing of each other.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.utils import timezone

from resources import views as resources
from resources.models import Helpline

register = template.Library()

MOST = 3


@register.inclusion_tag("checkins/_numbers.html", takes_context=True)
def numbers_to_call(context: dict[str, Any]) -> dict[str, Any]:
    request: HttpRequest = context["request"]
    here = resources.guess(request)
    lines = [line for line in Helpline.objects.as_of(timezone.localdate()) if line.country == here]
    return {"lines": lines[:MOST]}
