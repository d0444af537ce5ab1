"""A plan's ladder as it runs: who hears when, who is passed over, quiet hours, claims."""

import datetime as dt

import pytest

from accounts.models import Consent, User
from checkins import agreements, errors, services, stepping, sweep
from checkins.models import Plan, Silence
from checkins.services import Rung
from networks.models import Membership
from outbox.models import BrokenAddress, ChannelPreference, Message
from tests.checkins.conftest import TWO_HOURS
from tests.checkins.rungs import DAILY, DAY, HOUR, NOON, agreed, goes_quiet, joined, told, two_supporters
from tests.checkins.test_sweep import kinds, sent

# The ladder --------------------------------------------------------------------------------------


def test_one_supporter_at_a_time(owner: User, supporter: User, stranger: User) -> None:
    silence = goes_quiet(two_supporters(owner, supporter, stranger), until=4 * HOUR)
    assert told(silence) == {"Ana": 6 * HOUR}
    silence = goes_quiet_on(silence, 6 * HOUR)
    assert told(silence) == {"Ana": 6 * HOUR, "Luis": 7 * HOUR}


def goes_quiet_on(silence: Silence, until: dt.timedelta) -> Silence:
    now = silence.opened_at
    while now <= silence.opened_at + until:
        sweep.sweep(now=now)
        sent(now)
        now += dt.timedelta(minutes=30)
    silence.refresh_from_db()
    return silence


def test_several_on_one_step_are_told_together(owner: User, supporter: User, stranger: User) -> None:
    both = (joined(owner, supporter, "Ana"), joined(owner, stranger, "Luis"))
    ladder = [Rung(TWO_HOURS), Rung(TWO_HOURS, both)]
    plan = agreed(services.make_plan(owner=owner, now=NOON, ladder=ladder, **DAILY))
    silence = goes_quiet(plan, until=5 * HOUR)
    assert told(silence) == {"Ana": 6 * HOUR, "Luis": 6 * HOUR}
    assert Message.objects.filter(kind="checkins/alert").count() == 2


@pytest.mark.parametrize("why", ["paused", "broken", "left", "withdrew", "not_agreed"])
def test_who_cannot_be_told_is_passed_over_and_it_says_why(
    owner: User, supporter: User, stranger: User, why: str
) -> None:
    plan = two_supporters(owner, supporter, stranger)
    step = plan.steps.get(membership__member=supporter)
    if why == "not_agreed":
        plan.steps.filter(pk=step.pk).update(agreed_at=None)
    sweep.sweep(now=plan.deadline_at)
    match why:
        case "paused":
            Membership.objects.filter(member=supporter).update(paused_at=NOON)
        case "broken":
            BrokenAddress.objects.create(address=supporter.email, reason="550 5.1.1")
        case "left":
            Membership.objects.filter(member=supporter).update(ended_at=NOON)
        case "withdrew":
            agreements.decline(step=step, by=supporter, now=NOON)
    sent(plan.deadline_at)
    silence = goes_quiet_on(plan.silences.get(), 5 * HOUR)
    assert told(silence) == {"Luis": 6 * HOUR}
    assert silence.steps.get(membership=step.membership).why_passed_over == why


def test_words_and_help_are_frozen_when_it_opens(owner: User, supporter: User, stranger: User) -> None:
    plan = two_supporters(owner, supporter, stranger)
    services.wish(owner=owner, helps="Tea", does_not_help="Advice")
    silence = goes_quiet(plan, until=HOUR)
    services.wish(owner=owner, helps="Coffee")
    plan.steps.filter(membership__member=stranger).update(words="Something else")
    silence.refresh_from_db()
    assert (silence.helps, silence.does_not_help) == ("Tea", "Advice")
    assert silence.steps.get(membership__member=stranger).words == "Ring twice"


def test_when_the_ladder_has_run_out_everybody_told_hears_so_once(
    owner: User, supporter: User, stranger: User
) -> None:
    silence = goes_quiet(two_supporters(owner, supporter, stranger), until=3 * DAY)
    last = Message.objects.filter(kind="checkins/nobody_yet")
    assert {message.recipient for message in last} == {supporter, stranger}
    assert silence.ran_out_at - silence.due_at == 8 * HOUR
    assert silence.next_step_at is None


def test_changing_the_plan_asks_again_only_where_the_words_changed(
    owner: User, supporter: User, stranger: User
) -> None:
    plan = two_supporters(owner, supporter, stranger)
    ana, luis = (plan.steps.get(membership__member=one).membership for one in (supporter, stranger))
    ladder = [Rung(TWO_HOURS), Rung(TWO_HOURS, (ana,)), Rung(HOUR, (luis,), words="Ring three times")]
    services.change_plan(plan=plan, now=NOON + HOUR, ladder=ladder, **DAILY)
    first, second = (plan.steps.get(membership=one) for one in (ana, luis))
    assert first.agreed_at is not None
    assert not first.has_new_terms
    # The old yes goes on, with the old words, until the new ones are answered.
    assert second.agreed_at is not None
    assert second.has_new_terms
    assert second.old_words == "Ring twice"
    assert "three times" in second.terms


def test_whoever_is_taken_off_the_ladder_is_asked_no_more_and_the_record_says_so(
    owner: User, supporter: User, stranger: User
) -> None:
    plan = two_supporters(owner, supporter, stranger)
    services.change_plan(plan=plan, now=NOON + HOUR, ladder=[Rung(TWO_HOURS)], **DAILY)
    assert not plan.steps.exclude(membership=None).exists()
    acts = (
        Consent.objects.filter(subject=supporter, purpose="ladder")
        .order_by("pk")
        .values_list("act", flat=True)
    )
    assert list(acts) == ["given", "withdrawn"]


