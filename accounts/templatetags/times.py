"""`{{ when|ago }}` and `{{ when|moment }}`: times in words, on the clock of whoever looks."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils import timezone

from accounts import times

register = template.Library()


@register.filter
def ago(when: dt.datetime | dt.date | None) -> str:
    """Nothing at all for no time."""
    return times.ago(when, now=timezone.now(), zone=timezone.get_current_timezone()) if when else ""


@register.filter
def moment(when: dt.datetime | None) -> str:
    return times.moment(when, now=timezone.now(), zone=timezone.get_current_timezone()) if when else ""


@register.filter
def clock(when: dt.datetime | None) -> str:
    return times.clock(timezone.localtime(when)) if when else ""
