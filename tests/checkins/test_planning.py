"""Plans of every shape: when they begin, end, rest; several of them; ladders of many steps."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Consent, User
from checkins import agreements, errors, schedule, services, stepping, sweep
from checkins.models import Plan, Silence, SilenceStep
from checkins.services import Rung
from networks.models import Membership, Tie
from outbox.models import BrokenAddress, ChannelPreference, Message
from tests.checkins.conftest import TWO_HOURS, key, let_all_hours_be_awake
from tests.checkins.test_sweep import kinds, sent

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# A Monday, noon in London; nobody's night.
NOON = dt.datetime(2026, 5, 4, 11, tzinfo=dt.UTC)
DAILY: services.Wanted = {
    "programme": Plan.Programme.SAFETY,
    "days": list(range(7)),
    "times": [dt.time(10)],
    "grace": TWO_HOURS,
}


def joined(owner: User, member: User, name: str = "Luis") -> Membership:
    tie = Tie.objects.create(owner=owner, name=name)
    return Membership.objects.create(tie=tie, owner=owner, member=member)


def agreed(plan: Plan, *, may_wake: bool = False) -> Plan:
    """Everybody on its ladder says yes."""
    for step in plan.steps.exclude(membership=None):
        agreements.agree(step=step, by=step.membership.member, now=NOON, terms=step.terms, may_wake=may_wake)
    return plan


def goes_quiet(plan: Plan, *, until: dt.timedelta, every: dt.timedelta = dt.timedelta(minutes=30)) -> Silence:
    """Nobody hears from them for so long after the deadline; sweeps and deliveries run on time."""
    plan.refresh_from_db()
    for turn in range(until // every + 1):
        now = plan.deadline_at + turn * every
        sweep.sweep(now=now)
        sent(now)
    return plan.silences.real().latest("pk")


def told(silence: Silence) -> dict[str, dt.timedelta]:
    """Who was told, and how long after it was due."""
    steps = (
        silence.steps.filter(taken_at__isnull=False)
        .exclude(membership=None)
        .select_related("membership__tie")
    )
    return {step.membership.tie.name: step.taken_at - silence.due_at for step in steps}


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


# The ladder --------------------------------------------------------------------------------------


def two_supporters(owner: User, supporter: User, stranger: User, **more: object) -> Plan:
    """The issue's own times: nudges at two and four hours, Ana at six, Luis an hour later."""
    ana, luis = joined(owner, supporter, "Ana"), joined(owner, stranger, "Luis")
    ladder = [Rung(TWO_HOURS), Rung(TWO_HOURS, (ana,)), Rung(HOUR, (luis,), words="Ring twice")]
    return agreed(services.make_plan(owner=owner, now=NOON, ladder=ladder, **{**DAILY, **more}))


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
    assert plan.steps.get(membership=ana).agreed_at is not None
    assert plan.steps.get(membership=luis).agreed_at is None
    assert "three times" in plan.steps.get(membership=luis).terms


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


# Flares, company, signs of life --------------------------------------------------------------------


def test_a_flare_makes_the_grace_longer_and_ends_by_itself(owner: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **DAILY)
    services.begin_flare(owner=owner, until=NOON + DAY, now=NOON)
    plan.refresh_from_db()
    assert plan.deadline_at - plan.next_due_at == 2 * TWO_HOURS
    services.check_in(owner=owner, now=NOON + 20 * HOUR, form_key=key())
    plan.refresh_from_db()
    assert plan.deadline_at - plan.next_due_at == TWO_HOURS


def test_a_flare_can_be_undone_without_a_trace(owner: User, supporter: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **DAILY)
    ana = joined(owner, supporter, "Ana")
    services.wish(owner=owner, flare_tells=[ana], flare_words="It may be quiet for a while")
    before = Plan.objects.values().get(pk=plan.pk)
    services.begin_flare(owner=owner, until=NOON + DAY, now=NOON)
    assert Message.objects.get(kind="checkins/flare").not_before > NOON + services.UNDO
    services.undo_flare(owner=owner, now=NOON + services.UNDO)
    assert not Message.objects.exists()
    assert Plan.objects.values().get(pk=plan.pk) == before
    assert (owner.wishes.flare_began_at, owner.wishes.flare_until) == (None, None)


def test_after_ten_seconds_a_flare_can_only_be_ended(owner: User, supporter: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **DAILY)
    services.begin_flare(owner=owner, until=NOON + DAY, now=NOON)
    with pytest.raises(errors.TooLateToUndo):
        services.undo_flare(owner=owner, now=NOON + 11 * dt.timedelta(seconds=1))
    services.end_flare(owner=owner, now=NOON + HOUR)
    plan.refresh_from_db()
    assert plan.deadline_at - plan.next_due_at == TWO_HOURS


def test_ending_a_flare_never_makes_somebody_late(owner: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **DAILY)
    services.begin_flare(owner=owner, until=NOON + 2 * DAY, now=NOON)
    plan.refresh_from_db()
    services.end_flare(owner=owner, now=plan.next_due_at + 3 * HOUR)
    plan.refresh_from_db()
    assert plan.deadline_at == plan.next_due_at + 2 * TWO_HOURS


def test_company_is_a_check_in_that_tells_the_one_who_was_chosen(owner: User, supporter: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **DAILY)
    services.wish(owner=owner, company_from=joined(owner, supporter, "Ana"), company_words="Just sit with me")
    same = key()
    for _tap in range(2):
        services.check_in(owner=owner, now=NOON + 20 * HOUR, form_key=same, answer="company")
    assert Message.objects.get(kind="checkins/company").recipient == supporter
    plan.refresh_from_db()
    assert plan.next_due_at > NOON + 22 * HOUR


def test_another_sign_of_life_counts_only_if_they_wish(owner: User) -> None:
    services.make_plan(owner=owner, now=NOON, **DAILY)
    now = timezone.now()
    assert services.sign_of_life(owner=owner, sign="touch", now=now) is None
    services.wish(owner=owner, signs_of_life=["touch"])
    made = services.sign_of_life(owner=owner, sign="touch", now=now)
    assert made is not None
    assert (made.via, services.sign_of_life(owner=owner, sign="sign_in", now=now)) == ("touch", None)


# Rehearsing --------------------------------------------------------------------------------------


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
