"""The way of a reminder: due, nudge, last nudge, supporter, and how it ends."""

import datetime as dt

import pytest
from django.db import DataError

from accounts.models import User
from checkins import agreements, services, stepping, sweep
from checkins.models import Claim, Plan, Silence, SilenceStep, Step
from networks.models import Membership
from outbox.models import Heartbeat, Message
from tests.checkins.conftest import DUE, MONDAY, TWO_HOURS, at_once, key, planned

HOUR = dt.timedelta(hours=1)
DEADLINE = DUE + TWO_HOURS


def sent(at: dt.datetime) -> None:
    """As if a worker had sent everything that waits."""
    Message.objects.waiting().update(sent_at=at, attempts=1)


def kinds() -> list[str]:
    """What was written, in order, in short."""
    return [
        key.removeprefix("checkins/") for key in Message.objects.order_by("pk").values_list("kind", flat=True)
    ]


def run_ladder(plan: Plan) -> Silence:
    """Sweep on time until the supporter has been told."""
    for step in range(3):
        now = DEADLINE + step * TWO_HOURS
        sweep.sweep(now=now)
        sent(now)
    return plan.silences.get()


def test_nothing_happens_before_the_grace_has_passed(safety_plan: Plan) -> None:
    assert sweep.sweep(now=DEADLINE - dt.timedelta(seconds=1)) == (0, 0)
    assert not Silence.objects.exists()


def test_past_due_and_grace_the_owner_gets_one_nudge(safety_plan: Plan, owner: User) -> None:
    assert sweep.sweep(now=DEADLINE) == (1, 0)
    assert sweep.sweep(now=DEADLINE) == (0, 0)
    nudge = Message.objects.get(kind="checkins/nudge")
    assert nudge.recipient == owner
    safety_plan.refresh_from_db()
    assert safety_plan.next_due_at is None
    assert Heartbeat.objects.get(name="sweep_silences").beat_at == DEADLINE


def test_the_whole_ladder_runs_once(safety_plan: Plan, supporter: User) -> None:
    silence = run_ladder(safety_plan)
    assert kinds()[-3:] == ["nudge", "last_call", "alert"]
    assert Message.objects.get(kind="checkins/alert").recipient == supporter
    assert silence.next_step_at == DEADLINE + 2 * TWO_HOURS + stepping.LAST_WORD
    later = DEADLINE + dt.timedelta(days=5)
    assert [sweep.sweep(now=later), sweep.sweep(now=later)] == [(0, 1), (0, 0)]
    assert kinds()[-4:] == ["nudge", "last_call", "alert", "nobody_yet"]


def test_a_supporter_who_has_not_agreed_is_not_on_the_ladder(
    safety_plan: Plan, membership: Membership
) -> None:
    agreements.decline(step=safety_plan.steps.get(membership=membership), by=membership.member, now=MONDAY)
    run_ladder(safety_plan)
    assert kinds()[-2:] == ["nudge", "last_call"]


def test_one_who_takes_their_word_back_during_the_silence_is_passed_over(
    safety_plan: Plan, membership: Membership
) -> None:
    sweep.sweep(now=DEADLINE)
    agreements.decline(step=safety_plan.steps.get(membership=membership), by=membership.member, now=DEADLINE)
    silence = run_ladder(safety_plan)
    assert "alert" not in kinds()
    assert silence.steps.get(position=2).why_passed_over == SilenceStep.PassedOver.WITHDREW


def test_keep_in_touch_nudges_on_three_days_then_more_rarely_and_then_rests(gentle_plan: Plan) -> None:
    days = [day for day in range(60) if sweep.sweep(now=DEADLINE + dt.timedelta(days=day)) != (0, 0)]
    assert days == [0, 1, 2, 5, 12]
    assert kinds() == ["keep_in_touch"] * 5
    assert gentle_plan.silences.count() == 1


def test_a_check_in_ends_it_and_whoever_was_told_hears_it(
    safety_plan: Plan, owner: User, supporter: User
) -> None:
    silence = run_ladder(safety_plan)
    now = DEADLINE + 5 * HOUR
    services.check_in(owner=owner, now=now, form_key=key())
    silence.refresh_from_db()
    assert silence.closed_at == now
    assert silence.ending == Silence.Ending.CHECKED_IN
    assert Message.objects.get(kind="checkins/all_clear").recipient == supporter
    safety_plan.refresh_from_db()
    assert safety_plan.next_due_at == DUE + dt.timedelta(days=1)


def test_a_check_in_after_the_first_nudge_takes_back_what_waits_and_tells_nobody(
    safety_plan: Plan, owner: User
) -> None:
    sweep.sweep(now=DEADLINE)
    services.check_in(owner=owner, now=DEADLINE + HOUR, form_key=key())
    assert Message.objects.get(kind="checkins/nudge").cancelled_at is not None
    assert kinds()[-1] == "nudge"
    assert sweep.sweep(now=DEADLINE + dt.timedelta(hours=20)) == (0, 0)


def test_after_an_outage_the_owner_hears_first_and_gets_the_whole_wait(safety_plan: Plan) -> None:
    late = DEADLINE + dt.timedelta(hours=9)
    sweep.sweep(now=late)
    assert kinds()[-1] == "nudge"
    assert Silence.objects.get().next_step_at == late + TWO_HOURS


