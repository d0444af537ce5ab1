"""An owner who asks, and three members with whom asks are shared. Nobody has quiet hours, so tests hold at night."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from asks import services
from asks.models import Ask, Occurrence
from networks.models import Membership, Share, Tie
from outbox import delivery
from outbox.models import ChannelPreference, Message
from tests.conftest import person

LONDON = ZoneInfo("Europe/London")
DAY = dt.timedelta(days=1)
Asking = Callable[..., Occurrence]


def joined(owner: User, name: str, *, shares: tuple[str, ...] = ("asks",), **more: Any) -> Membership:
    member = person(f"{name.lower()}@example.org", name)
    ChannelPreference.objects.create(person=member, quiet_from=dt.time(0), quiet_until=dt.time(0))
    tie = Tie.objects.create(owner=owner, name=name, circle="close")
    return Membership.objects.create(tie=tie, owner=owner, member=member, shares=list(shares), **more)


@pytest.fixture(autouse=True)
def in_the_morning() -> Iterator[None]:
    """What is asked for in three days is that in the whole test, though it begins a second before midnight."""
    with time_machine.travel(timezone.now().replace(hour=9, minute=0)):
        yield


@pytest.fixture(autouse=True)
def awake(owner: User) -> None:
    ChannelPreference.objects.create(person=owner, quiet_from=dt.time(0), quiet_until=dt.time(0))


@pytest.fixture
def ana(owner: User) -> Membership:
    return joined(owner, "Ana")


@pytest.fixture
def ben(owner: User) -> Membership:
    return joined(owner, "Ben")


@pytest.fixture
def cas(owner: User) -> Membership:
    return joined(owner, "Cas")


@pytest.fixture
def asking(owner: User) -> Asking:
    """Ask for something in three days; gives its first date."""

    def ask(**details: Any) -> Occurrence:
        now = details.pop("now", timezone.now())
        at = {"starts_at": in_days(3), "minutes": 60}
        if "by_on" in details or details.get("starts_at", 0) is None:
            at = {}
        said = {"by": owner, "need": "lift", "text": "Could you give me a lift?", "softer": "call", **at}
        made: Ask = services.ask(owner=owner, now=now, **{**said, **details})
        return made.occurrences.order_by("number")[0]

    return ask


def in_days(days: int, at: dt.time = dt.time(15)) -> dt.datetime:
    on = timezone.now().astimezone(LONDON).date() + dt.timedelta(days=days)
    return dt.datetime.combine(on, at, tzinfo=LONDON).astimezone(dt.UTC)


def letters(kind: str) -> list[Message]:
    """Those of that kind that wait or have left."""
    rows = Message.objects.filter(kind=kind, cancelled_at=None).select_related("recipient")
    return list(rows.order_by("pk"))


def told(kind: str) -> set[str]:
    return {message.recipient.called for message in letters(kind) if message.recipient}


def deliver() -> None:
    delivery.deliver_due()


def shared(membership: Membership, *shares: Share) -> None:
    said = {"shares": [share.value for share in shares], "narrowed_at": timezone.now()}
    Membership.objects.filter(pk=membership.pk).update(**said)
