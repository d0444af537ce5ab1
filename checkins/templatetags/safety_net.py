"""`{% safety_net as net %}`: when the safety net last ran, for whichever page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.utils import timezone

from checkins import sweep, watchdog
from checkins.wording import lately
from outbox.models import Heartbeat

register = template.Library()


@dataclass(frozen=True)
class SafetyNet:
    """`ran` is empty where it has not run at all yet."""

    ran: str
    late: bool


@register.simple_tag
def safety_net() -> SafetyNet:
    beat = Heartbeat.objects.filter(name=sweep.NAME).first()
    if beat is None:
        return SafetyNet("", late=False)
    ago = timezone.now() - beat.beat_at
    return SafetyNet(lately(ago), late=ago > watchdog.slack())
