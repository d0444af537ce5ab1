"""What the tests of a supporter's pages share: a silence they were told of, and pages in words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins import services
from checkins.models import Plan, Silence, SilenceStep, Step
from networks.models import Membership, Tie
from outbox.models import Message
from tests.checkins.conftest import TWO_HOURS

SignIn = Callable[[User], Client]


DAY = dt.timedelta(days=1)


@pytest.fixture
def silence(safety_plan: Plan) -> Silence:
    """Open, and the supporter has been told."""
    opened = services.fall_due(plan=safety_plan, now=timezone.now() - TWO_HOURS, wait=dt.timedelta(minutes=1))
    opened.steps.filter(taken_at=None).update(taken_at=timezone.now())
    Message.objects.update(attempts=1)
    return opened


@pytest.fixture
def place(safety_plan: Plan) -> Step:
    """Ana's place on the ladder, which she has agreed to."""
    return safety_plan.steps.get(membership__isnull=False)


def told(silence: Silence) -> SilenceStep:
    return silence.steps.select_related("silence", "membership").get(
        membership__member__email__startswith="ana"
    )


def page(client: Client, path: str, status: int = 200) -> str:
    """What the page says, in one line, without its tags."""
    response = client.get(path)
    assert response.status_code == status
    return plain(response.content.decode())


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&#x27;", "'").split())


def say(client: Client, path: str, **answer: str) -> str:
    return plain(client.post(path, answer, follow=True).content.decode())


def another(silence: Silence, stranger: User, **how: Any) -> SilenceStep:
    """Somebody else further up the same ladder, who agreed."""
    owner = silence.owner
    tie = Tie.objects.create(owner=owner, name="Luis", circle="close")
    membership = Membership.objects.create(tie=tie, owner=owner, member=stranger)
    rung = {"position": 3, "wait": TWO_HOURS, "whom": Step.Whom.MEMBER, "membership": membership}
    rung["agreed_at"] = timezone.now()
    Step.objects.create(plan=silence.plan, asked_at=timezone.now(), **rung)
    return silence.steps.create(**{**rung, **how})
