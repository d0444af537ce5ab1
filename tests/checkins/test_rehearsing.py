"""A rehearsal runs the whole ladder in minutes, and the plan goes on."""

import datetime as dt

import pytest

from accounts.models import User
from checkins import errors, services, sweep
from checkins.models import Plan, Silence, SilenceStep
from outbox.models import Message
from tests.checkins.conftest import key, let_all_hours_be_awake
from tests.checkins.rungs import DAILY, HOUR, NOON, goes_quiet, told, two_supporters
from tests.checkins.test_sweep import sent


def rehearsed(plan: Plan, until: dt.timedelta) -> Silence:
    silence = services.rehearse(plan=plan, now=NOON)
    now = NOON
    while now <= NOON + until:
        sweep.sweep(now=now)
        sent(now)
        now += dt.timedelta(minutes=1)
    silence.refresh_from_db()
    return silence


def test_a_rehearsal_runs_the_whole_ladder_in_minutes_while_the_plan_goes_on(
    owner: User, supporter: User, stranger: User
) -> None:
    let_all_hours_be_awake()
    plan = two_supporters(owner, supporter, stranger)
    due = plan.next_due_at
    silence = rehearsed(plan, dt.timedelta(minutes=20))
    assert told(silence) == {"Ana": dt.timedelta(minutes=2), "Luis": dt.timedelta(minutes=12)}
    plan.refresh_from_db()
    assert plan.next_due_at == due
    services.check_in(owner=owner, now=NOON + HOUR, form_key=key())
    silence.refresh_from_db()
    assert silence.closed_at is None


def test_a_rehearsal_ends_when_somebody_answers(owner: User, supporter: User, stranger: User) -> None:
    plan = two_supporters(owner, supporter, stranger)
    silence = rehearsed(plan, dt.timedelta(minutes=3))
    ana = plan.steps.get(membership__member=supporter).membership
    services.report(silence=silence, membership=ana, outcome="okay", now=NOON + dt.timedelta(minutes=4))
    silence.refresh_from_db()
    assert silence.ending == Silence.Ending.HEARD_FROM
    plan.refresh_from_db()
    assert plan.next_due_at is not None


def test_a_claim_in_a_rehearsal_is_quick_too(owner: User, supporter: User, stranger: User) -> None:
    plan = two_supporters(owner, supporter, stranger)
    silence = rehearsed(plan, dt.timedelta(minutes=3))
    ana = plan.steps.get(membership__member=supporter).membership
    claim = services.claim(silence=silence, membership=ana, now=NOON + dt.timedelta(minutes=3))
    assert claim.lapses_at == NOON + dt.timedelta(minutes=15)
    sweep.sweep(now=NOON + dt.timedelta(minutes=12))
    assert Message.objects.get(kind="checkins/claim_reminder").recipient == supporter


def test_a_rehearsal_that_nobody_answers_ends_by_itself(owner: User, supporter: User, stranger: User) -> None:
    silence = rehearsed(two_supporters(owner, supporter, stranger), 2 * HOUR)
    assert silence.ending == Silence.Ending.RAN_THROUGH


def test_a_rehearsal_can_be_stopped_and_only_one_runs(owner: User, supporter: User, stranger: User) -> None:
    plan = two_supporters(owner, supporter, stranger)
    silence = rehearsed(plan, dt.timedelta(minutes=3))
    with pytest.raises(errors.AlreadyRehearsing):
        services.rehearse(plan=plan, now=NOON)
    services.end_rehearsal(plan=plan, now=NOON + dt.timedelta(minutes=5))
    silence.refresh_from_db()
    assert silence.ending == Silence.Ending.RAN_THROUGH
    assert Message.objects.get(kind="checkins/all_clear").recipient == supporter


def test_what_cannot_be_rehearsed(owner: User, supporter: User, stranger: User) -> None:
    nobody = services.make_plan(owner=owner, now=NOON, **DAILY)
    with pytest.raises(errors.NobodyAgreed):
        services.rehearse(plan=nobody, now=NOON)
    gentle = services.make_plan(owner=owner, now=NOON, **{**DAILY, "programme": Plan.Programme.KEEP_IN_TOUCH})
    with pytest.raises(errors.NobodyAgreed):
        services.rehearse(plan=gentle, now=NOON)
    plan = two_supporters(owner, supporter, stranger)
    goes_quiet(plan, until=HOUR)
    with pytest.raises(errors.NotDuringASilence):
        services.rehearse(plan=plan, now=NOON)


def test_a_silence_opens_beside_a_rehearsal(owner: User, supporter: User, stranger: User) -> None:
    plan = two_supporters(owner, supporter, stranger)
    services.rehearse(plan=plan, now=plan.deadline_at)
    sweep.sweep(now=plan.deadline_at)
    assert set(plan.silences.open().values_list("nature", flat=True)) == {"real", "rehearsal"}
    assert SilenceStep.objects.filter(position=0).count() == 2