def test_the_same_supporter_twice_or_somebody_elses_is_refused(
    owner: User, supporter: User, stranger: User
) -> None:
    ana, foreign = joined(owner, supporter, "Ana"), joined(stranger, supporter, "Ana")
    for ladder in ([Rung(HOUR, (ana,)), Rung(HOUR, (ana,))], [Rung(HOUR, (foreign,))]):
        with pytest.raises(errors.NotASupporter):
            services.make_plan(owner=owner, now=NOON, ladder=ladder, **DAILY)
    assert not Plan.objects.exists()


def test_keep_in_touch_tells_nobody_whatever_ladder_is_sent(owner: User, supporter: User) -> None:
    ladder = [Rung(HOUR, (joined(owner, supporter, "Ana"),))]
    plan = services.make_plan(
        owner=owner, now=NOON, ladder=ladder, **{**DAILY, "programme": Plan.Programme.KEEP_IN_TOUCH}
    )
    assert {step.whom for step in plan.steps.all()} == {"owner"}


# Quiet hours -------------------------------------------------------------------------------------


# An evening check-in: everything after it falls into the usual quiet hours, nine to nine.
EVENING: services.Wanted = {"times": [dt.time(18)]}


def test_in_the_evening_nobody_is_alarmed_before_the_owner_could_answer(
    owner: User, supporter: User, stranger: User
) -> None:
    plan = two_supporters(owner, supporter, stranger, **EVENING)
    sweep.sweep(now=plan.deadline_at)  # eight in the evening: a nudge may come
    sent(plan.deadline_at)
    last_call_at = plan.deadline_at + TWO_HOURS  # ten: it may not
    sweep.sweep(now=last_call_at)
    morning = dt.datetime(2026, 5, 5, 8, tzinfo=dt.UTC)
    Message.objects.filter(kind="checkins/last_call").update(next_attempt_at=morning, held_for="quiet_hours")
    now = last_call_at
    while now <= morning + TWO_HOURS:
        sweep.sweep(now=now)
        if now == morning:
            sent(now)
        now += dt.timedelta(minutes=5)
    assert told(plan.silences.get()) == {"Ana": morning + TWO_HOURS - plan.silences.get().due_at}


def test_who_may_be_woken_is_told_before_who_sleeps(owner: User, supporter: User, stranger: User) -> None:
    plan = two_supporters(owner, supporter, stranger, **EVENING)
    awake(owner)
    luis = plan.steps.get(membership__member=stranger)
    agreements.agree(step=luis, by=stranger, now=NOON, terms=luis.terms, may_wake=True)
    silence = goes_quiet(plan, until=5 * HOUR)
    assert told(silence) == {"Luis": 6 * HOUR}
    assert Message.objects.get(kind="checkins/alert").wakes
    silence = goes_quiet_on(silence, 13 * HOUR)
    assert told(silence) == {"Luis": 6 * HOUR, "Ana": 15 * HOUR}  # nine in the morning


def test_when_all_sleep_the_ladder_waits_for_the_first_to_wake(
    owner: User, supporter: User, stranger: User
) -> None:
    plan = two_supporters(owner, supporter, stranger, **EVENING)
    awake(owner)
    ChannelPreference.objects.create(person=stranger, quiet_from=dt.time(22), quiet_until=dt.time(6))
    silence = goes_quiet(plan, until=11 * HOUR)
    assert told(silence) == {"Luis": 12 * HOUR}  # six in the morning


def awake(*people: User) -> None:
    for person in people:
        ChannelPreference.objects.create(person=person, quiet_from=dt.time(0), quiet_until=dt.time(0))


# Claims ------------------------------------------------------------------------------------------


def test_a_claim_tells_the_others_and_asks_how_it_went_before_it_lapses(
    owner: User, supporter: User, stranger: User
) -> None:
    plan = two_supporters(owner, supporter, stranger)
    silence = goes_quiet(plan, until=5 * HOUR)
    now = silence.opened_at + 5 * HOUR
    ana, luis = (plan.steps.get(membership__member=one).membership for one in (supporter, stranger))
    claim = services.claim(silence=silence, membership=luis, now=now)
    assert Message.objects.get(kind="checkins/on_it").recipient == supporter
    sweep.sweep(now=claim.lapses_at - stepping.REMIND)
    sweep.sweep(now=claim.lapses_at - stepping.REMIND)
    assert Message.objects.get(kind="checkins/claim_reminder").recipient == stranger
    sweep.sweep(now=claim.lapses_at)
    assert Message.objects.get(kind="checkins/open_again").recipient == supporter
    services.claim(silence=silence, membership=ana, now=claim.lapses_at)


def test_i_cannot_right_now_moves_on_at_once_and_needs_no_claim(
    owner: User, supporter: User, stranger: User
) -> None:
    plan = two_supporters(owner, supporter, stranger)
    silence = goes_quiet(plan, until=4 * HOUR)
    now = silence.opened_at + 4 * HOUR + dt.timedelta(minutes=1)
    ana = plan.steps.get(membership__member=supporter).membership
    services.report(silence=silence, membership=ana, outcome="cannot", now=now)
    sweep.sweep(now=now)
    assert "Luis" in told(silence)
    assert "open_again" not in kinds()


def test_who_heard_from_them_is_named_to_the_owner(owner: User, supporter: User, stranger: User) -> None:
    plan = two_supporters(owner, supporter, stranger)
    silence = goes_quiet(plan, until=4 * HOUR)
    ana = plan.steps.get(membership__member=supporter).membership
    services.report(silence=silence, membership=ana, outcome="okay", now=silence.opened_at + 5 * HOUR)
    assert Message.objects.get(kind="checkins/heard_from").recipient == owner
