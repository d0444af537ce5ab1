"""`{% safety_net as net %}`: when the safety net last ran, for whichever page shows it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django import template
from django.conf import settings
from django.utils import timezone

from checkins.wording import lately
from outbox.models import Heartbeat

register = template.Library()

# We say that we are late when so many rounds were missed, and not before so much time has passed.
PATIENCE, AT_LEAST = 4, dt.timedelta(minutes=2)


@dataclass(frozen=True)
class SafetyNet:
    """`ran` is empty where it has not run at all yet."""

    ran: str
    late: bool


@register.simple_tag
def safety_net() -> SafetyNet:
    beat = Heartbeat.objects.filter(name="sweep_silences").first()
    if beat is None:
        return SafetyNet("", late=False)
    ago = timezone.now() - beat.beat_at
    patience = max(AT_LEAST, dt.timedelta(seconds=PATIENCE * settings.SWEEP_SECONDS))
    return SafetyNet(lately(ago), late=ago > patience)