def test_an_outage_before_the_alarm_leads_to_another_nudge_not_to_an_alarm(safety_plan: Plan) -> None:
    for step in range(2):
        sweep.sweep(now=DEADLINE + step * TWO_HOURS)
        sent(DEADLINE + step * TWO_HOURS)
    late = DEADLINE + dt.timedelta(hours=12)
    sweep.sweep(now=late)
    assert kinds()[-3:] == ["nudge", "last_call", "last_call"]
    sent(late)
    sweep.sweep(now=late + TWO_HOURS)
    assert kinds()[-1] == "alert"


def test_nobody_is_told_while_the_owners_nudge_has_not_left(safety_plan: Plan) -> None:
    sweep.sweep(now=DEADLINE)
    sweep.sweep(now=DEADLINE + TWO_HOURS)
    sweep.sweep(now=DEADLINE + 2 * TWO_HOURS)
    assert "alert" not in kinds()
    left = DEADLINE + 2 * TWO_HOURS + HOUR
    sent(left)
    sweep.sweep(now=DEADLINE + 2 * TWO_HOURS + dt.timedelta(minutes=1))
    assert Silence.objects.get().next_step_at == left + TWO_HOURS
    sweep.sweep(now=left + TWO_HOURS)
    assert kinds()[-1] == "alert"


def test_an_address_that_never_works_does_not_hold_back_the_supporter(safety_plan: Plan) -> None:
    for step in range(2):
        sweep.sweep(now=DEADLINE + step * TWO_HOURS)
        Message.objects.waiting().update(failed_at=DEADLINE)
    sweep.sweep(now=DEADLINE + 2 * TWO_HOURS)
    assert kinds()[-1] == "alert"


def test_a_claim_holds_until_it_lapses(safety_plan: Plan, membership: Membership) -> None:
    silence = run_ladder(safety_plan)
    now = DEADLINE + dt.timedelta(hours=4, minutes=5)
    claim = services.claim(silence=silence, membership=membership, now=now)
    sweep.sweep(now=now + HOUR)
    claim.refresh_from_db()
    assert claim.lapsed_at is None
    sweep.sweep(now=claim.lapses_at - stepping.REMIND)
    sweep.sweep(now=claim.lapses_at)
    claim.refresh_from_db()
    assert claim.lapsed_at == claim.lapses_at


def test_a_bad_row_is_pushed_aside_and_the_good_ones_go_on(
    safety_plan: Plan, stranger: User, caplog: pytest.LogCaptureFixture
) -> None:
    bad = planned(
        owner=stranger,
        now=MONDAY - dt.timedelta(days=1),
        programme=Plan.Programme.KEEP_IN_TOUCH,
        days=[0],
        times=[dt.time(8)],
        grace=TWO_HOURS,
    )
    # A row no form and no service can make, but somebody at the database could.
    Step.objects.filter(plan=bad, position=1).update(wait=dt.timedelta(days=999_999_999))
    Plan.objects.filter(pk=bad.pk).update(deadline_at=DEADLINE - 5 * HOUR)
    sweep.sweep(now=DEADLINE)
    assert Silence.objects.get().plan == safety_plan
    bad.refresh_from_db()
    assert bad.deadline_at == DEADLINE + sweep.PUSH
    assert any(record.exc_info and record.exc_info[0] is DataError for record in caplog.records)


def test_a_bad_silence_is_pushed_aside(safety_plan: Plan) -> None:
    sweep.sweep(now=DEADLINE)
    # A wait past the end of the calendar: no page can make one, and the arithmetic fails on it.
    SilenceStep.objects.filter(position=2).update(wait=dt.timedelta(days=9_999_999))
    now = DEADLINE + TWO_HOURS
    sweep.sweep(now=now)
    assert Silence.objects.get().next_step_at == now + sweep.PUSH


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_nudge_once(owner: User) -> None:
    planned(
        owner=owner,
        now=MONDAY,
        programme=Plan.Programme.KEEP_IN_TOUCH,
        days=list(range(7)),
        times=[dt.time(20)],
        grace=TWO_HOURS,
    )
    assert at_once(*[lambda: sweep.sweep(now=DEADLINE)] * 4) == []
    assert Silence.objects.count() == 1
    assert kinds() == ["keep_in_touch"]


def test_a_report_of_okay_ends_it(safety_plan: Plan, membership: Membership, supporter: User) -> None:
    silence = run_ladder(safety_plan)
    now = DEADLINE + dt.timedelta(hours=5)
    services.report(silence=silence, membership=membership, outcome=Claim.Report.OKAY, now=now)
    silence.refresh_from_db()
    assert (silence.ending, silence.closed_by) == (Silence.Ending.HEARD_FROM, supporter)
    # Whoever said so knows it already.
    assert "all_clear" not in kinds()


def test_a_silence_keeps_of_a_step_all_that_both_know() -> None:
    shared = {f.column for f in Step._meta.concrete_fields} & {
        f.column for f in SilenceStep._meta.concrete_fields
    }
    assert set(sweep.FROZEN.split(", ")) == shared - {"id"}
