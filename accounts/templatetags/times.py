"""`{{ when|ago }}` and `{{ when|moment }}`: times in words, on the clock of whoever looks."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from contextvars import ContextVar

from django import template
from django.utils import timezone

from accounts import times

register = template.Library()

_read_at: ContextVar[dt.datetime | None] = ContextVar("read_at", default=None)


@contextlib.contextmanager
def read_at(when: dt.datetime | None) -> Iterator[None]:
    """What is rendered inside says "today" as it will be said then: for a letter that is shown beforehand."""
    before = _read_at.set(when)
    try:
        yield
    finally:
        _read_at.reset(before)


def _now() -> dt.datetime:
    return _read_at.get() or timezone.now()


@register.filter
def ago(when: dt.datetime | dt.date | None) -> str:
    """Nothing at all for no time."""
    return times.ago(when, now=_now(), zone=timezone.get_current_timezone()) if when else ""


@register.filter
def moment(when: dt.datetime | None) -> str:
    return times.moment(when, now=_now(), zone=timezone.get_current_timezone()) if when else ""


@register.filter
def clock(when: dt.datetime | None) -> str:
    return times.clock(timezone.localtime(when)) if when else ""
