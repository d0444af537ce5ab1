"""Pages as a person reads them."""

import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins import services
from checkins.models import Plan, Silence, SilenceStep, Step
from outbox.models import Message
from tests.checkins.conftest import TWO_HOURS

SignIn = Callable[[User], Client]


def plain(response: Any) -> str:
    """What the page says, in one line, without its tags."""
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(words).split())


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return plain(response)


def say(client: Client, path: str, answer: dict[str, Any] | None = None) -> str:
    """Send it, and read the page it leads to."""
    response = client.post(path, answer or {}, follow=True)
    assert response.status_code == 200
    return plain(response)


def gone_quiet(plan: Plan) -> Silence:
    """A silence that is open, of which the supporter has been told."""
    opened = services.fall_due(plan=plan, now=timezone.now() - TWO_HOURS, wait=dt.timedelta(minutes=1))
    opened.steps.filter(taken_at=None).update(taken_at=timezone.now())
    Message.objects.update(attempts=1)
    return opened


def told(silence: Silence) -> SilenceStep:
    return silence.steps.select_related("silence", "membership__member").get(whom=Step.Whom.MEMBER)
