"""An owner with a supporter who joined and a plan for evenings at eight."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import User
from checkins import agreements, services
from checkins.models import Plan
from networks.models import Circle, Membership, Tie
from outbox.models import ChannelPreference

TWO_HOURS = dt.timedelta(hours=2)
# A Monday morning; the first check-in is due that evening, 19:00 UTC.
MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
DUE = dt.datetime(2026, 5, 4, 19, tzinfo=dt.UTC)


def key() -> uuid.UUID:
    return uuid.uuid4()


def at_once(*actions: Callable[[], object]) -> list[Exception]:
    """Run them at the same moment, each on a connection of its own; what they raised."""
    gate = threading.Barrier(len(actions))
    raised: list[Exception] = []

    def run(action: Callable[[], object]) -> None:
        gate.wait(timeout=60)
        try:
            action()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return raised


def planned(
    *,
    owner: User,
    now: dt.datetime,
    again: dt.timedelta = TWO_HOURS,
    tell: dt.timedelta = TWO_HOURS,
    supporter: Membership | None = None,
    **wanted: object,
) -> Plan:
    """The owner's plan, made or changed: nudged again after `again`, the supporter told after `tell`.

    Most stories here happen in the evening; so nobody keeps quiet hours unless a test says so afterwards.
    """
    let_all_hours_be_awake()
    ladder = [services.Rung(again), *([services.Rung(tell, (supporter,))] if supporter else [])]
    plan = Plan.objects.active().filter(owner=owner).first()
    if plan is not None:
        return services.change_plan(plan=plan, now=now, ladder=ladder, **wanted)
    return services.make_plan(owner=owner, now=now, ladder=ladder, **wanted)


def let_all_hours_be_awake() -> None:
    """Nobody has quiet hours: for stories whose nights do not matter."""
    ChannelPreference.objects.bulk_create(
        [
            ChannelPreference(person=person, channel="email", quiet_from=dt.time(0), quiet_until=dt.time(0))
            for person in User.objects.all()
        ],
        ignore_conflicts=True,
    )


@pytest.fixture
def membership(owner: User, supporter: User) -> Membership:
    tie = Tie.objects.create(owner=owner, name="Ana Reyes", circle=Circle.CLOSEST)
    return Membership.objects.create(tie=tie, owner=owner, member=supporter)


@pytest.fixture
def gentle_plan(owner: User) -> Plan:
    return planned(
        owner=owner,
        now=MONDAY,
        programme=Plan.Programme.KEEP_IN_TOUCH,
        days=list(range(7)),
        times=[dt.time(20)],
        grace=TWO_HOURS,
    )


@pytest.fixture
def safety_plan(owner: User, membership: Membership) -> Plan:
    plan = planned(
        owner=owner,
        now=MONDAY,
        programme=Plan.Programme.SAFETY,
        days=list(range(7)),
        times=[dt.time(20)],
        grace=TWO_HOURS,
        supporter=membership,
    )
    step = plan.steps.get(membership=membership)
    agreements.agree(step=step, by=membership.member, now=MONDAY, terms=step.terms)
    return plan
