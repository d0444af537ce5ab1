"""Two plans of one owner go silent together: that is one absence, and everybody hears of it once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

import pytest
import time_machine

from accounts.models import User
from checkins import agreements, errors, services, sweep, watchdog
from checkins.models import Claim, Plan, Silence, SilenceStep
from checkins.pages import timeline
from networks import services as networks
from networks.models import Membership, Tie
from outbox import kinds
from outbox.models import Message
from tests.checkins.conftest import MONDAY, TWO_HOURS, at_once, key, let_all_hours_be_awake
from tests.checkins.test_sweep import DEADLINE, sent

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
# When Ana's step comes in both plans, and Luis's in the second one.
ANA, LUIS = DEADLINE + 2 * TWO_HOURS, DEADLINE + 2 * TWO_HOURS + HOUR


@pytest.fixture
def luis(owner: User, stranger: User) -> Membership:
    User.objects.filter(pk=stranger.pk).update(name="Luis")
    tie = Tie.objects.create(owner=owner, name="Luis")
    return Membership.objects.create(tie=tie, owner=owner, member=stranger)


def beside(plan: Plan, *rungs: services.Rung, at: dt.time = dt.time(20)) -> Plan:
    """Another plan of hers, due at the same time; everybody on it agrees."""
    let_all_hours_be_awake()
    made = services.make_plan(
        owner=plan.owner,
        now=MONDAY,
        programme=Plan.Programme.SAFETY,
        days=list(range(7)),
        times=[at],
        grace=TWO_HOURS,
        ladder=[services.Rung(TWO_HOURS), *rungs],
    )
    for step in made.steps.exclude(membership=None).select_related("membership__member"):
        agreements.agree(step=step, by=step.membership.member, now=MONDAY, terms=step.terms)
    return made


@pytest.fixture
def other(safety_plan: Plan, membership: Membership, luis: Membership) -> Plan:
    """The same hours; after Ana it would tell Luis."""
    return beside(safety_plan, services.Rung(TWO_HOURS, (membership,)), services.Rung(HOUR, (luis,)))


def go(*moments: dt.datetime) -> None:
    for now in moments:
        sweep.sweep(now=now)
        sent(now)


def missed(until: dt.datetime = ANA) -> None:
    go(*[now for now in (DEADLINE, DEADLINE + TWO_HOURS, ANA, LUIS) if now <= until])


def silence_of(plan: Plan) -> Silence:
    return plan.silences.select_related("plan__owner").get()


def told(kind: str = "alert") -> list[str]:
    rows = Message.objects.filter(kind=f"checkins/{kind}").order_by("pk")
    return list(rows.values_list("recipient__name", flat=True))


# Told once ----------------------------------------------------------------------------------------------


def test_a_supporter_of_both_plans_gets_one_alert_and_one_all_clear(
    safety_plan: Plan, other: Plan, owner: User
) -> None:
    missed()
    assert told() == ["Ana"]
    services.check_in(owner=owner, now=ANA + MINUTE, form_key=key())
    assert told("all_clear") == ["Ana"]
    assert watchdog.look(now=ANA + MINUTE) == []


def test_the_step_counts_all_the_same_and_the_next_one_has_the_whole_wait(
    safety_plan: Plan, other: Plan
) -> None:
    missed(ANA)
    assert told() == ["Ana"]
    go(LUIS - MINUTE)
    assert told() == ["Ana"]
    go(LUIS)
    assert told() == ["Ana", "Luis"]


def test_the_history_says_why_nobody_was_written_to(safety_plan: Plan, other: Plan) -> None:
    missed()
    step = SilenceStep.objects.get(silence__plan=other, why_passed_over=SilenceStep.PassedOver.TOLD)
    assert step.passed_over_at == ANA
    words = [line.words for line in timeline.of_silence(silence_of(other))]
    assert "We do not write to Ana Reyes again: they know already, from another plan" in words


def test_hours_later_she_is_not_told_again_either(
    safety_plan: Plan, membership: Membership, luis: Membership
) -> None:
    later = beside(safety_plan, services.Rung(TWO_HOURS, (membership,)), at=dt.time(23))
    missed(LUIS)
    go(*(DEADLINE + hours * HOUR for hours in range(5, 12)))
    assert told() == ["Ana"]
    assert silence_of(later).closed_at is None


def test_one_whose_first_alert_came_back_is_told_in_the_other_plan(
    safety_plan: Plan, other: Plan, membership: Membership
) -> None:
    missed(DEADLINE + TWO_HOURS)
    Silence.objects.filter(plan=other).update(next_step_at=ANA + HOUR)
    go(ANA)
    Message.objects.filter(kind="checkins/alert").update(sent_at=None, failed_at=ANA)
    go(ANA + HOUR)
    assert told() == ["Ana", "Ana"]


def test_practice_counts_for_nobody(safety_plan: Plan, other: Plan) -> None:
    services.rehearse(plan=other, now=ANA - 5 * MINUTE)
    go(DEADLINE, DEADLINE + TWO_HOURS, *(ANA + minutes * MINUTE for minutes in range(-5, 1)))
    real = Message.objects.filter(dedupe_key__startswith=silence_of(safety_plan).key, kind="checkins/alert")
    assert [message.recipient.name for message in real] == ["Ana"]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_the_same_moment_tell_her_once(safety_plan: Plan, other: Plan) -> None:
    missed(DEADLINE + TWO_HOURS)
    for _turn in range(3):
        assert at_once(*[lambda: sweep.sweep(now=ANA)] * 4) == []
    assert told() == ["Ana"]
    assert not Silence.objects.step_due(ANA).exists()


@pytest.mark.django_db(transaction=True)
def test_a_sweep_does_not_wait_for_whoever_checks_in_at_that_moment(
    safety_plan: Plan, other: Plan, owner: User
) -> None:
    missed(DEADLINE + TWO_HOURS)
    failures = at_once(
        *[lambda: sweep.sweep(now=ANA)] * 2,
        lambda: services.check_in(owner=owner, now=ANA, form_key=key()),
    )
    assert failures == []
    assert not Silence.objects.open().exists()


def change(plan: Plan) -> None:
    services.change_plan(plan=plan, now=ANA, days=[0], times=[dt.time(9)], grace=TWO_HOURS)


def pause(plan: Plan) -> None:
    services.pause(plan=plan, until=ANA + HOUR, by=plan.owner, now=ANA)


def end(plan: Plan) -> None:
    services.end_plan(plan=plan, by=plan.owner, now=ANA)


@pytest.mark.parametrize("does", [change, pause, end])
def test_an_owner_who_sees_to_one_plan_is_there_for_all_of_them(
    safety_plan: Plan, other: Plan, does: Callable[[Plan], None]
) -> None:
    missed()
    does(safety_plan)
    assert not Silence.objects.open().exists()
    assert told("all_clear") == ["Ana"]
    other.refresh_from_db()
    assert other.next_due_at is not None
    assert watchdog.look(now=ANA) == []


@pytest.mark.django_db(transaction=True)
def test_two_plans_paused_at_the_same_moment_wait_for_each_other_and_not_in_a_ring(
    safety_plan: Plan, other: Plan
) -> None:
    missed()
    pauses = [partial(pause, plan) for plan in (safety_plan, other, safety_plan, other)]
    assert at_once(*pauses) == []
    assert told("all_clear") == ["Ana"]


# On it for the person -----------------------------------------------------------------------------------


def test_who_is_on_it_holds_the_ladder_of_the_other_plan_too(
    safety_plan: Plan, other: Plan, membership: Membership
) -> None:
    missed()
    claim = services.claim(silence=silence_of(safety_plan), membership=membership, now=ANA)
    go(LUIS)
    assert told() == ["Ana"]
    assert silence_of(other).next_step_at == claim.lapses_at
    go(claim.lapses_at - 30 * MINUTE, claim.lapses_at)
    assert told() == ["Ana", "Luis"]


def test_could_not_reach_lets_both_ladders_go_on_at_once(
    safety_plan: Plan, other: Plan, membership: Membership
) -> None:
    missed()
    silence = silence_of(safety_plan)
    services.claim(silence=silence, membership=membership, now=ANA)
    go(LUIS)
    services.report(silence=silence, membership=membership, outcome="no_answer", now=LUIS + MINUTE)
    go(LUIS + MINUTE)
    assert told() == ["Ana", "Luis"]


def test_a_claim_does_not_hurry_what_was_not_held_by_it(
    safety_plan: Plan, other: Plan, membership: Membership
) -> None:
    missed()
    silence = silence_of(safety_plan)
    services.claim(silence=silence, membership=membership, now=ANA)
    services.report(silence=silence, membership=membership, outcome="no_answer", now=ANA + MINUTE)
    go(ANA + MINUTE)
    assert told() == ["Ana"]
    assert silence_of(other).next_step_at == LUIS


def test_the_others_hear_of_a_claim_whichever_plan_told_them(
    safety_plan: Plan, other: Plan, membership: Membership, luis: Membership
) -> None:
    missed(LUIS)
    silence = silence_of(safety_plan)
    claim = services.claim(silence=silence, membership=membership, now=LUIS)
    assert told("on_it") == ["Luis"]
    message = Message.objects.get(kind="checkins/on_it")
    assert kinds.of(message.kind).context(message) is not None
    with pytest.raises(errors.SomebodyElseIsOnIt):
        services.claim(silence=silence_of(other), membership=luis, now=LUIS)
    go(claim.lapses_at - 30 * MINUTE, claim.lapses_at)
    assert told("open_again") == ["Luis"]


def test_an_alert_that_waits_is_held_by_a_claim_beside_it(
    safety_plan: Plan, other: Plan, membership: Membership
) -> None:
    missed(LUIS)
    services.claim(silence=silence_of(safety_plan), membership=membership, now=LUIS)
    alert = Message.objects.get(kind="checkins/alert", recipient__name="Luis")
    with time_machine.travel(LUIS, tick=False), pytest.raises(kinds.NotYet):
        kinds.of(alert.kind).context(alert)


def test_cannot_says_nothing_while_somebody_is_on_it_in_the_other_plan(
    safety_plan: Plan, other: Plan, membership: Membership, luis: Membership
) -> None:
    missed(LUIS)
    claim = services.claim(silence=silence_of(safety_plan), membership=membership, now=LUIS)
    services.report(silence=silence_of(other), membership=luis, outcome="cannot", now=LUIS)
    go(LUIS)
    claim.refresh_from_db()
    assert (claim.lapsed_at, told("open_again")) == (None, [])


# A claim that nobody stands behind any more -----------------------------------------------------------------


def leaves(membership: Membership) -> None:
    networks.end_membership(membership=membership, by=membership.member)


def is_removed(membership: Membership) -> None:
    networks.end_membership(membership=membership, by=membership.owner)


def takes_a_break(membership: Membership) -> None:
    networks.take_break(by=membership.member, now=ANA)


def takes_back_their_word(membership: Membership) -> None:
    for step in membership.steps.all():
        agreements.decline(step=step, by=membership.member, now=ANA)


@pytest.mark.parametrize("goes", [leaves, is_removed, takes_a_break, takes_back_their_word])
def test_the_claim_of_somebody_who_goes_ends_at_the_next_sweep(
    other: Plan, membership: Membership, goes: Callable[[Membership], None]
) -> None:
    Plan.objects.exclude(pk=other.pk).delete()
    missed()
    services.claim(silence=silence_of(other), membership=membership, now=ANA)
    goes(membership)
    go(ANA + MINUTE)
    assert Claim.objects.get().lapsed_at == ANA + MINUTE
    assert told() == ["Ana", "Luis"]


def test_the_others_who_were_told_hear_that_nobody_is_on_it_any_more(
    safety_plan: Plan, other: Plan, membership: Membership
) -> None:
    missed(LUIS)
    services.claim(silence=silence_of(safety_plan), membership=membership, now=LUIS)
    leaves(membership)
    go(LUIS + MINUTE)
    assert told("open_again") == ["Luis"]


def test_what_waited_beside_such_a_claim_goes_on_too(
    safety_plan: Plan, other: Plan, membership: Membership
) -> None:
    missed()
    services.claim(silence=silence_of(safety_plan), membership=membership, now=ANA)
    go(LUIS)
    leaves(membership)
    go(LUIS + MINUTE)
    assert told() == ["Ana", "Luis"]


def test_a_claim_in_practice_ends_so_too(safety_plan: Plan, membership: Membership) -> None:
    let_all_hours_be_awake()
    services.rehearse(plan=safety_plan, now=MONDAY)
    go(MONDAY + MINUTE, MONDAY + 2 * MINUTE)
    silence = silence_of(safety_plan)
    services.claim(silence=silence, membership=membership, now=MONDAY + 2 * MINUTE)
    leaves(membership)
    go(MONDAY + 3 * MINUTE)
    assert Claim.objects.get().lapsed_at == MONDAY + 3 * MINUTE


def test_a_claim_that_stands_is_left_alone(safety_plan: Plan, membership: Membership) -> None:
    missed()
    services.claim(silence=silence_of(safety_plan), membership=membership, now=ANA)
    before = silence_of(safety_plan).next_step_at
    go(ANA + MINUTE)
    assert silence_of(safety_plan).next_step_at == before
