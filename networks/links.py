"""Signed links in letters: good for one thing, without signing in. A GET shows a page; only a POST acts."""

from __future__ import annotations

import datetime as dt

from django.core import signing
from django.urls import reverse

from networks.models import Suggestion
from outbox.links import absolute

_HELLO = "networks.hello"
# How long "we were in touch" can be said with the letter's link.
GOOD_FOR = dt.timedelta(days=30)


def in_touch_link(suggestion: Suggestion) -> str:
    return absolute(reverse("in_touch_by_mail", args=[signing.dumps(suggestion.pk, salt=_HELLO)]))


def suggestion_from(token: str, *, now: dt.datetime) -> Suggestion | None:
    """The suggestion such a link speaks of; None for a link we did not make, or one that is too old."""
    try:
        pk = signing.loads(token, salt=_HELLO)
    except signing.BadSignature:
        return None
    recent = Suggestion.objects.filter(tie__removed_at=None, made_at__gt=now - GOOD_FOR)
    return recent.select_related("tie__owner").filter(pk=pk).first()
