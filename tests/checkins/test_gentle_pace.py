"""However many gentle plans wait for an answer, their owner hears at one pace."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from accounts.models import User
from checkins import services, sweep
from checkins.models import Plan, Silence
from outbox import delivery
from outbox.models import ChannelPreference, DailyTurn, Message
from tests.checkins.conftest import MONDAY, TWO_HOURS, key, let_all_hours_be_awake
from tests.outbox.conftest import Server, smtp

__all__ = ["smtp"]

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
WEEK = list(range(7))


def gentle(owner: User, days: list[int], hour: int) -> Plan:
    let_all_hours_be_awake()
    wanted = {"days": days, "times": [dt.time(hour)], "grace": TWO_HOURS}
    return services.make_plan(owner=owner, now=MONDAY, programme=Plan.Programme.KEEP_IN_TOUCH, **wanted)


def live(owner: User, until: dt.datetime) -> list[dt.date]:
    """Hour after hour without an answer: the days on which a letter left."""
    now = MONDAY
    while now < until:
        with time_machine.travel(now, tick=False):
            sweep.sweep(now=now)
            delivery.deliver_due()
        now += HOUR
    sent = Message.objects.filter(recipient=owner, sent_at__isnull=False).values_list("sent_at", flat=True)
    return sorted({at.astimezone(owner.zone).date() for at in sent})


def days(*numbers: int) -> list[dt.date]:
    return [MONDAY.date() + number * DAY for number in numbers]


@pytest.mark.usefixtures("smtp")
def test_three_unanswered_plans_cost_no_more_letters_than_one(owner: User) -> None:
    for hour in (11, 12, 20):
        gentle(owner, WEEK, hour)
    assert live(owner, MONDAY + 16 * DAY) == days(0, 1, 2, 5, 12)
    assert Message.objects.filter(sent_at__isnull=False).count() == 5
    assert not Message.objects.waiting().exists()


@pytest.mark.usefixtures("smtp")
def test_a_plan_that_goes_quiet_later_is_named_once_and_then_the_first_speaks_for_it(owner: User) -> None:
    gentle(owner, WEEK, 12)
    gentle(owner, [4], 12)
    assert live(owner, MONDAY + 16 * DAY) == days(0, 1, 2, 4, 5, 12)


@pytest.mark.usefixtures("smtp")
def test_after_a_check_in_each_plan_is_nudged_about_again(owner: User) -> None:
    for hour in (11, 12):
        gentle(owner, WEEK, hour)
    live(owner, MONDAY + DAY)
    now = MONDAY + DAY
    services.check_in(owner=owner, now=now, form_key=key())
    before = Message.objects.filter(sent_at__isnull=False).count()
    with time_machine.travel(now + 33 * HOUR, tick=False):
        sweep.sweep(now=now + 33 * HOUR)
        delivery.deliver_due()
    assert Message.objects.filter(sent_at__isnull=False).count() == before + 1
    assert Silence.objects.open().count() == 2


def test_a_nudge_that_could_not_be_sent_leaves_the_day_to_another(owner: User, smtp: Server) -> None:
    first, second = gentle(owner, WEEK, 11), gentle(owner, WEEK, 13)
    smtp.refuse[owner.email] = "450 4.2.0 come back later"
    now = MONDAY + 4 * HOUR
    with time_machine.travel(now, tick=False):
        sweep.sweep(now=now)
        delivery.deliver_due()
    stays = Message.objects.get(dedupe_key__startswith=first.silences.get().key)
    assert (stays.sent_at, DailyTurn.objects.count()) == (None, 1)
    Message.objects.filter(pk=stays.pk).update(next_attempt_at=now + 5 * HOUR)
    smtp.refuse.clear()
    with time_machine.travel(now + 2 * HOUR, tick=False):
        sweep.sweep(now=now + 2 * HOUR)
        delivery.deliver_due()
    goes = Message.objects.get(dedupe_key__startswith=second.silences.get().key)
    assert goes.sent_at is not None
    assert DailyTurn.objects.get().message == goes
    assert ChannelPreference.objects.filter(person=owner).exists()
