"""When check-ins of a plan are due, and rests from them."""

import datetime as dt

import pytest

from accounts.models import User
from checkins import errors, schedule, services, sweep
from checkins.models import Plan, Silence
from outbox.models import Message
from tests.checkins.conftest import key
from tests.checkins.rungs import DAILY, DAY, HOUR, NOON, goes_quiet
from tests.checkins.test_sweep import kinds

# When --------------------------------------------------------------------------------------------


def test_every_three_days_from_a_day_on(owner: User) -> None:
    plan = services.make_plan(
        owner=owner, now=NOON, **{**DAILY, "days": [], "every": 3, "starts_on": dt.date(2026, 5, 10)}
    )
    assert plan.next_due_at == dt.datetime(2026, 5, 10, 9, tzinfo=dt.UTC)
    following = schedule.next_after(plan.rhythm, plan.next_due_at)
    assert following == dt.datetime(2026, 5, 13, 9, tzinfo=dt.UTC)


def test_a_check_in_before_a_plan_starts_does_not_count_for_its_first_day(owner: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **{**DAILY, "starts_on": dt.date(2026, 5, 10)})
    services.check_in(owner=owner, now=NOON + DAY, form_key=key())
    plan.refresh_from_db()
    assert plan.next_due_at == dt.datetime(2026, 5, 10, 9, tzinfo=dt.UTC)


def test_a_plan_ends_after_its_last_day(owner: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **{**DAILY, "ends_on": dt.date(2026, 5, 5)})
    services.check_in(owner=owner, now=NOON + 21 * HOUR, form_key=key())
    plan.refresh_from_db()
    assert (plan.next_due_at, plan.ended_at) == (None, NOON + 21 * HOUR)


def test_a_plan_that_is_missed_on_its_last_day_ends_with_that_silence(owner: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **{**DAILY, "ends_on": dt.date(2026, 5, 5)})
    silence = goes_quiet(plan, until=HOUR)
    assert silence.closed_at is None
    services.check_in(owner=owner, now=NOON + 2 * DAY, form_key=key())
    plan.refresh_from_db()
    assert plan.ended_at == NOON + 2 * DAY


def test_a_plan_that_would_never_be_due_is_refused(owner: User) -> None:
    with pytest.raises(errors.NeverDue, match="later last day"):
        services.make_plan(owner=owner, now=NOON, **{**DAILY, "ends_on": dt.date(2026, 5, 4)})
    assert not Plan.objects.exists()


def test_several_times_a_day_are_several_check_ins(owner: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **{**DAILY, "times": [dt.time(20), dt.time(10)]})
    assert plan.times == [dt.time(10), dt.time(20)]
    services.check_in(owner=owner, now=NOON + HOUR, form_key=key())
    plan.refresh_from_db()
    assert plan.next_due_at == dt.datetime(2026, 5, 5, 9, tzinfo=dt.UTC)


def test_the_same_form_twice_is_one_plan_and_another_form_is_another(owner: User) -> None:
    same = key()
    first = services.make_plan(owner=owner, now=NOON, form_key=same, **DAILY)
    assert services.make_plan(owner=owner, now=NOON, form_key=same, **DAILY) == first
    services.make_plan(owner=owner, now=NOON, form_key=key(), **DAILY)
    assert Plan.objects.active().count() == 2


def test_one_check_in_counts_for_every_plan_and_ends_every_silence(owner: User) -> None:
    for hour in (10, 11):
        services.make_plan(owner=owner, now=NOON, **{**DAILY, "times": [dt.time(hour)]})
    sweep.sweep(now=NOON + DAY + 2 * HOUR)
    assert Silence.objects.open().count() == 2
    services.check_in(owner=owner, now=NOON + DAY + 3 * HOUR, form_key=key())
    assert not Silence.objects.open().exists()
    assert all(plan.next_due_at > NOON + DAY for plan in Plan.objects.all())


def test_a_check_in_counts_for_tomorrow_from_the_evening_before_and_not_from_noon(owner: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **DAILY)
    services.check_in(owner=owner, now=NOON + 2 * HOUR, form_key=key())  # twenty hours before ten tomorrow
    plan.refresh_from_db()
    assert plan.next_due_at == dt.datetime(2026, 5, 5, 9, tzinfo=dt.UTC)
    services.check_in(owner=owner, now=NOON + 9 * HOUR, form_key=key())  # nine in the evening
    plan.refresh_from_db()
    assert plan.next_due_at == dt.datetime(2026, 5, 6, 9, tzinfo=dt.UTC)


# Resting -----------------------------------------------------------------------------------------


def test_a_rest_closes_what_is_open_and_goes_on_by_itself(owner: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **DAILY)
    silence = goes_quiet(plan, until=HOUR)
    now = NOON + DAY + 2 * HOUR
    services.rest(owner=owner, until=now + 4 * HOUR, now=now)
    plan.refresh_from_db()
    silence.refresh_from_db()
    assert (silence.ending, plan.paused_as) == (Silence.Ending.SET_ASIDE, Plan.Rest.REST)
    assert plan.next_due_at == dt.datetime(2026, 5, 6, 9, tzinfo=dt.UTC)
    assert "resumed" not in kinds()


def test_a_rest_never_shortens_a_pause(owner: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **DAILY)
    services.pause(plan=plan, until=NOON + 7 * DAY, by=owner, now=NOON)
    services.rest(owner=owner, until=NOON + HOUR, now=NOON)
    plan.refresh_from_db()
    assert (plan.paused_until, plan.paused_as) == (NOON + 7 * DAY, Plan.Rest.PAUSE)


def test_after_a_long_pause_a_letter_says_that_it_goes_on(owner: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **DAILY)
    services.pause(plan=plan, until=NOON + 3 * DAY, by=owner, now=NOON)
    assert Message.objects.get(kind="checkins/resumed").not_before == NOON + 3 * DAY
    services.resume(plan=plan, now=NOON + DAY)
    assert not Message.objects.waiting().filter(kind="checkins/resumed").exists()
