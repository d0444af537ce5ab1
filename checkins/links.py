"""Signed links in mail: good for one thing, without signing in. A GET shows a page; only a POST acts."""

from __future__ import annotations

from django.core import signing
from django.urls import reverse

from checkins.models import CheckIn, Silence, SilenceStep
from outbox.links import absolute

_CHECK_IN = "checkins.check-in"
_ALERT = "checkins.alert"


def check_in_link(silence: Silence) -> str:
    """The owner's link in a nudge: good until their next check-in."""
    token = signing.dumps(silence.pk, salt=_CHECK_IN)
    return absolute(reverse("check_in_by_mail", args=[token]))


def silence_from(token: str) -> Silence | None:
    """The silence a nudge's link speaks of; None for a link we did not make."""
    try:
        pk = signing.loads(token, salt=_CHECK_IN)
    except signing.BadSignature:
        return None
    return Silence.objects.select_related("plan__owner").filter(pk=pk).first()


def is_spent(silence: Silence) -> bool:
    """Whether the owner has checked in since that silence opened."""
    return CheckIn.objects.filter(owner=silence.owner, made_at__gte=silence.opened_at).exists()


def alert_link(step: SilenceStep) -> str:
    """The supporter's link in an alert: good while they are a supporter."""
    token = signing.dumps(step.pk, salt=_ALERT)
    return absolute(reverse("alert_by_mail", args=[token]))


def step_from(token: str) -> SilenceStep | None:
    """The step an alert's link speaks of; None for a link we did not make or a supporter who has left."""
    try:
        pk = signing.loads(token, salt=_ALERT)
    except signing.BadSignature:
        return None
    return SilenceStep.objects.told().filter(pk=pk).first()
