"""Things that come in an unlucky order: letters that are late, answers that are early, rows that change."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded

from accounts.models import User
from checkins import services, sweep, watchdog
from checkins.models import Plan, Silence, Step
from networks.models import Membership
from outbox import delivery, lines
from outbox.models import Heartbeat, Message
from tests.checkins.conftest import TWO_HOURS
from tests.checkins.test_answers import TOLD, second_supporter
from tests.checkins.test_sweep import DEADLINE, run_ladder
from tests.outbox.conftest import Server, smtp

__all__ = ["smtp"]

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("smtp")


def deliver(now: dt.datetime) -> None:
    with time_machine.travel(now, tick=False):
        sweep.sweep(now=now)
        delivery.deliver_due()


def sent_to(who: User) -> list[str]:
    sent = Message.objects.filter(recipient=who, sent_at__isnull=False).order_by("sent_at", "pk")
    kinds = [message.kind.removeprefix("checkins/") for message in sent]
    return [kind for kind in kinds if kind != "ladder_request"]


# One supporter's mailbox is slow -----------------------------------------------------------------------


@pytest.fixture
def luis(safety_plan: Plan, owner: User, stranger: User) -> Membership:
    """He is told together with Ana."""
    made = second_supporter(owner, stranger, safety_plan)
    Step.objects.filter(membership=made).update(position=2, wait=TWO_HOURS)
    return made


@pytest.fixture
def ana_is_on_it(luis: Membership, safety_plan: Plan, membership: Membership, smtp: Server) -> Silence:
    """Both were told; Luis's mail server said "later"; Ana has answered meanwhile."""
    smtp.refuse[luis.member.email] = "451 4.7.1 greylisted, come back later"
    silence = run_ladder(safety_plan)
    Message.objects.filter(kind="checkins/alert").update(sent_at=None, attempts=0)
    deliver(TOLD)
    with time_machine.travel(TOLD + MINUTE, tick=False):
        services.claim(silence=silence, membership=membership, now=TOLD + MINUTE)
    smtp.refuse.clear()
    deliver(TOLD + 2 * MINUTE)
    return silence


def test_who_was_not_reached_hears_nothing_of_it_while_somebody_else_is_on_it(
    ana_is_on_it: Silence, luis: Membership, supporter: User
) -> None:
    assert sent_to(supporter) == ["alert"]
    assert sent_to(luis.member) == []


def test_their_alert_goes_minutes_after_the_first_one_has_given_up_not_hours(
    ana_is_on_it: Silence, luis: Membership, membership: Membership
) -> None:
    now = TOLD + 10 * MINUTE
    with time_machine.travel(now, tick=False):
        services.report(silence=ana_is_on_it, membership=membership, outcome="no_answer", now=now)
    for minutes in (0, 3):
        deliver(now + minutes * MINUTE)
    assert sent_to(luis.member) == ["alert"]


def test_who_never_heard_that_it_began_does_not_hear_that_it_is_over(
    ana_is_on_it: Silence, luis: Membership, membership: Membership, owner: User
) -> None:
    now = TOLD + 10 * MINUTE
    with time_machine.travel(now, tick=False):
        services.report(silence=ana_is_on_it, membership=membership, outcome="okay", now=now)
    deliver(now + 20 * MINUTE)
    assert sent_to(luis.member) == []
    assert sent_to(owner)[-1] == "heard_from"


def test_who_is_refused_an_alert_while_the_owner_checks_in_does_not_hear_that_it_is_over(
    safety_plan: Plan, membership: Membership, owner: User, smtp: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp.refuse[membership.member.email] = "451 4.7.1 greylisted, come back later"
    give = lines.Lines.give

    def check_in_meanwhile(self: lines.Lines, job: lines.Job) -> None:
        give(self, job)
        if job.message.kind == "checkins/alert":
            services.check_in(owner=owner, now=TOLD, form_key=uuid.uuid4())

    monkeypatch.setattr(lines.Lines, "give", check_in_meanwhile)
    run_ladder(safety_plan)
    Message.objects.filter(kind="checkins/alert").update(sent_at=None, attempts=0)
    deliver(TOLD)
    smtp.refuse.clear()
    Message.objects.filter(kind="checkins/alert").update(leased_until=TOLD)  # ten minutes later
    deliver(TOLD + 10 * MINUTE)
    assert Message.objects.get(kind="checkins/alert").cancelled_at is not None
    assert sent_to(membership.member) == []


def test_nobody_hears_that_nobody_has_confirmed_before_they_were_asked(
    luis: Membership, safety_plan: Plan, smtp: Server, supporter: User
) -> None:
    smtp.refuse[luis.member.email] = "451 4.7.1 greylisted, come back later"
    run_ladder(safety_plan)
    Message.objects.filter(kind="checkins/alert").update(sent_at=None, attempts=0)
    for minutes in range(0, 70, 10):
        deliver(TOLD + minutes * MINUTE)
    smtp.refuse.clear()
    # The alert waits for its next attempt; the news of the last hour is not refused any more.
    Message.objects.filter(kind="checkins/alert", recipient=luis.member).update(
        next_attempt_at=TOLD + 3 * HOUR
    )
    deliver(TOLD + 80 * MINUTE)
    assert sent_to(supporter) == ["alert", "nobody_yet"]
    assert sent_to(luis.member) == []


# Our time is up ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_the_middle_of", ["_advance_due", "_advance_by_itself"])
def test_a_worker_whose_time_is_up_stops_and_no_row_is_blamed(
    safety_plan: Plan, monkeypatch: pytest.MonkeyPatch, in_the_middle_of: str
) -> None:
    def time_is_up(*args: object) -> None:
        raise SoftTimeLimitExceeded

    def fails(now: dt.datetime) -> int:
        raise ValueError("so that each row is taken by itself")

    sweep.sweep(now=DEADLINE)
    monkeypatch.setattr(sweep, "_advance_due", fails)
    monkeypatch.setattr(sweep, in_the_middle_of, time_is_up)
    with pytest.raises(SoftTimeLimitExceeded):
        sweep.sweep(now=DEADLINE + TWO_HOURS)
    assert Silence.objects.get().next_step_at == DEADLINE + TWO_HOURS
    assert not Heartbeat.objects.filter(name=watchdog.FAILING_SILENCE).exists()
