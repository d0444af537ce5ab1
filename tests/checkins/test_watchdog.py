"""The watchdog names each thing that is not as it should be: plans, silences, messages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine

from accounts.models import User
from checkins import services, sweep, watchdog
from checkins.models import Plan, Silence, SilenceStep, Step
from networks.models import Membership
from outbox import delivery
from outbox.models import LEASE, Message
from tests.checkins.conftest import MONDAY, key
from tests.checkins.test_answers import TOLD, second_supporter
from tests.checkins.test_sweep import DEADLINE, run_ladder, sent
from tests.checkins.watching import DAY, HOUR, MINUTE, every_minute_of, found
from tests.checkins.watching import told as told
from tests.outbox.conftest import smtp as smtp

LATE = watchdog.slack()


# Plans ---------------------------------------------------------------------------------------------------


def test_a_due_plan_without_its_silence(safety_plan: Plan) -> None:
    sent(MONDAY)
    assert found(DEADLINE + LATE - MINUTE) == {}
    assert found(DEADLINE + LATE) == {"overdue_plan": [safety_plan.pk]}


def test_a_plan_that_nobody_watches(safety_plan: Plan) -> None:
    sent(MONDAY)
    Plan.objects.filter(pk=safety_plan.pk).update(next_due_at=None, deadline_at=None)
    assert found(MONDAY) == {"forgotten_plan": [safety_plan.pk]}


def test_a_rehearsal_does_not_watch_over_a_plan(safety_plan: Plan) -> None:
    services.rehearse(plan=safety_plan, now=MONDAY)
    sent(MONDAY)
    Plan.objects.filter(pk=safety_plan.pk).update(next_due_at=None, deadline_at=None)
    assert found(MONDAY) == {"forgotten_plan": [safety_plan.pk]}


@pytest.mark.parametrize(
    "change", [{"next_due_at": TOLD + DAY, "deadline_at": TOLD + DAY}, {"ended_at": TOLD}]
)
def test_a_silence_beside_a_plan_that_says_otherwise(told: Silence, change: dict[str, Any]) -> None:
    Plan.objects.filter(pk=told.plan_id).update(**change)
    assert found(TOLD) == {"watched_twice": [told.pk]}


def test_a_plan_whose_silence_cannot_be_opened_is_named_until_it_is_mended(safety_plan: Plan) -> None:
    sent(MONDAY)
    step = safety_plan.steps.get(position=1)
    Step.objects.filter(pk=step.pk).update(wait=dt.timedelta(days=999_999_999))
    for minutes in (0, 5, 10):
        now = DEADLINE + minutes * MINUTE
        sweep.sweep(now=now)
        assert found(now) == {"failing_plan": [safety_plan.pk]}
    Step.objects.filter(pk=step.pk).update(wait=step.wait)
    for now in every_minute_of(DEADLINE + 15 * MINUTE, 15 * MINUTE, step=MINUTE):
        last = found(now)
    assert last == {}


# Silences --------------------------------------------------------------------------------------------------


def test_a_step_that_nobody_took(told: Silence) -> None:
    Silence.objects.filter(pk=told.pk).update(next_step_at=TOLD)
    assert found(TOLD + LATE - MINUTE) == {}
    assert found(TOLD + LATE) == {"overdue_step": [told.pk]}


def test_a_silence_whose_step_cannot_be_taken_is_named(told: Silence) -> None:
    SilenceStep.objects.filter(silence=told, position__gte=1).update(
        taken_at=None, wait=dt.timedelta(days=999_999_999)
    )
    Silence.objects.filter(pk=told.pk).update(next_step_at=TOLD)
    for minutes in (0, 5, 10):
        sweep.sweep(now=TOLD + minutes * MINUTE)
        assert found(TOLD + minutes * MINUTE) == {"failing_silence": [told.pk]}


def test_a_silence_in_which_nothing_happens_though_a_step_is_left(
    safety_plan: Plan, owner: User, stranger: User
) -> None:
    second_supporter(owner, stranger, safety_plan)
    silence = run_ladder(safety_plan)
    assert found(TOLD) == {}
    Silence.objects.filter(pk=silence.pk).update(next_step_at=None)
    assert found(TOLD) == {"stuck_silence": [silence.pk]}


def test_a_silence_whose_claim_will_never_lapse(told: Silence, membership: Membership) -> None:
    services.claim(silence=told, membership=membership, now=TOLD)
    Silence.objects.filter(pk=told.pk).update(next_step_at=None)
    assert found(TOLD) == {"stuck_silence": [told.pk]}


@pytest.mark.parametrize("whom", ["owner", "member"])
def test_a_step_that_wrote_no_message(told: Silence, whom: str) -> None:
    step = told.steps.filter(whom=whom).last()
    assert step is not None
    assert Message.objects.filter(dedupe_key=step.message_key).delete()[0] == 1
    assert found(TOLD) == {"step_without_message": [step.pk]}
    Silence.objects.filter(pk=told.pk).update(next_step_at=None)
    assert found(TOLD + watchdog.RECENT) == {}, "letters may be cleared away later"


def test_letters_that_went_with_an_account_are_not_missed(told: Silence, supporter: User) -> None:
    supporter.delete()
    assert found(TOLD) == {}


def test_a_supporter_who_was_told_and_not_that_it_is_over(told: Silence, owner: User) -> None:
    services.check_in(owner=owner, now=TOLD, form_key=key())
    sent(TOLD)
    assert found(TOLD) == {}
    Message.objects.filter(kind="checkins/all_clear").delete()
    assert found(TOLD) == {"no_all_clear": [told.steps.get(whom="member").pk]}


# Messages ---------------------------------------------------------------------------------------------------


def test_a_message_that_nobody_takes(safety_plan: Plan) -> None:
    sent(MONDAY)
    sweep.sweep(now=DEADLINE)
    nudge = Message.objects.get(kind="checkins/nudge")
    assert found(DEADLINE + LATE - MINUTE) == {}
    assert found(DEADLINE + LATE) == {"late_message": [nudge.pk]}


def test_a_message_whose_worker_died_is_late_when_its_lease_ends(safety_plan: Plan) -> None:
    sent(MONDAY)
    sweep.sweep(now=DEADLINE)
    (taken,) = Message.objects.take(now=DEADLINE, limit=1)
    assert found(DEADLINE + LEASE) == {}
    assert found(DEADLINE + LEASE + LATE) == {"late_message": [taken.pk]}


def test_a_message_that_kills_whoever_takes_it(safety_plan: Plan) -> None:
    sent(MONDAY)
    sweep.sweep(now=DEADLINE)
    for turn in range(watchdog.MOST_ATTEMPTS):
        assert found(DEADLINE + turn * LEASE) == {}
        (taken,) = Message.objects.take(now=DEADLINE + turn * LEASE, limit=1)
        Message.objects.update(leased_until=None)  # its lease ends, and nobody came back
    assert found(DEADLINE + turn * LEASE) == {"lost_outcome": [taken.pk]}


def test_a_message_that_no_mail_server_takes_from_us(safety_plan: Plan, settings: Any) -> None:
    sent(MONDAY)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    sweep.sweep(now=DEADLINE)
    now = DEADLINE
    for _turn in range(watchdog.MOST_ATTEMPTS):
        assert found(now) == {}
        with time_machine.travel(now, tick=False):
            delivery.deliver_due()
        now = Message.objects.get(kind="checkins/nudge").next_attempt_at
    assert found(now) == {"failing_message": [Message.objects.get(kind="checkins/nudge").pk]}


@pytest.mark.parametrize("reply", ["450 4.2.1 try again later", "550 5.1.1 no such mailbox"])
def test_a_mailbox_that_says_no_explains_itself(
    safety_plan: Plan, smtp: Any, owner: User, reply: str
) -> None:
    sent(MONDAY)
    smtp.refuse[owner.email] = reply
    sweep.sweep(now=DEADLINE)
    now = DEADLINE
    for _turn in range(watchdog.MOST_ATTEMPTS + 1):
        with time_machine.travel(now, tick=False):
            delivery.deliver_due()
        now = max(now, Message.objects.get(kind="checkins/nudge").next_attempt_at)
        assert found(now) == {}


def test_quiet_hours_explain_why_a_message_waits(safety_plan: Plan, smtp: Any, owner: User) -> None:
    sent(MONDAY)
    owner.channel_preferences.update(quiet_from=dt.time(21), quiet_until=dt.time(9))
    sweep.sweep(now=DEADLINE)
    with time_machine.travel(DEADLINE, tick=False):
        delivery.deliver_due()
    assert Message.objects.get(kind="checkins/nudge").held_for == "quiet_hours"
    assert found(DEADLINE + 8 * HOUR) == {"overdue_step": [Silence.objects.get().pk]}


@pytest.mark.parametrize(
    "until",
    [{"next_attempt_at": DEADLINE + 4 * HOUR}, {"next_attempt_at": TOLD + 3 * DAY, "held_for": "one_a_day"}],
)
def test_a_message_put_off_for_no_reason(safety_plan: Plan, until: dict[str, Any]) -> None:
    sent(MONDAY)
    sweep.sweep(now=DEADLINE)
    Message.objects.waiting().update(**until)
    assert found(DEADLINE) == {"put_off_message": [Message.objects.get(kind="checkins/nudge").pk]}


def test_a_letter_for_the_end_of_a_pause_may_wait(safety_plan: Plan, owner: User) -> None:
    sent(MONDAY)
    services.pause(plan=safety_plan, until=MONDAY + 9 * DAY, by=owner, now=MONDAY)
    assert Message.objects.waiting().filter(kind="checkins/resumed").exists()
    assert found(MONDAY) == {}
