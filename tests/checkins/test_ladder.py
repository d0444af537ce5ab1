"""Who of a ladder hears next, and when: nothing here needs a database. Then that the sweep does what is chosen."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from checkins import agreements, sweep
from checkins.ladder import Choice, PassedOver, Reach, choose, foretell, gentle_waits
from checkins.models import Plan, SilenceStep, Step
from networks.models import Membership, Tie
from outbox.models import ChannelPreference, Message
from tests.checkins.conftest import TWO_HOURS, let_all_hours_be_awake
from tests.checkins.test_answers import TOLD, second_supporter
from tests.checkins.test_sweep import DEADLINE, run_ladder, sent
from tests.conftest import person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
NIGHT = dt.datetime(2026, 5, 4, 23, tzinfo=dt.UTC)
MORNING = dt.datetime(2026, 5, 5, 9, tzinfo=dt.UTC)
AGREED = NOON - DAY
PLAN = 7
OWNER = User(pk=100, email="maya@example.org", time_zone="UTC")


def nudge(position: int, wait: dt.timedelta = HOUR) -> Step:
    return Step(position=position, wait=wait, whom=Step.Whom.OWNER)


def tell(position: int, number: int, wait: dt.timedelta = HOUR, **what: Any) -> Step:
    """A supporter on the ladder, who agreed."""
    member = User(pk=number, email=f"p{number}@example.org", time_zone=what.pop("zone", "UTC"))
    here = {name: what.pop(name, None) for name in ("ended_at", "paused_at")}
    membership = Membership(pk=number, member=member, owner=OWNER, **here)
    fields = {"agreed_at": AGREED, **what}
    return Step(position=position, wait=wait, whom=Step.Whom.MEMBER, membership=membership, **fields)


def reach(*asleep: int, broken: tuple[int, ...] = (), agreed: set[tuple[int, int]] | None = None) -> Reach:
    """Everybody is awake all day but these, who sleep from nine to nine."""
    hours = {True: (dt.time(21), dt.time(9)), False: (dt.time(0), dt.time(0))}
    quiet = {
        pk: ChannelPreference(quiet_from=hours[pk in asleep][0], quiet_until=hours[pk in asleep][1])
        for pk in (1, 2, 3, 4, OWNER.pk)
    }
    return Reach(quiet, set(broken), agreed)


def told(choice: Choice[Step]) -> list[int | None]:
    return [step.membership_id for step in choice.tell]


# Whom to tell now -------------------------------------------------------------------------------------


def test_the_first_step_comes_first() -> None:
    assert told(choose([tell(1, 1), tell(2, 2)], NOON, reach())) == [1]


def test_several_on_one_step_are_told_together() -> None:
    assert told(choose([tell(1, 1), tell(1, 2), tell(2, 3)], NOON, reach())) == [1, 2]


def test_the_owner_is_nudged_where_the_ladder_says_so() -> None:
    steps = [nudge(1), tell(2, 1)]
    assert choose(steps, NOON, reach()).tell == steps[:1]


def test_nobody_is_left_on_an_empty_ladder() -> None:
    assert choose([], NOON, reach()) == Choice([], [], None)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (tell(1, 1, ended_at=NOON), PassedOver.LEFT),
        (Step(position=1, wait=HOUR, whom=Step.Whom.MEMBER, agreed_at=AGREED), PassedOver.LEFT),
        (tell(1, 1, agreed_at=None), PassedOver.NOT_AGREED),
        (tell(1, 4), PassedOver.WITHDREW),
        (tell(1, 1, paused_at=NOON), PassedOver.PAUSED),
        (tell(1, 2), PassedOver.BROKEN),
    ],
    ids=["left", "account gone", "not agreed", "withdrew", "break", "broken"],
)
def test_who_cannot_be_told_is_passed_over_with_the_reason_and_the_next_one_is_told(
    step: Step, why: PassedOver
) -> None:
    knows = reach(broken=(2,), agreed={(PLAN, 1), (PLAN, 2), (PLAN, 3)})
    choice = choose([step, tell(2, 3)], NOON, knows, PLAN)
    assert told(choice) == [3]
    assert choice.passed == [(step, why)]


def test_one_of_several_on_a_step_is_passed_over_and_the_others_are_told() -> None:
    choice = choose([tell(1, 1, paused_at=NOON), tell(1, 2)], NOON, reach())
    assert told(choice) == [2]
    assert [why for _step, why in choice.passed] == [PassedOver.PAUSED]


def test_a_word_that_stands_in_another_plan_does_not_count_in_this_one() -> None:
    assert told(choose([tell(1, 1)], NOON, reach(agreed={(PLAN + 1, 1)}), PLAN)) == []


def test_who_is_awake_is_told_before_who_sleeps_and_the_sleeper_keeps_their_place() -> None:
    choice = choose([tell(1, 1), tell(2, 2)], NIGHT, reach(1))
    assert told(choice) == [2]
    assert choice.passed == []


def test_of_several_on_a_step_those_awake_are_told_now() -> None:
    assert told(choose([tell(1, 1), tell(1, 2)], NIGHT, reach(1))) == [2]


def test_if_all_sleep_it_waits_for_the_first_to_wake() -> None:
    early = tell(2, 2, zone="Asia/Kolkata")  # nine o'clock there is half past three in UTC
    choice = choose([tell(1, 1), early], NIGHT, reach(1, 2))
    assert told(choice) == []
    assert choice.asleep_until == dt.datetime(2026, 5, 5, 3, 30, tzinfo=dt.UTC)


def test_who_may_be_woken_is_told_at_night() -> None:
    assert told(choose([tell(1, 1, may_wake_at=AGREED)], NIGHT, reach(1))) == [1]


def test_who_sleeps_and_cannot_be_told_anyway_holds_nobody_up() -> None:
    choice = choose([tell(1, 1, paused_at=NOON)], NIGHT, reach(1))
    assert choice.asleep_until is None
    assert [why for _step, why in choice.passed] == [PassedOver.PAUSED]


# What is foretold ----------------------------------------------------------------------------------------


def ahead(steps: list[Step], at: dt.datetime, knows: Reach, **known: Any) -> list[tuple[Any, dt.datetime]]:
    """Whom (None: the owner) and when."""
    found = foretell(steps, at, knows, owner=OWNER, **known)
    return [(one.rung.membership_id, one.at) for one in found if not one.why_not]


def test_step_after_step_with_their_waits() -> None:
    steps = [nudge(1), tell(2, 1, 2 * HOUR), tell(3, 2)]
    assert ahead(steps, NOON, reach(), nudged_at=NOON - HOUR) == [
        (None, NOON),
        (1, NOON + 2 * HOUR),
        (2, NOON + 3 * HOUR),
    ]


def test_the_first_supporter_hears_a_whole_wait_after_the_latest_nudge() -> None:
    assert ahead([tell(1, 1, 2 * HOUR)], NOON, reach(), nudged_at=NOON - HOUR) == [(1, NOON + HOUR)]
    assert ahead([tell(1, 1, 2 * HOUR)], NOON, reach(), nudged_at=NOON - 3 * HOUR) == [(1, NOON)]
    assert ahead([tell(1, 1, 2 * HOUR)], NOON, reach()) == [(1, NOON)]


def test_a_nudge_at_night_leaves_in_the_morning_and_the_ladder_waits_for_it() -> None:
    steps = [nudge(1), tell(2, 1, 2 * HOUR), tell(3, 2)]
    assert ahead(steps, NIGHT, reach(OWNER.pk), nudged_at=NIGHT - HOUR) == [
        (None, MORNING),
        (1, MORNING + 2 * HOUR),
        (2, MORNING + 3 * HOUR),
    ]


def test_once_somebody_was_told_nobody_waits_for_a_nudge_to_the_owner() -> None:
    steps = [tell(1, 1), nudge(2), tell(3, 3)]
    asleep = reach(OWNER.pk, 3)
    assert ahead(steps, NIGHT, asleep, nudged_at=NIGHT - HOUR) == [(1, NIGHT), (None, MORNING), (3, MORNING)]


def test_who_sleeps_is_told_when_they_wake_after_those_who_were_awake() -> None:
    steps = [tell(1, 1), tell(2, 2), tell(3, 3)]
    assert ahead(steps, NIGHT, reach(1, 3)) == [(2, NIGHT), (1, MORNING), (3, MORNING + HOUR)]


def test_who_will_be_passed_over_is_said_with_the_reason() -> None:
    found = list(foretell([tell(1, 1, paused_at=NOON), tell(2, 2)], NOON, reach(), owner=OWNER))
    assert [(one.rung.membership_id, one.why_not, one.at) for one in found] == [
        (1, PassedOver.PAUSED, NOON),
        (2, None, NOON),
    ]


def test_nothing_is_foretold_for_a_ladder_that_has_ended() -> None:
    assert ahead([], NOON, reach()) == []
    assert list(foretell([tell(1, 1)], None, reach(), owner=OWNER)) == []


steps_of = st.lists(
    st.tuples(st.sampled_from([0, 1, 2, 3, 4]), st.integers(1, 600)), min_size=1, max_size=6
).map(
    lambda rows: [
        tell(n, whom, minutes * dt.timedelta(minutes=1)) if whom else nudge(n, dt.timedelta(minutes=minutes))
        for n, (whom, minutes) in enumerate(rows, 1)
    ]
)


@given(steps_of, st.sets(st.integers(1, 4)), st.booleans(), st.integers(0, 1440))
def test_everybody_on_the_ladder_is_foretold_once_in_order_of_time_and_never_in_their_sleep(
    steps: list[Step], asleep: set[int], owner_sleeps: bool, minutes: int
) -> None:
    knows = reach(*asleep, *([OWNER.pk] if owner_sleeps else []))
    start = NOON + dt.timedelta(minutes=minutes)
    found = list(foretell(steps, start, knows, owner=OWNER, nudged_at=start))
    assert sorted(one.rung.position for one in found) == [step.position for step in steps]
    for one in found:
        assert one.at >= start
        whom = one.rung.membership.member if one.rung.membership else OWNER
        assert knows.quiet_until(whom, one.at) is None
    members = [one.at for one in found if one.rung.membership]
    assert members == sorted(members)


@pytest.mark.parametrize(("days_apart", "days"), [(1, [1, 1, 3, 7]), (7, [7, 7, 21, 28]), (30, [28] * 4)])
def test_gentle_nudges_get_rarer(days_apart: int, days: list[int]) -> None:
    assert gentle_waits(days_apart) == [dt.timedelta(days=n) for n in days]


# And so it is done ------------------------------------------------------------------------------------------


def whom_and_when() -> list[tuple[str, dt.datetime]]:
    steps = SilenceStep.objects.filter(taken_at__isnull=False, whom=Step.Whom.MEMBER)
    return sorted(
        ((step.membership.member.name, step.taken_at) for step in steps), key=lambda told: told[::-1]
    )


@pytest.fixture
def third(safety_plan: Plan, owner: User, stranger: User) -> Membership:
    """Ana first, then the stranger, then Cas; all agreed."""
    second_supporter(owner, stranger, safety_plan)
    member = person("cas@example.org", "Cas")
    tie = Tie.objects.create(owner=owner, name="Cas")
    made = Membership.objects.create(tie=tie, owner=owner, member=member)
    agreed = {"asked_at": DEADLINE - DAY, "agreed_at": DEADLINE - DAY, "membership": made}
    Step.objects.create(plan=safety_plan, position=4, wait=HOUR, whom=Step.Whom.MEMBER, **agreed)
    let_all_hours_be_awake()
    return made


def sleeps(who: User, start: dt.time, end: dt.time) -> None:
    ChannelPreference.objects.update_or_create(
        person=who, channel="email", defaults={"quiet_from": start, "quiet_until": end}
    )


def test_the_sweep_tells_one_after_the_other(safety_plan: Plan, third: Membership) -> None:
    run_ladder(safety_plan)
    for minutes in (30, 90):
        sweep.sweep(now=TOLD + dt.timedelta(minutes=minutes))
    assert whom_and_when() == [
        ("Ana", TOLD),
        ("Stranger", TOLD + dt.timedelta(minutes=30)),
        ("Cas", TOLD + dt.timedelta(minutes=90)),
    ]


def test_the_sweep_lets_the_first_sleep_and_tells_the_second_and_the_first_when_they_wake(
    safety_plan: Plan, third: Membership, supporter: User, stranger: User
) -> None:
    sleeps(supporter, dt.time(21), dt.time(9))
    sleeps(third.member, dt.time(21), dt.time(11))
    run_ladder(safety_plan)
    assert whom_and_when() == [("Stranger", TOLD)]
    silence = safety_plan.silences.get()
    for _turn in range(4):
        silence.refresh_from_db()
        assert silence.next_step_at is not None
        sweep.sweep(now=silence.next_step_at)
    ana_wakes, cas_wakes = (dt.datetime(2026, 5, 5, hour, tzinfo=dt.UTC) for hour in (8, 10))
    assert whom_and_when() == [("Stranger", TOLD), ("Ana", ana_wakes), ("Cas", cas_wakes)]


def test_who_said_that_they_may_be_woken_is(safety_plan: Plan, membership: Membership) -> None:
    sleeps(membership.member, dt.time(21), dt.time(9))
    step = safety_plan.steps.get(membership=membership)
    agreements.agree(step=step, by=membership.member, now=DEADLINE - DAY, terms=step.terms, may_wake=True)
    run_ladder(safety_plan)
    assert whom_and_when() == [("Ana", TOLD)]
    assert Message.objects.get(kind="checkins/alert").wakes is True


def test_several_on_one_step_are_told_in_one_sweep(
    safety_plan: Plan, owner: User, membership: Membership, stranger: User
) -> None:
    second_supporter(owner, stranger, safety_plan)
    Step.objects.filter(plan=safety_plan, position=3).update(position=2, wait=TWO_HOURS)
    run_ladder(safety_plan)
    assert whom_and_when() == [("Ana", TOLD), ("Stranger", TOLD)]


def test_who_was_passed_over_keeps_the_reason_and_the_ladder_goes_on_at_once(
    safety_plan: Plan, third: Membership, membership: Membership
) -> None:
    Membership.objects.filter(pk=membership.pk).update(paused_at=DEADLINE)
    run_ladder(safety_plan)
    assert whom_and_when() == [("Stranger", TOLD)]
    passed = SilenceStep.objects.get(membership=membership)
    assert (passed.why_passed_over, passed.passed_over_at) == (PassedOver.PAUSED, TOLD)


def test_what_the_plan_foretells_is_what_the_sweep_does(
    safety_plan: Plan, third: Membership, supporter: User, owner: User
) -> None:
    sleeps(supporter, dt.time(21), dt.time(9))
    sleeps(owner, dt.time(23, 30), dt.time(8))
    rungs = list(safety_plan.steps.select_related("membership__member"))
    knows = Reach.to(rungs, owners=[owner])
    coming = foretell(rungs, DEADLINE + TWO_HOURS, knows, owner=owner, nudged_at=DEADLINE)
    foretold = [(one.rung.membership.member.name, one.at) for one in coming if one.rung.membership]

    now = DEADLINE
    for _turn in range(12):
        sweep.sweep(now=now)
        sent(max(now, knows.quiet_until(owner, now) or now))
        silence = safety_plan.silences.get()
        if silence.next_step_at is None:
            break
        now = silence.next_step_at
    assert whom_and_when() == foretold
    assert len(foretold) == 3
